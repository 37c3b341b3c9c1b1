//! Whether the mice, or the statistics of a network, fit into memory and into a day.

use crate::workers;
use paracrine_report::MOST_LINES;
use paracrine_scenario::Error;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::run;
use paracrine_scenario::simulate::plan::Plan as NetworkPlan;
use std::path::Path;

/// A run that is likely to take longer is refused unless it is allowed, h.
const MOST_HOURS: f64 = 24.0;

/// Bytes per agent at the peak of a step: agent, receptors, rates and the list of newcomers, with room for growth.
const BYTES_PER_CELL: u64 = 1200;

/// Bytes of an agent in a snapshot, as a line of text.
const BYTES_PER_LINE: u64 = 200;

/// Bytes of one value of a sample of a mouse that the report shows.
const BYTES_PER_SHOWN: u64 = 40;

/// Refuses `mice` mice of a plan that need more memory than the system tells there is, or more than a day. What they leave is on the disk.
///
/// # Errors
/// [`Error::Memory`], [`Error::Time`].
pub(crate) fn check(plan: &Plan, mice: usize, mice_at_a_time: usize) -> Result<(), Error> {
    let shown = (plan.mice_per_arm().min(MOST_LINES) * plan.arms_at_a_point()) as u64;
    let shown = shown * plan.samples() * plan.readouts.len() as u64 * BYTES_PER_SHOWN;
    let tables = run::bytes_of_tables(plan, mice, mice_at_a_time);
    within_memory(plan, mice, mice_at_a_time, tables.saturating_add(shown))?;
    within_a_day(plan, mice, mice_at_a_time)
}

/// Bytes of a mouse beside its samples, where all that it left is in memory: the histograms of its receptors.
const BYTES_PER_MOUSE: u64 = 10_000;

/// Bytes of one value of such a sample.
const BYTES_PER_VALUE: u64 = 16;

/// Refuses mice of which all samples are looked at together, for published rows, that need more memory than the system tells there is.
///
/// # Errors
/// [`Error::Memory`].
pub(crate) fn check_scored(plan: &Plan, mice_at_a_time: usize) -> Result<(), Error> {
    let values = plan.samples() * (plan.readouts.len() as u64 + 2);
    let mouse = values * BYTES_PER_VALUE + BYTES_PER_MOUSE;
    let mice = plan.mice();
    within_memory(
        plan,
        mice,
        mice_at_a_time,
        mouse.saturating_mul(mice as u64),
    )
}

/// Refuses mice that need more memory, beside `held` bytes, than the system tells there is.
fn within_memory(plan: &Plan, mice: usize, mice_at_a_time: usize, held: u64) -> Result<(), Error> {
    let simulated = (plan.most_agents() as u64)
        .saturating_mul(BYTES_PER_CELL + BYTES_PER_LINE * plan.snapshots_d.len() as u64)
        .saturating_mul(mice_at_a_time as u64);
    let needed = held.saturating_add(simulated);
    match available() {
        Some(available) if needed > available => Err(Error::Memory {
            cells: plan.run.cells,
            mice,
            hosts: plan.nouns().1,
            threads: mice_at_a_time,
            needed_mb: needed / 1_000_000,
            available_mb: available / 1_000_000,
        }),
        _ => Ok(()),
    }
}

fn within_a_day(plan: &Plan, mice: usize, mice_at_a_time: usize) -> Result<(), Error> {
    let hours = hours(plan.cpu_seconds(), mice, mice_at_a_time, workers::cores());
    if hours > MOST_HOURS {
        return Err(Error::Time {
            mice,
            hosts: plan.nouns().1,
            cells: plan.run.cells,
            threads: mice_at_a_time,
            hours: hours.round(),
            most: MOST_HOURS,
        });
    }
    Ok(())
}

/// Hours that so many mice take: more threads than cores are no faster.
fn hours(seconds: f64, mice: usize, threads: usize, cores: usize) -> f64 {
    seconds * mice as f64 / threads.min(cores).max(1) as f64 / 3600.0
}

/// Bytes of the statistics of one quantity at one time, without its histogram.
const BYTES_PER_SUMMARY: u64 = 128;

/// Bytes of one class of a histogram, which has as many as there are replicates or 1024.
const BYTES_PER_CLASS: u64 = 24;

