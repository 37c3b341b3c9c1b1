//! Whole reports from small directories.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{ReportError, render, write};

const MANIFEST: &str = r#"{
  "paracrine": "0.1.0", "title": "Loss of <Il2ra> & \"more\"", "question": "Why?", "expected": null,
  "scenario": "il2ra-knockout", "digest": "c0ffee", "model": "mouse", "seed": 7, "replicates": 2, "cells": 12000,
  "until_d": 2.0, "sample_every_d": 1.0, "unknown": [1, 2],
  "arms": [
    {"name": "wild type", "genotype": [], "interventions": []},
    {"name": "Il2ra<-/->", "genotype": [{"gene": "Il2ra", "expression": 0.0}], "interventions": ["deplete Treg & rest"]}
  ],
  "overlay": [{"parameter": "treg_death", "value": 0.08, "unit": "1/d", "default": 0.0994}],
  "readouts": [
    {"name": "activated_fraction(Tcon)", "unit": "1", "label": "activated share of Tcon", "scale": "linear"},
    {"name": "concentration(IL-2)", "unit": "pM", "label": "IL-2", "scale": "log"}
  ],
  "chain": [
    {"name": "pstat5(Treg)", "unit": "1", "label": "pSTAT5 of Treg", "scale": "linear", "because": "Receptors raise it & more."},
    {"name": "damage", "unit": "1", "label": "damage integral", "scale": "linear", "because": "Effectors do it."}
  ],
  "method": "weighted agents", "results": "abcdef"
}"#;

const COMPARISON: &str = "arm,readout,unit,at_d,mice,dead,median,min,max,difference,difference_low,difference_high,interval,\
                          relative_to,band_low,band_high,verdict,source";

/// A run of two arms with two mice each; the second mouse of the second arm dies, and all IL-2 is zero.
pub(crate) fn directory() -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    let put = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("a written file");
    };
    let (mut courses, mut summary) = (
        "arm,replicate,time_d,readout,unit,value\n".to_owned(),
        "arm,time_d,readout,unit,mice,dead,mean,sd,min,q25,median,q75,max\n".to_owned(),
    );
    for (arm, level) in [("wild type", 0.1), ("Il2ra<-/->", 0.3)] {
        for day in 0..3 {
            let dead = u8::from(arm != "wild type" && day == 2);
            for mouse in 0..2 - dead {
                let value = level * f64::from(day + 1) + 0.01 * f64::from(mouse);
                courses += &format!("{arm},{mouse},{day},activated_fraction(Tcon),1,{value}\n");
                courses += &format!("{arm},{mouse},{day},concentration(IL-2),pM,0\n");
            }
            let median = level * f64::from(day + 1);
            summary += &format!("{arm},{day},activated_fraction(Tcon),1,2,{dead},,,,,{median},,\n");
            summary += &format!("{arm},{day},concentration(IL-2),pM,2,{dead},0,0,0,0,0,0,NaN\n");
        }
    }
    put("manifest.json", MANIFEST);
    put("timecourse.csv", &courses);
    put("summary.csv", &summary);
    put(
        "events.csv",
        "arm,replicate,time_d,event\nIl2ra<-/->,1,1.5,death\n",
    );
    put(
        "comparison.csv",
        &format!(
            "{COMPARISON}\nwild type,activated_fraction(Tcon),1,2,2,0,0.3,0.3,0.31,,,,,,,,,\n\
             Il2ra<-/->,activated_fraction(Tcon),1,2,2,1,0.9,0.61,0.9,0.6,0.55,0.62,resampled,wild type,2,2.5,out,\"A & B, 1995\"\n"
        ),
    );
    put(
        "receptors.csv",
        "arm,time_d,kind,chain,bin_low,bin_high,share,agents\nwild type,2,Treg,CD25,0,1,0.25,400\n\
         wild type,2,Treg,CD25,1000,10000,0.75,400\nIl2ra<-/->,2,Treg,CD25,0,1,1,12\n",
    );
    put(
        "effects.csv",
        "arm,readout,unit,at_d,ratio,ratio_low,ratio_high,cliffs_delta\n\
         Il2ra<-/->,activated_fraction(Tcon),1,2,3,2.5,3.125,0.75\n",
    );
    // Two of four samples of the second arm are after its last mouse; the arms part at day 1.
    let mut chain = "arm,time_d,readout,unit,mice,dead,q25,median,q75\n".to_owned();
    for (arm, day, dead, pstat5, damage) in [
        ("wild type", 0, 0, 0.4, 0.0),
        ("wild type", 1, 0, 0.4, 0.0),
        ("wild type", 2, 0, 0.4, 0.0),
        ("Il2ra<-/->", 0, 0, 0.4, 0.0),
        ("Il2ra<-/->", 1, 1, 0.1, 7.5),
        ("Il2ra<-/->", 2, 2, 0.3, 9.0),
    ] {
        let (low, high) = (0.9 * pstat5, 1.1 * pstat5);
        chain += &format!("{arm},{day},pstat5(Treg),1,2,{dead},{low},{pstat5},{high}\n");
        chain += &format!("{arm},{day},damage,1,2,{dead},{damage},{damage},{damage}\n");
    }
    put("chain.csv", &chain);
    directory
}

