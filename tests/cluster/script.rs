//! The job script that the documentation gives to users, made small.

use paracrine_tests::repository;
use std::fs;

/// Parts into which the small run is dealt out.
pub(crate) const SHARDS: u64 = 4;

/// The results directory that the script names.
pub(crate) const OUT: &str = "il2ra";

/// What is small about it: each text is in the script once. Everything else is what users copy.
const SMALLER: [(&str, &str); 5] = [
    ("--array=0-31", "--array=0-3"),
    ("--shards 32", "--shards 4"),
    // One thread: the mice of a shard end one after the other.
    ("--cpus-per-task=8", "--cpus-per-task=1"),
    ("--replicates 1000", "--replicates 4"),
    ("--cells 20000", "--cells 2000"),
];

/// A job script.
#[derive(Debug)]
pub(crate) struct Script {
    /// Its text.
    pub(crate) text: String,
}

impl Script {
    /// The script of `docs/cluster.md` with smaller numbers in it.
    #[track_caller]
    pub(crate) fn of_the_documentation() -> Self {
        let page = fs::read_to_string(repository().join("docs/cluster.md")).unwrap();
        let (_, section) = page.split_once("\n## Slurm\n").unwrap();
        let (_, block) = section.split_once("```sh\n").unwrap();
        let (script, _) = block.split_once("```").unwrap();
        let mut text = script.to_owned();
        for (from, to) in SMALLER {
            assert_eq!(text.matches(from).count(), 1, "`{from}` in\n{script}");
            text = text.replace(from, to);
        }
        Self { text }
    }

    /// Arguments of the run of one process that is the same run, in `whole`.
    ///
    /// They are those of the script but for what deals it out and where it goes.
    #[track_caller]
    pub(crate) fn whole(&self) -> Vec<&str> {
        let (_, command) = self.text.split_once("\nparacrine ").unwrap();
        let words: Vec<&str> = command
            .split_whitespace()
            .filter(|word| *word != "\\")
            .collect();
        let shards = ["--shards", "--out", "--threads"];
        let mut arguments = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if shards.contains(&word) {
                let _ = words.next().unwrap();
            } else {
                arguments.push(word);
            }
        }
        arguments.extend(["--out", "whole"]);
        arguments
    }
}
