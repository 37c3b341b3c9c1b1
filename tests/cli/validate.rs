//! Published rows on the command line: parts and wholes, resumed and not, what is written and what is refused.

use crate::place;
use paracrine_tests::program::Place;
use paracrine_tests::results::Table;
use std::fs;

/// Two scenarios of mice and wells that take a second: rows of every sort.
const MICE: &str = r#"(
    title: "Small mice", question: "Does it score?",
    run: (until: "8 d", replicates: 2, cells: 5000, seed: 11, sample_every: "1 d"),
    arms: [
        (name: "wild type"),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0)]),
        (name: "no Treg", interventions: [deplete(kind: "Treg", fraction: 1, at: "5 d", every: "1 d")]),
    ],
    readouts: ["count(T)", "copies(CD25, Treg)", "count(Treg)", "alive"],
    expect: [
        (id: "W1", tier: 1, what: "T cells at day 8", published: "any number", source: "tests", all: [
            (readout: "count(T)", arm: "wild type", at: "8 d", above: 1),
            (readout: "count(T)", arm: "wild type", at: "8 d", since: "2 d", above: 1),
        ]),
        (id: "W2", tier: 2, what: "death", published: "before day 6", source: "tests", all: [
            (arm: "wild type", take: death, band: (0, 6)),
        ]),
        (id: "W3", what: "what goes in", published: "nothing", source: "tests", not_modelled: "it goes in"),
        (id: "A1", tier: 1, what: "CD25 without its gene", published: "none", source: "tests", all: [
            (readout: "copies(CD25, Treg)", arm: "Il2ra-/-", at: "8 d", relative_to: "wild type", below: 0.001),
        ]),
        (id: "A2", tier: 1, what: "Treg removed", published: "gone, and the wrong number", source: "tests", all: [
            (readout: "count(Treg)", arm: "no Treg", at: "8 d", relative_to: "wild type", below: 0.5),
            (readout: "count(T)", arm: "no Treg", at: "8 d", band: (1, 2)),
        ]),
    ],
)"#;
const WELLS: &str = r#"(
    title: "Small wells", question: "Does it score?",
    host: culture(volume: "1 ml", supply: clamped),
    run: (until: "2 h", replicates: 2, cells: 20, seed: 3, sample_every: "30 min"),
    arms: [
        (name: "1 pM", medium: (il2: "1 pM"), interventions: [transfer(kind: "Treg", cells: "1e4 cells", at: "0 h")]),
        (name: "10 pM", medium: (il2: "10 pM"), interventions: [transfer(kind: "Treg", cells: "1e4 cells", at: "0 h")]),
        (name: "100 pM", medium: (il2: "100 pM"), interventions: [transfer(kind: "Treg", cells: "1e4 cells", at: "0 h")]),
    ],
    readouts: ["pstat5(Treg)", "concentration(IL-2)"],
    expect: [
        (id: "B1", tier: 3, what: "signal against IL-2", published: "rises", source: "tests", all: [
            (readout: "pstat5(Treg)", arms: ["1 pM", "10 pM", "100 pM"], take: exponent, over: ["0 h", "2 h"], against: [1, 10, 100], band: (0.05, 1.2)),
        ]),
    ],
)"#;

fn scored() -> Place {
    let place = place();
    place.write("rows/mice.ron", MICE);
    place.write("rows/wells.ron", WELLS);
    place
}

const ALL: [&str; 5] = ["validate", "--scenarios", "rows", "--out", "out"];

fn board(place: &Place, out: &str) -> String {
    fs::read_to_string(place.path(out).join("scoreboard.csv")).unwrap()
}

/// Verdicts by id, of rows.
fn verdicts(place: &Place) -> Vec<(String, String)> {
    let table = Table::read(&place.path("out").join("scoreboard.csv"));
    let column = |name: &str| table.header.iter().position(|one| one == name).unwrap();
    let (id, verdict) = (column("id"), column("row_verdict"));
    let mut rows: Vec<(String, String)> = Vec::new();
    for row in &table.rows {
        let row = (row[id].clone(), row[verdict].clone());
        if rows.last() != Some(&row) {
            rows.push(row);
        }
    }
    rows
}