/// What a link of the page holds: name of the file and its text.
fn kept(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for link in page.split("<a download=\"").skip(1) {
        let (name, rest) = link.split_once('"').expect("a name");
        let address = rest.split('"').nth(1).expect("an address");
        let (_, text) = address.split_once(',').expect("data");
        let mut parts = text.split('%');
        let mut bytes = parts.next().expect("a part").as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).expect("a code"));
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        found.push((name.to_owned(), String::from_utf8(bytes).expect("UTF-8")));
    }
    found
}

#[test]
fn effects_stand_beside_differences() {
    let page = render(directory().path()).expect("a report");
    let cell = "×\u{a0}3.00, δ\u{a0}+0.75<small>[2.50 to 3.12]</small>";
    assert!(page.contains(cell), "a ratio, its interval, Cliff's delta");
    assert!(page.contains("Cliff’s δ: in how many pairs of a mouse"));
}

/// The age that is shown is the last at which every arm lives; there the second arm has a quarter of the first one's pSTAT5, since that day.
#[test]
fn the_chain_is_told_arm_by_arm() {
    let page = render(directory().path()).expect("a report");
    for text in [
        "Medians at day 1, the last sample at which mice of every arm live.",
        "pSTAT5 of Treg ×\u{a0}0.25; damage integral 7.5; 1 of 2 mice dead.",
        "0.1<small>×\u{a0}0.25, apart from day 1</small>",
        "<small>Receptors raise it &amp; more.</small>",
        ">1 of 2</td>",
        "1. pSTAT5 of Treg",
        "Il2ra&lt;-/-&gt;: pSTAT5 of Treg times 0.25",
    ] {
        assert!(page.contains(text), "missing: {text}");
    }
}

#[test]
fn results_of_an_older_program_have_a_page_too() {
    let directory = directory();
    for name in ["effects.csv", "chain.csv"] {
        fs::remove_file(directory.path().join(name)).expect("a file");
    }
    let page = render(directory.path()).expect("a report");
    assert_well_formed(&page);
    assert!(!page.contains("id=\"chain\"") && !page.contains("Cliff’s δ: in"));
    let error = error_with(
        "chain.csv",
        "arm,time_d,readout,mice,dead,q25,median,q75\nwild type,0,pstat5,2,0,,,\n",
    );
    let expected =
        "line 2, column `readout`: expected one of `pstat5(Treg)`, `damage`, found `pstat5`";
    assert!(error.to_string().contains(expected), "{error}");
}

