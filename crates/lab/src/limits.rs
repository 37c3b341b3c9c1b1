//! What a page may ask for.

use std::time::Duration;

/// Agents of a mouse on the page, unless the text says otherwise.
pub const LAB_CELLS: u32 = 2000;
/// Most agents of a mouse, or of each kind in a well.
pub const MOST_CELLS: u32 = 8000;
/// Most arms of a run that is watched.
pub const MOST_ARMS: usize = 6;
/// Most agents at a time of all arms together.
pub const MOST_AGENTS: f64 = (MOST_ARMS * MOST_CELLS as usize) as f64;
/// Most readouts.
pub const MOST_READOUTS: usize = 24;
/// Most steps of a host: 200 days of a mouse.
pub const MOST_STEPS: u64 = 4800;
/// Most samples of a host.
pub const MOST_SAMPLES: u64 = 1200;
/// Most mice of one genotype.
pub const MOST_MICE: u32 = 40;
/// Most replicates of the network.
pub const MOST_TRAJECTORIES: u32 = 100;
/// Largest body of a request, bytes.
pub const MOST_BODY: usize = 64 << 10;
/// Largest head of a request, bytes.
pub const MOST_HEAD: usize = 8 << 10;
/// Most fields of a head.
pub const MOST_FIELDS: usize = 64;
/// Connections at once.
pub const MOST_CONNECTIONS: usize = 256;
/// Of these, connections of one address of a class: no pupil takes the places of the others.
pub const MOST_CONNECTIONS_OF_ONE: usize = 24;
/// Runs at once on one's own machine.
pub const MOST_RUNS: usize = 4;
/// Runs at once of a class.
pub const MOST_RUNS_OF_CLASS: usize = 36;
/// Visitors that wait for their run to begin.
pub const MOST_WAITING: usize = 64;
/// Runs that a visitor may begin within [`QUOTA_WINDOW`].
pub const QUOTA: usize = 40;
/// Time over which runs are counted.
pub const QUOTA_WINDOW: Duration = Duration::from_secs(60);
/// How long a run may be paused.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);
/// How long a page may leave what it is sent unread before its run is given up.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a request may take to arrive.
pub const ARRIVAL: Duration = Duration::from_secs(10);