/// Smallest faults seen: a row that is in although one of its conditions is out, deaths after the run taken for deaths in it.
#[test]
fn every_row_is_scored_and_written_three_times() {
    let place = scored();
    let ended = place.done(&[&ALL[..], &["--markdown", "board.md"]].concat());
    let wanted = [
        ("W1", "in"),
        ("W2", "out"),
        ("W3", "not judged"),
        ("A1", "in"),
        ("A2", "out"),
        ("B1", "in"),
    ];
    let wanted = wanted.map(|(id, verdict)| (id.to_owned(), verdict.to_owned()));
    assert_eq!(verdicts(&place), wanted);
    assert!(
        ended
            .stdout
            .contains("tier 1           2 of   3 in,   1 out,   0 not judged"),
        "{}",
        ended.shown()
    );
    assert!(
        ended.stdout.contains("of processor time"),
        "{}",
        ended.shown()
    );
    let markdown = fs::read_to_string(place.path("board.md")).unwrap();
    assert!(
        markdown.contains("| tier 1 | 2 | 1 | 0 | 3 |") && markdown.contains("| A2 | 1 |"),
        "{markdown}"
    );
    let page = fs::read_to_string(place.path("out/scoreboard.html")).unwrap();
    assert!(page.contains("<section id=\"A\"") && page.contains("no Treg"));
    // The runs are ordinary results, of which other commands know.
    assert!(place.path("out/mice/report.html").is_file());
    assert!(ended.stdout.contains(">=8.00"), "{}", ended.shown());
}

/// Smallest faults seen: a scoreboard of one row in place of that of all; a cut table scored as missing.
#[test]
fn a_few_rows_leave_the_others_and_damage_is_told() {
    let place = scored();
    let first = place.done(&[&ALL[..], &["W1"]].concat());
    assert!(
        first.stdout.contains("with 2 other rows that can be read"),
        "{}",
        first.shown()
    );
    let known =
        |place: &Place| -> Vec<String> { verdicts(place).into_iter().map(|(id, _)| id).collect() };
    assert!(known(&place).contains(&"W2".to_owned()) && !known(&place).contains(&"A1".to_owned()));
    place.done(&ALL);
    let whole = board(&place, "out");
    let again = place.done(&[&ALL[..], &["A1", "--score-only"]].concat());
    assert_eq!(board(&place, "out"), whole);
    assert!(again.stdout.contains("1 of   1 in"), "{}", again.shown());
    assert!(
        again.stdout.contains("with 5 other rows"),
        "{}",
        again.shown()
    );
    // Of other sizes is another scoreboard.
    let options = ["B1", "--seeds", "3", "--force"];
    let other = place.done(&[&ALL[..], &options].concat());
    assert_eq!(known(&place), ["B1"]);
    assert!(
        other
            .stdout
            .contains("another seed or another model: 1 scenario"),
        "{}",
        other.shown()
    );
    let table = "out/mice/timecourse.csv";
    let text = fs::read(place.path(table)).unwrap();
    place.write(table, &text[..text.len() / 2]);
    let refused = place
        .run(&[&ALL[..], &["--score-only"]].concat())
        .expect_code(2);
    let expected = "timecourse.csv is not what the run wrote";
    assert!(refused.stderr.contains(expected), "{}", refused.shown());
}

/// Smallest fault seen: records read back from tables that lack the deaths.
#[test]
fn parts_make_the_whole_and_threads_do_not_matter() {
    let whole = scored();
    whole.done(&[&ALL[..], &["--threads", "1"]].concat());
    let parts = scored();
    // One row needs two of three arms: they are kept, and no table is made of them.
    let first = parts.done(&[&ALL[..], &["A1"]].concat());
    assert!(parts.path("out/mice/checkpoint/digest").is_file());
    assert!(!parts.path("out/mice/manifest.json").exists());
    assert!(first.stdout.contains("1 of   1 in"), "{}", first.shown());
    // What is not simulated is said so, and not simulated.
    let looked = parts.done(&[&ALL[..], &["--score-only"]].concat());
    assert!(
        looked.stdout.contains("not simulated"),
        "{}",
        looked.shown()
    );
    parts.done(&ALL);
    assert_eq!(board(&parts, "out"), board(&whole, "out"));
    // Complete runs are scored from their tables, to the same bytes.
    parts.done(&[&ALL[..], &["--score-only"]].concat());
    assert_eq!(board(&parts, "out"), board(&whole, "out"));
    assert!(parts.path("out/mice/manifest.json").is_file());
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let place = scored();
    let other = place.done(&ALL);
    drop(other);
    let seed = place
        .run(&[&ALL[..], &["--seed", "5"]].concat())
        .expect_code(2);
    assert!(
        seed.stderr.contains("results of another run"),
        "{}",
        seed.shown()
    );
    place.done(&[&ALL[..], &["--seed", "5", "--force", "W1"]].concat());
    let row = place.run(&[&ALL[..], &["A9"]].concat()).expect_code(2);
    assert!(
        row.stderr.contains("no published row or group `A9`"),
        "{}",
        row.shown()
    );
    place.write("rows/twice.ron", WELLS);
    let twice = place.run(&ALL).expect_code(2);
    assert!(twice.stderr.contains("row B1 in"), "{}", twice.shown());
    place.write(
        "rows/twice.ron",
        WELLS.replace("take: exponent", "take: exponnt"),
    );
    let faulty = place.run(&ALL).expect_code(1);
    assert!(
        faulty.stderr.contains("exponent") && faulty.stderr.contains("twice.ron:13"),
        "{}",
        faulty.shown()
    );
    let nothing = place
        .run(&["validate", "--scenarios", "nowhere"])
        .expect_code(1);
    assert!(
        nothing.stderr.contains("cannot read nowhere"),
        "{}",
        nothing.shown()
    );
}