/// Every figure can be kept, whole, as a drawing and as numbers with units.
#[test]
fn figures_can_be_kept() {
    let page = render(directory().path()).expect("a report");
    let kept = kept(&page);
    let figures = page.matches("<figure>").count();
    let of = |ending: &str| {
        kept.iter()
            .filter(|(name, _)| name.ends_with(ending))
            .count()
    };
    assert!(figures >= 5, "{figures}");
    assert_eq!((of(".svg"), of(".csv")), (figures, figures));
    let mut names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), kept.len(), "one name twice");
    for (name, text) in &kept {
        if name.ends_with(".svg") {
            assert!(text.starts_with("<svg xmlns='http://www.w3.org/2000/svg'"));
            assert!(
                text.contains("paracrine 0.1.0, il2ra-knockout, seed 7"),
                "{name}"
            );
            for left in ["class=", "var(", "NaN"] {
                assert!(!text.contains(left), "{left} in {name}");
            }
        }
    }
    let text = |wanted: &str| {
        let found = kept.iter().find(|(name, _)| name == wanted);
        found.map_or_else(
            || panic!("no {wanted}: {kept:?}"),
            |(_, text)| text.as_str(),
        )
    };
    assert_eq!(
        text("il2ra-knockout-b-activated-share-of-tcon.csv"),
        "age (d),\"wild type, median (%)\",\"wild type, mouse 0 (%)\",\"wild type, mouse 1 (%)\",\"Il2ra<-/->, median \
         (%)\",\"Il2ra<-/->, mouse 0 (%)\",\"Il2ra<-/->, mouse 1 (%)\"\n0,10,10,11,30,30,31\n1,20,20,21,60,60,61\n2,30,30,31,90,90,\n"
    );
    assert_eq!(
        text("il2ra-knockout-cd25-on-treg.csv"),
        "arm,from (copies per cell),to (copies per cell),share (% of cells),agents\nwild type,0,0,25,400\nwild \
         type,1000,10000,75,400\nIl2ra<-/->,0,0,100,12\n"
    );
    let survival = text("il2ra-knockout-d-survival.csv");
    assert!(survival.contains("Il2ra<-/->,1.5,50,2\n"), "{survival}");
}

#[test]
fn methods_are_ready_to_paste() {
    let page = render(directory().path()).expect("a report");
    let start = page.find("class=\"paste\"").expect("a paragraph");
    let methods = &page[start..start + page[start..].find("</p>").expect("its end")];
    for text in [
        "paracrine 0.1.0",
        "its model &quot;mouse&quot;",
        "Method: weighted agents.",
        "2 mice in each arm were simulated up to day 2 of life, 12000 agents",
        "sampled every 24 h",
        "wild type (no change); Il2ra&lt;-/-&gt; (Il2ra absent, deplete Treg &amp; rest)",
        "treg_death = 0.08 1/d (model: 0.0994)",
        "seed 7, scenario digest c0ffee, hash of the results abcdef",
        "the central 95 % of 2000 resamples",
    ] {
        assert!(methods.contains(text), "missing {text} in {methods}");
    }
}

/// The error of rendering the run with one file replaced.
fn error_with(file: &str, text: &str) -> ReportError {
    let directory = directory();
    fs::write(directory.path().join(file), text).expect("a written file");
    render(directory.path()).expect_err("the file is at fault")
}