/// Refuses more quantities at more times than memory can hold.
///
/// # Errors
/// [`Error::NetworkMemory`].
pub(crate) fn check_network(plan: &NetworkPlan) -> Result<(), Error> {
    let (quantities, times) = (plan.quantities.len(), plan.times.len());
    let classes = plan.count().min(1024) * BYTES_PER_CLASS;
    let needed = (quantities as u64)
        .saturating_mul(times as u64)
        .saturating_mul(BYTES_PER_SUMMARY + classes);
    match available() {
        Some(available) if needed > available => Err(Error::NetworkMemory {
            quantities,
            times,
            needed_mb: needed / 1_000_000,
            available_mb: available / 1_000_000,
        }),
        _ => Ok(()),
    }
}

/// Available memory in bytes, on Linux; elsewhere unknown. What the group of a container or a job may still take is less at times.
fn available() -> Option<u64> {
    let of_machine = of_machine(&read("/proc/meminfo")?);
    let of_group =
        read("/proc/self/cgroup").and_then(|text| of_groups(&text, Path::new("/sys/fs/cgroup")));
    of_machine.into_iter().chain(of_group).min()
}

fn read(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn of_machine(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// What is left to a control group (version 2) and to those that it is in, by what the system tells of a process and the folder of all groups.
fn of_groups(text: &str, root: &Path) -> Option<u64> {
    let path = text.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let own = root.join(path.trim_end());
    let groups = own.ancestors().take_while(|group| group.starts_with(root));
    groups.filter_map(of_group).min()
}

/// What is left to one group: pages of files that nobody has used for a while are given up when there is need.
fn of_group(group: &Path) -> Option<u64> {
    // `max` where there is no limit.
    let most: u64 = read(group.join("memory.max"))?.trim().parse().ok()?;
    let taken: u64 = read(group.join("memory.current"))?.trim().parse().ok()?;
    let stat = read(group.join("memory.stat")).unwrap_or_default();
    let inactive = stat
        .lines()
        .find_map(|line| line.strip_prefix("inactive_file "));
    let inactive: u64 = inactive
        .and_then(|bytes| bytes.trim().parse().ok())
        .unwrap_or(0);
    Some(most.saturating_sub(taken.saturating_sub(inactive)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use paracrine_scenario::catalogue::Source;
    use paracrine_scenario::plan::Overrides;

    fn plan(host: &str, cells: u32, until: &str, interventions: &str) -> Plan {
        let text = format!(
            r#"(title: "t", question: "q", {host} run: (until: "{until}", replicates: 1, cells: {cells}),
            arms: [(name: "a", interventions: [{interventions}])], readouts: ["count(T)"])"#
        );
        let source = Source {
            name: "t".into(),
            origin: "t.ron".into(),
            text,
        };
        Plan::new(source, &Overrides::default()).unwrap()
    }

    fn well(kinds: &[&str]) -> Plan {
        let transfer =
            |kind: &&str| format!(r#"transfer(kind: "{kind}", cells: "1e6 cells", at: "0 h"),"#);
        let transfers: String = kinds.iter().map(transfer).collect();
        plan(r#"host: culture(volume: "1 ml"),"#, 500, "48 h", &transfers)
    }

    /// What was measured at 220 ns per agent and step, within a factor of two (docs/performance.md).
    #[test]
    fn small_and_large_hosts_are_estimated() {
        let mouse = |cells| plan("", cells, "28 d", "").cpu_seconds();
        for (estimate, measured) in [
            (mouse(500), 0.18),
            (mouse(8000), 1.3),
            (well(&["NK"]).cpu_seconds(), 0.036),
        ] {
            assert!(
                (0.5..2.0).contains(&(estimate / measured)),
                "{estimate}, {measured}"
            );
        }
    }

    /// Smallest fault seen: agents of each kind counted as all agents of a well.
    #[test]
    fn each_kind_in_a_well_has_agents_of_its_own() {
        let one = well(&["NK"]);
        // Naive CD4 and B cells count twice: some recognise self.
        let eleven = well(&[
            "NK",
            "Treg",
            "memory CD4",
            "memory CD8",
            "naive CD8",
            "effector CD4",
            "effector CD8",
            "macrophage",
            "immature NK",
            "naive CD4",
            "B",
        ]);
        assert_eq!(one.most_agents(), 500.0);
        assert_eq!(eleven.most_agents(), 6500.0);
        // Those of a second transfer come as others, until they are merged.
        assert_eq!(well(&["NK", "NK"]).most_agents(), 1000.0);
        assert!(eleven.cpu_seconds() > 9.0 * one.cpu_seconds());
    }

    /// Smallest faults seen: sixty transfers with a tag each, and a transfer every minute, counted as one.
    #[test]
    fn every_transfer_and_every_repeat_is_counted() {
        let tagged = (0..60).map(|tag| {
            format!(r#"transfer(kind: "naive CD4", cells: "1e5 cells", tag: "t{tag}", at: "0 h"),"#)
        });
        let host = r#"host: culture(volume: "1 ml", step: "1 min"),"#;
        let sixty = plan(host, 1000, "48 h", &tagged.collect::<String>());
        // 118 833 were counted: of some few cells fewer agents.
        assert!(
            (110_000.0..130_000.0).contains(&sixty.most_agents()),
            "{}",
            sixty.most_agents()
        );
        let often = plan(
            host,
            1000,
            "10 h",
            r#"transfer(kind: "NK", cells: "1e5 cells", at: "0 h", every: "1 min")"#,
        );
        // 14 896 at the end of a run, after twelve came and some were merged.
        assert!(
            (14_896.0..30_000.0).contains(&often.most_agents()),
            "{}",
            often.most_agents()
        );
        let once = plan(
            host,
            1000,
            "10 h",
            r#"transfer(kind: "NK", cells: "1e5 cells", at: "0 h")"#,
        );
        assert_eq!(once.most_agents(), 1000.0);
        assert!(often.cpu_seconds() > 8.0 * once.cpu_seconds());
        // A few cells are few agents.
        let few = plan(
            host,
            1000,
            "10 h",
            r#"transfer(kind: "NK", cells: "30 cells", at: "0 h")"#,
        );
        assert_eq!(few.most_agents(), 30.0);
        // Of a half of an agent that is marked there are two.
        let mice = |deeds: &str| plan("", 2000, "10 d", deeds).most_agents();
        assert_eq!(mice(r#"tag(kind: "T", tag: "a", at: "1 d")"#), 2000.0);
        assert_eq!(
            mice(r#"tag(kind: "T", tag: "a", fraction: 0.5, at: "1 d")"#),
            4000.0
        );
        // What is marked already stays one; marks that take turns part agents again and again.
        let often = |tag| {
            format!(r#"tag(kind: "T", tag: "{tag}", fraction: 0.5, at: "1 d", every: "1 h"),"#)
        };
        let one = mice(&often("a"));
        assert!((4000.0..1e5).contains(&one), "{one}");
        assert!(mice(&(often("a") + &often("b"))) > 1e6);
    }

    /// Smallest fault seen: memory of the machine offered to a job that may take a tenth of it.
    #[test]
    fn the_narrowest_group_limits() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let left = || of_groups("1:name=x:/y\n0::/job/step\n", root.path());
        assert_eq!(left(), None);
        write("job/step/memory.max", "max\n");
        write("job/step/memory.current", "10\n");
        assert_eq!(left(), None);
        write("job/memory.max", "1000\n");
        write("job/memory.current", "700\n");
        write("job/memory.stat", "anon 1\ninactive_file 100\n");
        assert_eq!(left(), Some(400));
        write("memory.max", "900\n");
        write("memory.current", "1000\n");
        assert_eq!(left(), Some(0));
        assert_eq!(
            of_machine("MemTotal: 9 kB\nMemAvailable:   2 kB\n"),
            Some(2048)
        );
    }

    /// Smallest fault seen: a day of work let pass as half an hour with `--threads 100` on two cores.
    #[test]
    fn threads_beyond_the_cores_are_no_faster() {
        assert_eq!(hours(3600.0, 100, 2, 2), 50.0);
        assert_eq!(hours(3600.0, 100, 4000, 2), 50.0);
        assert_eq!(hours(3600.0, 100, 1, 2), 100.0);
    }
}