/// Smallest fault seen: a value as text.
#[test]
fn a_script_gets_the_scoreboard_too() {
    let place = scored();
    let ended = place.done(&[&ALL[..], &["A", "W3", "--json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&document["command"], &document["exit"]),
        (&"validate".into(), &0.into())
    );
    let rows = document["rows"].as_array().unwrap();
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row("A1")["verdict"], "in", "{document:#}");
    assert_eq!(row("A2")["verdict"], "out", "{document:#}");
    let condition = &row("A1")["conditions"][0];
    assert_eq!(
        (&condition["verdict"], &condition["value"]),
        (&"in".into(), &0.0.into())
    );
    assert_eq!(row("W3")["not_modelled"], "it goes in");
    assert_eq!(row("A2")["conditions"].as_array().unwrap().len(), 2);
}

/// Smallest faults seen: a page of rows of which nothing is simulated, prose replaced, a page of a run of another seed.
#[test]
fn pages_say_why_and_keep_what_is_written_by_hand() {
    let place = scored();
    let none = place.done(&[&ALL[..], &["--score-only", "--why", "pages"]].concat());
    assert!(
        !none.stdout.contains("Why ") && !place.path("pages").exists(),
        "{}",
        none.shown()
    );
    place.done(&ALL);
    let why = [&ALL[..], &["--score-only", "--why", "pages"]].concat();
    let ended = place.done(&why);
    assert!(
        ended.stdout.contains("Why       pages (3 groups)"),
        "{}",
        ended.shown()
    );
    let read = |name: &str| fs::read_to_string(place.path("pages").join(name)).unwrap();
    let page = read("A.md");
    for part in [
        "# A: Small mice\n",
        "Model: mouse; mice in each arm: 2; agents of a mouse: 5000; seed: 11. paracrine ",
        "`paracrine validate --scenarios rows`",
        "### mice: beside wild type\n\nMedians at day 8, an age at which these rows are read.",
        "| link | wild type | Il2ra-/- | no Treg |\n",
        "- **Il2ra-/-**: CD25 copies on Treg ",
        "→ 0\u{a0}molecules/cell, none; ",
        "| A2 | Treg removed | gone, and the wrong number | count(Treg) at 8 d, no Treg, x wild type | ",
    ] {
        assert!(page.contains(part), "missing {part} in {page}");
    }
    assert!(read("A-mice-time.svg").contains("no Treg"));
    assert!(read("A-mice-chain.svg").contains("times the median of wild type"));
    // Wells have no chain.
    assert!(
        !read("B.md").contains(".svg") && read("B.md").contains("| B1 | signal against IL-2 |")
    );
    // An arm alone has courses, and is compared with none.
    assert!(read("W.md").contains("### mice: wild type\n"));
    let mine = page.replace("Not written yet", "By hand");
    assert_ne!(mine, page);
    place.write("pages/A.md", &mine);
    place.done(&why);
    assert_eq!(read("A.md"), mine);
    place.write("pages/A.md", mine.replace("<!-- numbers: end -->", ""));
    let refused = place.run(&why).expect_code(2);
    assert!(
        refused.stderr.contains("A.md, line ")
            && refused
                .stderr
                .contains("expected a line `<!-- numbers: end -->` below it"),
        "{}",
        refused.shown()
    );
}