/// Every element is closed in order and every attribute quoted: enough to catch a name that escaped as markup.
fn assert_well_formed(page: &str) {
    let start = page.find("</style>").expect("a style sheet") + "</style>".len();
    let mut open = vec!["html", "head"];
    let mut rest = &page[start..];
    while let Some(at) = rest.find('<') {
        let end = rest[at..]
            .find('>')
            .map(|length| at + length)
            .expect("a tag that ends");
        let tag = &rest[at + 1..end];
        assert!(
            tag.matches('"').count().is_multiple_of(2),
            "quotes in <{tag}>"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap_or_default());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn a_report_is_whole_escaped_and_repeatable() {
    let directory = directory();
    let page = render(directory.path()).expect("a report");
    assert_eq!(page, render(directory.path()).expect("a report"));
    assert_well_formed(&page);
    for text in [
        "Loss of &lt;Il2ra&gt; &amp; &quot;more&quot;",
        "activated share of Tcon: 90\u{a0}% in “Il2ra&lt;-/-&gt;”, against 30\u{a0}% in “wild type”",
        "(resampled difference +55 to +62 percentage points)",
        "Dead by day 2: 1 of 2 mice in Il2ra&lt;-/-&gt;.",
        "Published ranges met: 0 of 1.",
        "2 to 2.5 × wild type<small>A &amp; B, 1995</small>",
        "✗ out",
        "Every sample is zero, so the axis is linear.",
        "<i>Il2ra</i> absent",
        "deplete Treg &amp; rest",
        "CD25 on Treg: distribution of copies per cell",
        "Of few agents: Il2ra&lt;-/-&gt; 12.",
        "--seed 7 --replicates 2 --cells 12000",
        "12\u{202f}000",
    ] {
        assert!(page.contains(text), "missing: {text}");
    }
    for text in ["NaN", "inf ", "http:", "https:", "<script", "Il2ra<-"] {
        assert!(!page.contains(text), "found: {text}");
    }
}

/// Intervals of few values say what they are where others are of 95 %: values count, not mice.
#[test]
fn intervals_of_few_values_are_told_from_others() {
    let directory = directory();
    let path = directory.path().join("comparison.csv");
    let mut text = fs::read_to_string(&path).expect("a table");
    text += "Il2ra<-/->,concentration(IL-2),pM,2,2,1,0,0,0,0.5,0.25,0.75,95 %,,,,,\n";
    fs::write(&path, text).expect("a written file");
    let page = render(directory.path()).expect("a report");
    for text in [
        "Difference from wild type [95\u{a0}%\u{a0}interval]",
        "[+55.0 to +62.0, resampled]",
        "<small>[2.50 to 3.1",
        "[+0.250 to +0.750]",
        "(resampled difference +55 to +62 percentage points)",
        "or, where it says so, resampled",
    ] {
        assert!(page.contains(text), "missing: {text}");
    }
    let error = error_with(
        "comparison.csv",
        &format!("{COMPARISON}\nwild type,x,1,2,2,0,0,0,0,1,0,2,90 %,,,,,\n"),
    );
    assert!(error.to_string().contains("`90 %`"), "{error}");
}

#[test]
fn the_page_is_written_beside_the_tables() {
    let directory = directory();
    let path = write(directory.path()).expect("a written report");
    assert_eq!(path, directory.path().join("report.html"));
    assert_eq!(
        fs::read_to_string(path).expect("the page"),
        render(directory.path()).expect("a report")
    );
    assert!(!directory.path().join("report.html.partial").exists());
}

#[test]
fn one_mouse_of_one_arm_and_empty_tables_suffice() {
    let directory = directory();
    let put = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("a written file");
    };
    put("manifest.json", r#"{"arms": [{"name": "only"}]}"#);
    put(
        "timecourse.csv",
        "arm,replicate,time_d,readout,unit,value\nonly,0,0,x,1,\nonly,0,0,y,pM,-3\n",
    );
    put(
        "summary.csv",
        "arm,time_d,readout,unit,mice,dead,median\nonly,0,y,pM,1,0,-3\n",
    );
    for name in ["effects.csv", "chain.csv"] {
        fs::remove_file(directory.path().join(name)).expect("a file");
    }
    put("events.csv", "arm,replicate,time_d,event\n");
    put("comparison.csv", &format!("{COMPARISON}\n"));
    put(
        "receptors.csv",
        "arm,time_d,kind,chain,bin_low,bin_high,share,agents\n",
    );
    let page = render(directory.path()).expect("a report");
    assert_well_formed(&page);
    assert!(
        page.contains("No mouse died before day 1."),
        "survival without deaths"
    );
    assert!(
        page.contains("This run recorded no receptor numbers."),
        "no receptors"
    );
    assert!(
        page.contains("This run compared no readouts."),
        "no comparison"
    );
    assert!(!page.contains("NaN"), "a missing value is not printed");

    put(
        "timecourse.csv",
        "arm,replicate,time_d,readout,unit,value\n",
    );
    put("summary.csv", "arm,time_d,readout,unit,mice,dead,median\n");
    let page = render(directory.path()).expect("a report");
    assert_well_formed(&page);
    assert!(
        page.contains("This run recorded no readouts."),
        "no samples"
    );
}

#[test]
fn faults_name_file_line_and_expectation() {
    let header = "arm,replicate,time_d,readout,unit,value\n";
    let cases = [
        (
            "timecourse.csv",
            format!("{header}wild type,0,0,x,1,2\nwild type,0,soon,x,1,2\n"),
            "line 3, column `time_d`: expected a number, found `soon`",
        ),
        (
            "timecourse.csv",
            format!("{header}mutant,0,0,x,1,2\n"),
            "line 2, column `arm`: expected one of `wild type`, `Il2ra<-/->`, found `mutant`",
        ),
        (
            "timecourse.csv",
            format!("{header}wild type,0,0\n"),
            "line 2: expected a row of 6 cells in UTF-8, found 3 cells",
        ),
        (
            "events.csv",
            "arm,mouse,time_d,event\n".to_owned(),
            "line 1: expected a column `replicate`, found `arm`, `mouse`, `time_d`, `event`",
        ),
        (
            "manifest.json",
            "{\n\"arms\": 3}".to_owned(),
            "line 2: not a manifest of a run",
        ),
        (
            "manifest.json",
            r#"{"arms": []}"#.to_owned(),
            "expected at least one arm",
        ),
    ];
    for (file, text, message) in cases {
        let error = error_with(file, &text).to_string();
        assert!(error.contains(file) && error.contains(message), "{error}");
    }
    assert!(matches!(
        render(Path::new("no such directory")),
        Err(ReportError::Read { .. })
    ));
}

/// Tables of a sweep of two points: the rows of the second one are those of the first with other values.
fn swept() -> TempDir {
    let directory = directory();
    let put = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("a written file");
    };
    for name in [
        "timecourse.csv",
        "summary.csv",
        "events.csv",
        "comparison.csv",
        "receptors.csv",
    ] {
        let text = fs::read_to_string(directory.path().join(name)).expect("a table");
        let mut lines = text.lines();
        let header = lines.next().expect("a header");
        let rows: Vec<&str> = lines.collect();
        let mut swept = format!("point,{header}\n");
        for point in 0..2 {
            for row in &rows {
                // Of another point nothing may be seen but what is said of all points.
                let row = if point == 1 {
                    row.replace("0.3", "0.9")
                } else {
                    (*row).to_owned()
                };
                swept += &format!("{point},{row}\n");
            }
        }
        put(name, &swept);
    }
    let sweep = r#""sweep": {"method": "latin_hypercube", "points": 2, "axes": [{"name": "dose", "unit": "ug", "is_log": true}]}, "arms""#;
    put("manifest.json", &MANIFEST.replace("\"arms\"", sweep));
    put(
        "sweep.csv",
        "point,axis,unit,value\n0,dose,ug,1.5\n1,dose,ug,100\n",
    );
    let mut summary =
        "point,dose,arm,readout,unit,time_d,mice,dead,median,q25,q75,difference,difference_low,difference_high\n"
            .to_owned();
    for (point, dose, level) in [(0, 1.5, 0.3), (1, 100.0, 0.9)] {
        for arm in ["wild type", "Il2ra<-/->"] {
            summary += &format!(
                "{point},{dose},{arm},activated_fraction(Tcon),1,2,2,0,{level},0.2,1,,,\n"
            );
        }
    }
    put("sweep_summary.csv", &summary);
    directory
}

#[test]
fn a_sweep_is_shown_over_its_points() {
    let page = render(swept().path()).expect("a report");
    assert_well_formed(&page);
    for text in [
        "2 points of a sweep (latin hypercube) over dose.",
        "Published ranges met: 0 of 2.",
        "Point 0 of 2: dose 1.5 ug.",
        "dose (ug)",
        "wild type: 30 at 1.5, 90 at 100; Il2ra&lt;-/-&gt;: 30 at 1.5, 90 at 100",
        "Medians and quartiles at day 2.",
    ] {
        assert!(page.contains(text), "missing: {text}");
    }
    // What is of one point is the same as without a sweep.
    let alone = render(directory().path()).expect("a report");
    let table = |page: &str| {
        let start = page.find("<table").expect("a table");
        let end = page[start..].find("</table>").expect("its end");
        page[start..start + end].to_owned()
    };
    assert_eq!(table(&page), table(&alone));

    let directory = swept();
    fs::write(
        directory.path().join("sweep.csv"),
        "point,axis,unit,value\n0,dos,ug,1.5\n",
    )
    .expect("a written file");
    let error = render(directory.path())
        .expect_err("an unknown axis")
        .to_string();
    assert!(
        error.contains("sweep.csv") && error.contains("`dos`"),
        "{error}"
    );
}

/// The note under the comparison explains its pictures, so that no width and no paper may go without them.
///
/// Smallest fault seen: pictures hidden below 1240 pixels and in print, where the note spoke of a grey bar all the same.
#[test]
fn pictures_are_hidden_nowhere() {
    let style = include_str!("style.css");
    let rules = style.split('}').filter(|rule| rule.contains(".k8"));
    for rule in rules.filter(|rule| rule.contains("display: none")) {
        assert!(rule.contains(".k8::before"), "{rule}");
    }
}
