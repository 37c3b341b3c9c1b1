//! Pages on groups from a small directory.

use super::*;
use crate::tests::directory;
use tempfile::TempDir;

/// Rows of the small run; the arm is `Il2ra<-/->`, so that names are seen to be text.
fn group(results: &Path, arms: &[&str], at_d: Option<f64>) -> WhyGroup {
    WhyGroup {
        letter: "B".into(),
        about: "Loss of <Il2ra>".into(),
        size: "Mice in each arm: 2.".into(),
        command: "paracrine validate B".into(),
        experiments: vec![WhyExperiment {
            scenario: "knockouts".into(),
            results: results.to_owned(),
            arms: arms.iter().map(|arm| (*arm).to_owned()).collect(),
            at_d,
        }],
        rows: vec![WhyRow {
            id: "B1".into(),
            what: "a | b".into(),
            published: "> 2".into(),
            conditions: [["x * y", "3 [2, 4]", "> 2"], ["z", "1", "< 1"]]
                .map(|cells| cells.map(str::to_owned))
                .into(),
            verdict: "OUT".into(),
        }],
    }
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect(name)
}

const ARMS: [&str; 2] = ["wild type", "Il2ra<-/->"];

/// Smallest faults seen: ratios to the wrong arm, a name taken for markup, the age of a sample at which no mouse lives.
#[test]
fn a_page_follows_the_chain_in_its_own_numbers() {
    let (results, folder) = (directory(), TempDir::new().expect("a folder"));
    let pages = folder.path().join("new");
    let path = write_why(&pages, &group(results.path(), &ARMS, None)).expect("a page");
    assert_eq!(path, pages.join("B.md"));
    let page = read(&pages, "B.md");
    for part in [
        "# B: Loss of \\<Il2ra>\n\n## Why\n",
        "Mice in each arm: 2. paracrine 0.1.0, `paracrine validate B`.\n",
        "### knockouts: beside wild type\n\nMedians at day 1, the last sample at which mice of every arm live.",
        "- **Il2ra\\<-/->**: pSTAT5 of Treg 0.4 → 0.1 (×\u{a0}0.25); damage integral 0 → 7.5; 1 of 2 mice dead by the end.\n",
        "| link | wild type | Il2ra\\<-/-> |\n|---|---|---|\n",
        "| pSTAT5 of Treg | 0.4 | 0.1 (×\u{a0}0.25, apart from day 1) |\n",
        "| Mice alive at the end | 2 of 2 | 1 of 2 |\n",
        "(B-knockouts-time.svg)",
        "(B-knockouts-chain.svg)",
        "| B1 | a \\| b | > 2 | x \\* y | 3 \\[2, 4\\] | > 2 | OUT |\n|  |  |  | z | 1 | \\< 1 |  |\n",
    ] {
        assert!(page.contains(part), "missing {part} in {page}");
    }
    for name in ["B-knockouts-time.svg", "B-knockouts-chain.svg"] {
        let figure = read(&pages, name);
        assert!(figure.starts_with("<svg xmlns=") && figure.ends_with("</svg>"));
        assert!(
            !figure.contains("NaN") && figure.contains("Il2ra&lt;-/-&gt;"),
            "{figure}"
        );
    }
    let courses = read(&pages, "B-knockouts-time.svg");
    for label in ["1. pSTAT5 of Treg", "2. Damage integral", "age (days)"] {
        assert!(courses.contains(label), "missing {label} in {courses}");
    }
}

