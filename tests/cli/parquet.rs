//! Tables as Parquet, asked of a program that cannot write them. What one writes that can: `tests/parquet`.

use crate::place;

#[test]
fn a_program_without_parquet_says_so_at_once() {
    let place = place();
    for arguments in [
        &["run", "small.ron", "--out", "out", "--parquet"][..],
        &[
            "run",
            "small.ron",
            "--out",
            "out",
            "--parquet",
            "--shards",
            "2",
            "--shard",
            "0",
        ],
        &["simulate", "schloegl", "--out", "out", "--parquet"],
    ] {
        let refused = place.run(arguments).expect_code(2);
        for word in [
            "--parquet",
            "feature `parquet`",
            "cargo install --path crates/cli --features parquet",
        ] {
            assert!(refused.stderr.contains(word), "{}", refused.shown());
        }
        assert_eq!(refused.stdout, "", "{}", refused.shown());
        assert_eq!(place.names(), ["small.ron"], "nothing is left");
    }
    // A run that was begun by one that can.
    place.done(&[
        "run",
        "small.ron",
        "--out",
        "out",
        "--shards",
        "1",
        "--shard",
        "0",
    ]);
    place.write("out/checkpoint/parquet", "");
    for arguments in [
        &["merge", "out"][..],
        &["resume", "out"],
        &["run", "small.ron", "--out", "out"],
    ] {
        let refused = place.run(arguments).expect_code(2);
        assert!(
            refused.stderr.contains("feature `parquet`"),
            "{}",
            refused.shown()
        );
    }
    assert!(place.path("out/checkpoint/request").is_file());
    assert!(!place.path("out/timecourse.csv").exists());
}
