//! A Slurm cluster runs the job of `docs/cluster.md`: a node dies, tasks are lost, and the merged bytes are those of one process.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod processes;
mod script;
mod slurm;

use paracrine_scenario::unfinished::Unfinished;
use paracrine_tests::program::Ended;
use paracrine_tests::results::assert_same;
use script::{OUT, SHARDS, Script};
use slurm::{Cluster, Task, wait_for};
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::SystemTime;

const PROGRAM: &str = env!("CARGO_BIN_EXE_paracrine-under-test");

/// Makes the absence of Slurm a failure; the gate sets it.
const REQUIRED: &str = "PARACRINE_REQUIRE_SLURM";

/// A cluster with the job's script in it and the same run by one process in `whole`; none if there is no Slurm here.
fn cluster() -> Option<Cluster> {
    let lacking = slurm::lacking().join(", ");
    if !lacking.is_empty() {
        let is_required = env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
        assert!(!is_required, "{REQUIRED} is set, and there is no {lacking}");
        // Past the capture of output: a test that tests nothing says so.
        let said = format!("tests/cluster is SKIPPED: there is no {lacking}\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return None;
    }
    let cluster = Cluster::start(PROGRAM);
    let script = Script::of_the_documentation();
    cluster.place.write("job.sh", &script.text);
    cluster.place.done(&script.whole());
    Some(cluster)
}

fn status(cluster: &Cluster) -> String {
    cluster.place.done(&["status", OUT]).stdout
}

/// The option that `status` gives for what is missing.
fn missing(cluster: &Cluster) -> String {
    let said = status(cluster);
    let option = said
        .lines()
        .find_map(|line| line.strip_prefix("Missing   "));
    option.unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// A merge while something is missing.
fn refused_merge(cluster: &Cluster) -> Ended {
    cluster.place.run(&["merge", OUT]).expect_code(2)
}

/// Merges what is whole now, and compares.
fn merge_and_compare(cluster: &Cluster) {
    let said = status(cluster);
    assert!(said.contains(&format!("paracrine merge {OUT}")), "{said}");
    cluster.place.done(&["merge", OUT]);
    assert_same(&cluster.place.path("whole"), &cluster.place.path(OUT));
}

/// Whether some mice of a shard are kept and others are not.
fn is_half_done(cluster: &Cluster, shard: u64) -> bool {
    // The first task is about to make the directory.
    let Ok(run) = Unfinished::open(&cluster.place.path(OUT)) else {
        return false;
    };
    let of_shard = |unit: &u64| unit % run.shards == shard;
    let all = (0..run.plan.mice() as u64).filter(of_shard).count();
    let missing = run.missing.iter().copied().filter(of_shard).count();
    missing > 0 && missing < all
}

/// Stops the processes of a shard by `signal` if it is half done then.
fn is_stopped_half_done(
    cluster: &Cluster,
    shard: u64,
    signal: impl Fn(&str) -> Vec<String>,
) -> bool {
    if !is_half_done(cluster, shard) {
        return false;
    }
    signal("-STOP");
    // It may have gone on between the look and the signal.
    let is_half_done = is_half_done(cluster, shard);
    if !is_half_done {
        signal("-CONT");
    }
    is_half_done
}

/// The mice that are kept, by file name, with the time at which each was written.
fn kept(cluster: &Cluster) -> Vec<(String, SystemTime)> {
    let folder = cluster.place.path(OUT).join("checkpoint");
    paracrine_tests::program::names(&folder)
        .into_iter()
        .filter(|name| name.ends_with(".json"))
        .map(|name| {
            let written = fs::metadata(folder.join(&name)).unwrap().modified();
            (name, written.unwrap())
        })
        .collect()
}

/// Waits until these tasks have ended well.
fn wait_for_completed(cluster: &Cluster, job: &str, is_meant: impl Fn(&Task) -> bool) {
    wait_for("the end of tasks", || {
        let mut tasks = cluster.tasks(job);
        tasks.retain(&is_meant);
        let has_failed = tasks.iter().any(|task| task.state == "FAILED");
        assert!(!has_failed, "{tasks:?}");
        let are_completed = tasks.iter().all(|task| task.state == "COMPLETED");
        are_completed.then_some(())
    });
}

/// Says that a cluster runs, for `nothing_is_left_of_a_test_that_is_killed`, and waits to be killed.
#[test]
#[ignore = "is killed by another test"]
#[allow(clippy::print_stdout, reason = "read by that test")]
fn a_cluster_to_be_killed() {
    let Some(cluster) = cluster() else { return };
    cluster.submit(&["job.sh"]);
    wait_for("a step manager", || {
        let lines = cluster.lines();
        lines
            .iter()
            .any(|line| line.contains("slurmstepd"))
            .then_some(())
    });
    let folder = std::fs::canonicalize(cluster.place.path(".")).unwrap();
    println!("folder={}", folder.display());
    wait_for("the end", || None::<()>);
}

/// Smallest fault seen: step managers that stay when Ctrl-C ends a test.
#[test]
fn nothing_is_left_of_a_test_that_is_killed() {
    if !slurm::lacking().is_empty() {
        return;
    }
    let mut test = Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "a_cluster_to_be_killed",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(test.stdout.take().unwrap()).lines();
    let folder = lines.find_map(|line| {
        let line = line.unwrap();
        line.split_once("folder=")
            .map(|(_, folder)| PathBuf::from(folder))
    });
    let folder = folder.unwrap();
    assert!(
        slurm::of_folder(&folder)
            .iter()
            .any(|line| line.contains("slurmstepd"))
    );
    test.kill().unwrap();
    test.wait().unwrap();
    wait_for("the end of all that it started", || {
        (slurm::of_folder(&folder).is_empty() && !folder.exists()).then_some(())
    });
}

/// A node dies in the middle of a shard; the other one takes it over, and simulates only the mice that are not there.
///
/// Smallest fault seen: a task that is queued again and simulates mice that are kept.
#[test]
fn a_node_dies() {
    let Some(cluster) = cluster() else { return };
    let job = cluster.submit(&["job.sh"]);
    assert_eq!(cluster.tasks(&job).len() as u64, SHARDS);

    let signal = |signal: &str| cluster.signal_node("n2", signal);
    let shard = wait_for("a shard that is half done on n2", || {
        let mut tasks = cluster.tasks(&job).into_iter();
        let task = tasks.find(|task| task.state == "RUNNING" && task.node == "n2")?;
        is_stopped_half_done(&cluster, task.index, signal).then_some(task.index)
    });
    let killed = signal("-KILL");
    for name in ["slurmd", "slurmstepd", "slurm_script", "paracrine"] {
        let is_there = killed.iter().any(|line| line.contains(name));
        assert!(is_there, "no {name} on n2: {killed:?}");
    }
    let before = kept(&cluster);
    assert!(is_half_done(&cluster, shard));
    let said = refused_merge(&cluster);
    assert!(said.stderr.contains("--array="), "{}", said.shown());
    cluster.ask(
        "scontrol",
        &["update", "nodename=n2", "state=down", "reason=test"],
    );

    let is_lost = |task: &Task| task.index == shard;
    wait_for("the lost task in the queue", || {
        let tasks = cluster.tasks(&job);
        let is_queued = |task: &Task| is_lost(task) && task.state == "PENDING";
        tasks.iter().any(is_queued).then_some(())
    });
    // Slurm lets a task that is queued again rest for two minutes. Until the others have ended, and no longer.
    let task = format!("{job}_{shard}");
    let begin_at = |time: &str| {
        let time = format!("starttime={time}");
        cluster.ask("scontrol", &["update", &format!("jobid={task}"), &time]);
    };
    begin_at("now+1hour");
    wait_for_completed(&cluster, &job, |task| !is_lost(task));
    assert_eq!(missing(&cluster), format!("--array={shard}"));
    begin_at("now");
    wait_for_completed(&cluster, &job, is_lost);
    assert_eq!(cluster.tasks(&job)[shard as usize].node, "n1");
    let shown = cluster.ask("scontrol", &["show", "job", &task]);
    assert!(shown.contains("Restarts=1"), "{shown}");

    let after = kept(&cluster);
    let again: Vec<_> = before
        .iter()
        .filter(|mouse| !after.contains(mouse))
        .collect();
    assert!(again.is_empty(), "simulated twice: {again:?}");
    merge_and_compare(&cluster);
}

/// Tasks that never ran or were ended half way are run by the option that `status` prints, and no others.
///
/// Smallest fault seen: the number of shards taken from the number of tasks of the array.
#[test]
fn lost_tasks_run_again() {
    let Some(cluster) = cluster() else { return };
    let job = cluster.submit(&["--hold", "job.sh"]);
    cluster.ask("scancel", &[&format!("{job}_[2-3]")]);
    cluster.ask("scontrol", &["release", &job]);
    wait_for("task 1 in the middle of its shard", || {
        let signal = |signal: &str| cluster.signal_task(1, signal);
        is_stopped_half_done(&cluster, 1, signal).then_some(())
    });
    // It is continued to be told that it ends.
    cluster.ask("scancel", &[&format!("{job}_1")]);
    let tasks = wait_for("the end of the array", || {
        let tasks = cluster.tasks(&job);
        let is_live = |task: &Task| ["PENDING", "RUNNING", "COMPLETING"].contains(&&*task.state);
        (!tasks.iter().any(is_live)).then_some(tasks)
    });
    // Slurm forgets tasks that are cancelled before they are begun, but for one.
    let state = |index| tasks.iter().find(|task| task.index == index).unwrap();
    assert_eq!(state(0).state, "COMPLETED");
    assert_eq!(state(1).state, "CANCELLED");

    let option = missing(&cluster);
    assert_eq!(option, "--array=1-3");
    let said = refused_merge(&cluster);
    assert!(said.stderr.contains(&option), "{}", said.shown());
    let before = kept(&cluster);
    let job = cluster.submit(&[&option, "job.sh"]);
    wait_for_completed(&cluster, &job, |_| true);
    let tasks = cluster.tasks(&job);
    let indices: Vec<u64> = tasks.iter().map(|task| task.index).collect();
    assert_eq!(indices, [1, 2, 3]);
    let after = kept(&cluster);
    assert!(before.iter().all(|mouse| after.contains(mouse)));
    merge_and_compare(&cluster);
}
