//! A Slurm cluster of two nodes on this machine, made of daemons of its own in a scratch folder, with a munge socket and ports of its own: it
//! touches no cluster that is there already, and several run beside each other.

use crate::processes::{Process, send};
use paracrine_tests::program::{Ended, Place, end, names};
use std::env;
use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Everything that is started here, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 8] = [
    ("munged", "munge"),
    ("slurmctld", "slurmctld"),
    ("slurmd", "slurmd"),
    ("sbatch", "slurm-client"),
    ("scancel", "slurm-client"),
    ("scontrol", "slurm-client"),
    ("sinfo", "slurm-client"),
    ("squeue", "slurm-client"),
];

const NODES: [&str; 2] = ["n1", "n2"];

/// Nothing that a test waits for takes longer, also where the machine is busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// What a cluster needs and this machine lacks.
pub(crate) fn lacking() -> Vec<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_on_path = |program: &str| env::split_paths(&path).any(|at| at.join(program).is_file());
    let mut lacking: Vec<String> = PROGRAMS
        .into_iter()
        .filter(|(program, _)| !is_on_path(program))
        .map(|(program, package)| format!("{program} on PATH (Debian package {package})"))
        .collect();
    if !Path::new("/proc/self/environ").exists() {
        lacking.push("/proc of Linux".to_owned());
    }
    lacking
}