/// The other way round, at another age, and an arm alone.
#[test]
fn any_arm_may_be_the_first() {
    let (results, folder) = (directory(), TempDir::new().expect("a folder"));
    let page = |arms: &[&str], at_d| {
        write_why(folder.path(), &group(results.path(), arms, at_d)).expect("a page");
        read(folder.path(), "B.md")
    };
    let turned = page(&[ARMS[1], ARMS[0]], Some(0.5));
    assert!(
        turned.contains("Medians at day 0.5, an age at which these rows are read.")
            && turned.contains("- **wild type**: no link differs by more than a tenth."),
        "{turned}"
    );
    // Beyond the last mouse of an arm an age is none.
    let turned = page(&[ARMS[1], ARMS[0]], Some(2.0));
    assert!(
        turned.contains("pSTAT5 of Treg 0.1 → 0.4 (×\u{a0}4)"),
        "{turned}"
    );
    let alone = page(&ARMS[..1], Some(2.0));
    assert!(
        alone.contains("### knockouts: wild type\n") && !alone.contains("chain.svg"),
        "{alone}"
    );
    let unknown = group(results.path(), &["wild typ"], None);
    let error = write_why(folder.path(), &unknown).expect_err("no such arm");
    assert!(matches!(error, ReportError::NoArm { .. }), "{error}");
    assert!(
        error.to_string().ends_with(
            "manifest.json: expected an arm `wild typ`, found `wild type`, `Il2ra<-/->`"
        ),
        "{error}"
    );
}

/// Smallest faults seen: prose lost, a page with one marker taken for one without prose, a figure written beside a page that is refused.
#[test]
fn what_is_written_by_hand_stays() {
    let (results, folder) = (directory(), TempDir::new().expect("a folder"));
    let group = group(results.path(), &ARMS, None);
    let path = folder.path().join("B.md");
    let [begin, end] = MARKERS;
    fs::write(
        &path,
        format!("# Mine\r\n\nWhy.\n{begin}\nold\n{end}\n\nMore."),
    )
    .expect("a page");
    write_why(folder.path(), &group).expect("a page");
    let first = read(folder.path(), "B.md");
    assert!(
        first.starts_with(&format!("# Mine\r\n\nWhy.\n{begin}\n\nMice in"))
            && first.ends_with(&format!("{end}\n\nMore."))
            && !first.contains("old"),
        "{first}"
    );
    write_why(folder.path(), &group).expect("a page");
    assert_eq!(read(folder.path(), "B.md"), first);
    let figure = folder.path().join("B-knockouts-time.svg");
    fs::remove_file(&figure).expect("a figure");
    for (text, wanted) in [
        (
            "# Mine\n".to_owned(),
            format!("line 1: expected a line `{begin}` below it, found the end of the page"),
        ),
        (
            String::new(),
            format!("line 1: expected a line `{begin}` below it"),
        ),
        (
            format!("a\n{begin}\nb\n"),
            format!("line 3: expected a line `{end}` below it"),
        ),
        (
            format!("a\n{end}\n{begin}\n"),
            format!("line 2: expected the line `{begin}`, found `{end}`"),
        ),
        (
            format!("{begin}\n{end}\n{begin}\n"),
            format!("line 3: expected each marker once, found `{begin}`"),
        ),
    ] {
        fs::write(&path, &text).expect("a page");
        let error = write_why(folder.path(), &group).expect_err("no place");
        assert!(matches!(error, ReportError::Markers { .. }), "{error}");
        assert!(error.to_string().contains(&wanted), "{error}");
        assert_eq!(read(folder.path(), "B.md"), text);
        assert!(!figure.exists());
    }
}

/// Wells, and runs that are not whole: the rows alone.
#[test]
fn without_a_chain_the_rows_stand_alone() {
    let (results, folder) = (directory(), TempDir::new().expect("a folder"));
    fs::remove_file(results.path().join("chain.csv")).expect("a table");
    let nowhere = folder.path().join("nowhere");
    for results in [results.path(), &nowhere] {
        write_why(folder.path(), &group(results, &ARMS, None)).expect("a page");
        let page = read(folder.path(), "B.md");
        assert!(
            page.contains("### knockouts\n\nNo chain") && page.contains("| B1 |"),
            "{page}"
        );
        assert!(!page.contains(".svg"), "{page}");
    }
}
