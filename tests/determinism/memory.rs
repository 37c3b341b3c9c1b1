//! Memory does not grow with what mice leave: statistics come from the disk.

use crate::place;
use paracrine_tests::program::Place;
use std::fs;
use std::time::Duration;

/// Samples of so many readouts at so many times are some 50 kB of text and numbers.
const TEXT: &str = r#"(
    title: "Many wells", question: "Does memory grow?", host: culture(volume: "0.1 ml", medium: (il2: "20 pM"), step: "10 min"),
    run: (until: "48 h", replicates: 1, cells: 100, seed: 3, sample_every: "10 min"),
    arms: [(name: "a", interventions: [transfer(kind: "Treg", cells: "4 cells", at: "0 h")])],
    readouts: ["count(T)", "count(Treg)", "pstat5(Treg)", "concentration(IL-2)", "copies(CD25, Treg)", "copies(CD122, Treg)", "il2_secretion", "divisions(Treg)"],
)"#;

/// Bytes of memory at the most, of a run to its end. What is asked for last stands until the process ends.
fn most(place: &Place, replicates: &str) -> u64 {
    let arguments = [
        "run",
        "wells.ron",
        "--replicates",
        replicates,
        "--threads",
        "2",
        "--keep",
        "summary",
        "--out",
        replicates,
    ];
    let mut child = place.command(&arguments).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| {
            line.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
        most = most.max(1024 * kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    most
}

/// With 900 wells the room for columns is full. Another 900 take a few numbers each: less than a quarter of what their samples are.
///
/// Smallest fault seen: all records in memory until the tables are written, 45 MB more.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_samples() {
    let place = place();
    place.write("wells.ron", TEXT);
    let (half, whole) = (most(&place, "900"), most(&place, "1800"));
    assert!(half > 16 << 20, "{half}");
    assert!(whole < half + (12 << 20), "{half}, then {whole}");
}