/// Looks again and again until something is there.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let waited = started.elapsed();
        assert!(waited < PATIENCE, "waited {PATIENCE:?} for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until nobody holds the other end of its standard input, which is when the test is over or was killed itself, and then ends what has
/// the configuration `$1` or lies in the directory `$2`: step managers have sessions of their own, which no Ctrl-C reaches.
const KEEPER: &str = r#"
cat > /dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    found=
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/cwd" 2> /dev/null)/" in
            "$2"/*) ;;
            *) grep -qzxF "SLURM_CONF=$1" "$process/environ" 2> /dev/null || continue ;;
        esac
        found=1
        kill -KILL "${process#/proc/}" 2> /dev/null
    done
    [ -n "$found" ] || break
    sleep 0.1
done
rm -rf "$2"
"#;

/// A running cluster. Whatever it started ends with it, also when a test fails or is killed.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// Where jobs are submitted; `bin/paracrine` in it is the program under test, which jobs find on their path.
    pub(crate) place: Place,
    daemons: Vec<(&'static str, Child)>,
    keeper: Child,
}

/// A task of a job array, as `squeue` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    /// Its index in the array.
    pub(crate) index: u64,
    /// `PENDING`, `RUNNING`, `COMPLETED` and so on.
    pub(crate) state: String,
    /// The node where it runs or ran; empty if there is none yet.
    pub(crate) node: String,
}

impl Cluster {
    /// A cluster whose jobs find `program` as `paracrine`, with both nodes ready.
    pub(crate) fn start(program: &str) -> Self {
        // Another process may take a free port before the daemon does.
        let mut reasons = Vec::new();
        for _ in 0..5 {
            let mut cluster = Self::laid_out(program);
            match cluster.started() {
                Ok(()) => return cluster,
                Err(reason) => reasons.push(reason),
            }
        }
        panic!("no cluster in five attempts:\n{}", reasons.join("\n"));
    }

    fn laid_out(program: &str) -> Self {
        let place = Place::new(program);
        // Munge wants a path that everyone may walk.
        fs::set_permissions(place.path("."), Permissions::from_mode(0o755)).unwrap();
        for folder in ["bin", "slurm/state", "slurm/n1", "slurm/n2"] {
            fs::create_dir_all(place.path(folder)).unwrap();
        }
        symlink(program, place.path("bin/paracrine")).unwrap();
        let mut secret = [0; 128];
        let mut random = File::open("/dev/urandom").unwrap();
        random.read_exact(&mut secret).unwrap();
        place.write("slurm/munge.key", secret);
        let key = place.path("slurm/munge.key");
        fs::set_permissions(key, Permissions::from_mode(0o600)).unwrap();
        place.write("slurm/slurm.conf", configuration(&place.path("slurm")));
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(place.path("slurm/slurm.conf"))
            .arg(fs::canonicalize(place.path(".")).unwrap())
            .current_dir("/")
            .env_remove("SLURM_CONF")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            place,
            daemons: Vec::new(),
            keeper,
        }
    }

    /// Starts the daemons and waits until both nodes are ready.
    ///
    /// # Errors
    /// What a daemon said that ended.
    fn started(&mut self) -> Result<(), String> {
        let own = |place: &Place, file: &str| place.path("slurm").join(file);
        let socket = own(&self.place, "munge.socket");
        let mut munged = self.command("munged");
        munged
            .arg("--foreground")
            .arg("--socket")
            .arg(&socket)
            .arg("--key-file")
            .arg(own(&self.place, "munge.key"))
            .arg("--pid-file")
            .arg(own(&self.place, "munge.pid"))
            .arg("--seed-file")
            .arg(own(&self.place, "munge.seed"));
        self.daemon("munged", munged);
        self.wait_for_all("the socket of munge", |_| socket.exists())?;

        let mut controller = self.command("slurmctld");
        controller.arg("-D");
        self.daemon("slurmctld", controller);
        for node in NODES {
            let mut slurmd = self.command("slurmd");
            // Its jobs have this too: all processes of a node are found by it.
            slurmd.args(["-D", "-N", node]).env("SLURMD_NODENAME", node);
            self.daemon(node, slurmd);
        }
        let text = fs::read_to_string(own(&self.place, "slurm.conf")).unwrap();
        let (_, port) = text.split_once("SlurmctldPort=").unwrap();
        let address = format!("127.0.0.1:{}", port.lines().next().unwrap());
        self.wait_for_all("the controller", |_| TcpStream::connect(&address).is_ok())?;
        self.wait_for_all("both nodes", |cluster| {
            // It fails where something else has the controller's port.
            let ended = cluster.run("sinfo", &["-h", "-N", "-o", "%N %T"]);
            ended.code == Some(0) && ended.stdout == "n1 idle\nn2 idle\n"
        })
    }

    fn daemon(&mut self, name: &'static str, mut command: Command) {
        let output = File::create(self.place.path(&format!("slurm/{name}.out"))).unwrap();
        command.stdout(Stdio::null()).stderr(output);
        self.daemons.push((name, command.spawn().unwrap()));
    }

    /// Waits until something is so, while no daemon ends.
    fn wait_for_all(
        &mut self,
        what: &str,
        mut is_so: impl FnMut(&Self) -> bool,
    ) -> Result<(), String> {
        wait_for(what, || {
            for (name, child) in &mut self.daemons {
                if let Some(status) = child.try_wait().unwrap() {
                    let said = self.place.path(&format!("slurm/{name}.out"));
                    let said = fs::read_to_string(said).unwrap();
                    return Some(Err(format!("{name}: {status}\n{said}")));
                }
            }
            is_so(self).then_some(Ok(()))
        })
    }

    /// A command of this cluster, whatever other cluster the environment speaks of.
    fn command(&self, program: &str) -> Command {
        let mut path = self.place.path("bin").into_os_string();
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new(program);
        command
            .current_dir(self.place.path("."))
            .env_clear()
            .env("PATH", path)
            .env("SLURM_CONF", self.place.path("slurm/slurm.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command of this cluster to its end.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Ended {
        let child = self.command(program).args(arguments).spawn().unwrap();
        end(child, &format!("{program} {}", arguments.join(" ")))
    }

    /// What a command of this cluster answers, which must succeed.
    #[track_caller]
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> String {
        self.run(program, arguments).expect_code(0).stdout
    }

    /// Submits a script and returns the number of the job.
    #[track_caller]
    pub(crate) fn submit(&self, arguments: &[&str]) -> String {
        let said = self.ask("sbatch", arguments);
        let job = said.trim().strip_prefix("Submitted batch job ");
        job.unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    /// The tasks of a job array, in order.
    #[track_caller]
    pub(crate) fn tasks(&self, job: &str) -> Vec<Task> {
        let said = self.ask(
            "squeue",
            &["-h", "-r", "-t", "all", "-j", job, "-o", "%K|%T|%N"],
        );
        let mut tasks: Vec<Task> = said
            .lines()
            .map(|line| {
                let cells: Vec<&str> = line.trim().split('|').collect();
                let [index, state, node] = cells[..] else {
                    panic!("{said}")
                };
                Task {
                    index: index.parse().unwrap(),
                    state: state.to_owned(),
                    node: node.to_owned(),
                }
            })
            .collect();
        tasks.sort_by_key(|task| task.index);
        tasks
    }

    /// Sends a signal to everything that runs on a node: daemon, step managers, scripts and what they started. Returns command lines.
    pub(crate) fn signal_node(&self, node: &str, signal: &str) -> Vec<String> {
        let is_of_node = |process: &Process| process.has("SLURMD_NODENAME", node);
        let processes = self.processes();
        // A step manager writes its title over its environment; it is known by its script.
        let (of_node, others): (Vec<_>, Vec<_>) = processes.into_iter().partition(is_of_node);
        let is_manager = |other: &Process| of_node.iter().any(|script| other.is_parent_of(script));
        let managers = others.into_iter().filter(is_manager).collect::<Vec<_>>();
        let all = of_node.into_iter().chain(managers).collect();
        signalled(all, signal)
    }

    /// Sends a signal to the script of a task of a job array and to what it started. Returns command lines.
    pub(crate) fn signal_task(&self, index: u64, signal: &str) -> Vec<String> {
        let mut processes = self.processes();
        processes.retain(|process| process.has("SLURM_ARRAY_TASK_ID", &index.to_string()));
        signalled(processes, signal)
    }

    /// Command lines of everything that this cluster started and that runs.
    pub(crate) fn lines(&self) -> Vec<String> {
        of_folder(&fs::canonicalize(self.place.path(".")).unwrap())
    }

    /// Everything that this cluster started: it has the configuration of this cluster, or lies in its directory.
    fn processes(&self) -> Vec<Process> {
        processes_of(&fs::canonicalize(self.place.path(".")).unwrap())
    }

    /// What daemons and jobs wrote, for the message of a test that failed.
    fn logs(&self) -> String {
        let mut logs = String::new();
        for folder in ["slurm", "."] {
            for name in names(&self.place.path(folder)) {
                let is_log = [".log", ".out"].iter().any(|ending| name.ends_with(ending));
                let path = self.place.path(folder).join(&name);
                if let (true, Ok(text)) = (is_log, fs::read_to_string(path)) {
                    logs.push_str(&format!("--- {name}\n{text}\n"));
                }
            }
        }
        logs
    }
}

impl Drop for Cluster {
    #[allow(clippy::print_stderr, reason = "shown only if the test fails")]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.logs());
        }
        // A script may start another process while it is being killed.
        let started = Instant::now();
        let mut processes = self.processes();
        while !processes.is_empty() && started.elapsed() < PATIENCE {
            send("-KILL", &processes);
            thread::sleep(Duration::from_millis(10));
            processes = self.processes();
        }
        for (_, child) in &mut self.daemons {
            let _ = child.wait();
        }
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Everything that the cluster in a folder started.
fn processes_of(folder: &Path) -> Vec<Process> {
    let configuration = folder.join("slurm/slurm.conf").display().to_string();
    let mut processes = Process::all();
    processes.retain(|process| {
        process.has("SLURM_CONF", &configuration) || process.folder.starts_with(folder)
    });
    processes
}

/// Command lines of it.
pub(crate) fn of_folder(folder: &Path) -> Vec<String> {
    let processes = processes_of(folder).into_iter();
    processes.map(|process| process.line).collect()
}

fn signalled(processes: Vec<Process>, signal: &str) -> Vec<String> {
    send(signal, &processes);
    processes.into_iter().map(|process| process.line).collect()
}

/// Two nodes of one processor each. A busy machine does not make a node dead: the test says when one is. No control
/// groups, no accounting.
fn configuration(scratch: &Path) -> String {
    let scratch = scratch.display();
    let user = fs::metadata("/proc/self").unwrap().uid();
    // All are held before the first is let go, so that they differ.
    let listeners = [(); 3].map(|()| TcpListener::bind("0.0.0.0:0").unwrap());
    let ports = listeners.map(|listener| listener.local_addr().unwrap().port());
    let [controller, n1, n2] = ports;
    format!(
        "\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={scratch}/munge.socket
CredType=cred/munge
MpiDefault=none
StateSaveLocation={scratch}/state
SlurmdSpoolDir={scratch}/%n
SlurmctldPidFile={scratch}/slurmctld.pid
SlurmdPidFile={scratch}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
MinJobAge=3600
MessageTimeout=60
SlurmdTimeout=600
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n1} CPUs=1 RealMemory=8192
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n2} CPUs=1 RealMemory=8192
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"
    )
}
