//! The page that a run leaves, in a browser: it shows all, complains of nothing, gives its figures away, and can be read on a phone.

use crate::accessibility::LOOKS;
use crate::axe::{script, violates_nothing};
use crate::chromium::Page;
use paracrine_tests::program::Place;
use paracrine_tests::small;
use serde_json::json;

const WELL: &str = r#"(
    title: "A small well",
    question: "Do blasts live on IL-2?",
    host: culture(volume: "0.2 ml"),
    run: (until: "24 h", replicates: 2, cells: 100, seed: 3, sample_every: "4 h"),
    arms: [
        (name: "IL-2", interventions: [
            transfer(kind: "CD4 blast", cells: "100 000 cells", at: "0 h"),
            inject(ligand: "IL-2", dose: "500 pM", at: "0 h"),
        ]),
        (name: "medium", interventions: [transfer(kind: "CD4 blast", cells: "100 000 cells", at: "0 h")]),
    ],
    readouts: ["count(CD4 blast)", "concentration(IL-2)", "pstat5(CD4 blast)"],
)"#;

/// Runs of mice and of wells, and the pages they left.
fn reports() -> (Place, Vec<String>) {
    let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
    place.write(small::FILE, small::TEXT);
    place.write("well.ron", WELL);
    let mut links = Vec::new();
    for (file, out) in [(small::FILE, "mice"), ("well.ron", "wells")] {
        place.done(&["run", file, "--out", out]);
        let page = place.path(&format!("{out}/report.html"));
        links.push(format!("file://{}", page.display()));
    }
    (place, links)
}

#[test]
fn reports_violate_no_rule_and_are_no_wider_than_a_phone() {
    let Some(script) = script() else { return };
    let (_place, links) = reports();
    for link in &links {
        for (width, is_dark) in LOOKS {
            let Some(mut page) = Page::open(link, width, is_dark) else {
                return;
            };
            let what = format!("{link}, {width} wide, dark: {is_dark}");
            page.wait("document.readyState === 'complete' && document.querySelector('main svg')");
            violates_nothing(&mut page, &script, &what);
            let wide =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(page.value(wide), 0, "{what}");
            // Text of a paragraph is no smaller on a phone than elsewhere, and no figure is cut.
            let small = "[...document.querySelectorAll('p, td, th, li, dd')].filter((of) => of.offsetParent && parseFloat(getComputedStyle(of).fontSize) < 11).map((of) => of.outerHTML.slice(0, 80))";
            assert_eq!(page.value(small), json!([]), "{what}");
            let cut = "[...document.querySelectorAll('main svg')].filter((of) => { const box = of.getBoundingClientRect(); \
                const holder = of.closest('[tabindex]'); return !holder && box.right > innerWidth + 1; }).length";
            assert_eq!(page.value(cut), 0, "{what}");
            let text = page.value("document.body.innerText");
            for word in ["NaN", "undefined", "[object"] {
                assert!(!text.as_str().unwrap().contains(word), "{what}: {word}");
            }
            page.has_no_complaints();
        }
    }
}

/// Every link of a figure gives a file: drawings that are XML by themselves, tables whose rows have as many cells as their head.
#[test]
fn figures_of_a_report_are_given_away() {
    let (place, links) = reports();
    for (number, link) in links.iter().enumerate() {
        let Some(mut page) = Page::open(link, 1280, false) else {
            return;
        };
        page.wait("document.readyState === 'complete'");
        let folder = place.path(&format!("kept-{number}"));
        std::fs::create_dir(&folder).unwrap();
        page.keep_downloads(&folder);
        let names =
            page.value("[...document.querySelectorAll('a[download]')].map((of) => of.download)");
        let mut names: Vec<String> = serde_json::from_value(names).unwrap();
        let links = names.len();
        assert!(links >= 8, "{names:?}");
        for at in [0, 1, links - 2, links - 1] {
            page.value(&format!(
                "document.querySelectorAll('a[download]')[{at}].click()"
            ));
            let file = folder.join(&names[at]);
            let due = std::time::Instant::now() + std::time::Duration::from_secs(60);
            while !std::fs::metadata(&file).is_ok_and(|of| of.len() > 0) {
                assert!(
                    std::time::Instant::now() < due,
                    "{} does not come",
                    names[at]
                );
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            let text = std::fs::read_to_string(&file).unwrap();
            if names[at].ends_with(".svg") {
                let is_drawing = format!(
                    "(() => {{ const of = new DOMParser().parseFromString({}, 'image/svg+xml'); return of.documentElement.localName === 'svg' && !of.querySelector('parsererror') && of.querySelectorAll('path, polyline, line, rect').length > 3; }})()",
                    json!(text)
                );
                assert_eq!(page.value(&is_drawing), true, "{}", names[at]);
            } else {
                let mut rows = text.lines().map(|line| line.matches(',').count());
                let head = rows.next().unwrap();
                assert!(
                    head >= 1 && rows.clone().count() >= 1,
                    "{}: {text}",
                    names[at]
                );
            }
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), links, "two figures have files of one name");
        page.has_no_complaints();
    }
}

/// What the README asks to be cited is what a report asks for.
#[test]
fn reports_and_the_readme_are_cited_alike() {
    let readme = std::fs::read_to_string(paracrine_tests::repository().join("README.md")).unwrap();
    let quoted = readme
        .lines()
        .find_map(|line| line.strip_prefix("> The paracrine developers."));
    let (place, _) = reports();
    let page = std::fs::read_to_string(place.path("mice/report.html")).unwrap();
    assert!(page.contains(quoted.unwrap()), "{quoted:?}");
}
