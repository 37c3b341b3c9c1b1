//! Manifests, folders and links.

use crate::{files, shown};
use paracrine_tests::repository;
use std::fs;
use std::process::Command;

/// Crates from the bottom to the top. Each may depend on those before it that are named beside it.
const ARROWS: [(&str, &[&str]); 9] = [
    ("crates/kernel", &[]),
    ("crates/cells", &["kernel"]),
    ("crates/sbml", &["kernel"]),
    ("crates/scenario", &["kernel", "cells", "sbml"]),
    ("crates/report", &["scenario", "cells", "kernel"]),
    ("crates/lab", &["report", "scenario", "cells"]),
    (
        "crates/cli",
        &["lab", "report", "scenario", "cells", "kernel"],
    ),
    (
        "tests",
        &[
            "cli", "lab", "report", "scenario", "cells", "sbml", "kernel",
        ],
    ),
    ("benches", &["cli", "report", "scenario", "cells", "kernel"]),
];

/// What may stand at the top, beside dot files.
const TOP: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "benches",
    "crates",
    "docs",
    "scenarios",
];

fn manifest(folder: &str) -> String {
    fs::read_to_string(repository().join(folder).join("Cargo.toml")).unwrap()
}

/// Names of the sections of a manifest with their lines.
fn sections(text: &str) -> Vec<(String, Vec<String>)> {
    let mut sections = vec![(String::new(), Vec::new())];
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            sections.push((name.trim_end_matches(']').to_owned(), Vec::new()));
        } else {
            sections.last_mut().unwrap().1.push(line.to_owned());
        }
    }
    sections
}

#[test]
fn every_member_is_known_here() {
    let mut folders: Vec<String> = files(&repository(), "Cargo.toml")
        .iter()
        .map(|path| shown(path.parent().unwrap()))
        // The fuzz targets are a workspace of their own: `cargo fuzz` builds them in its own way.
        .filter(|folder| {
            !folder.is_empty() && folder != "tests/fuzz" && folder != "benches/shared_pool"
        })
        .collect();
    folders.sort();
    let mut known = ARROWS.map(|(folder, _)| folder.to_owned()).to_vec();
    known.sort();
    assert_eq!(folders, known);
}

/// Smallest fault seen: `[lints]` missing from one manifest.
#[test]
fn every_member_inherits_lints_version_and_edition() {
    for (folder, _) in ARROWS {
        let sections = sections(&manifest(folder));
        let has = |section: &str, line: &str| {
            sections
                .iter()
                .any(|(name, lines)| name == section && lines.iter().any(|known| known == line))
        };
        assert!(has("lints", "workspace = true"), "{folder} has other lints");
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            assert!(
                has("package", &format!("{key}.workspace = true")),
                "{folder} has its own {key}"
            );
        }
    }
    for path in files(&repository().join("crates"), ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let allows = line.trim_start().starts_with("#[allow(")
                || line.trim_start().starts_with("#![allow(");
            let has_reason = text
                .lines()
                .skip(number)
                .take(6)
                .any(|line| line.contains("reason ="));
            assert!(
                !allows || has_reason,
                "{}:{}: an `allow` without a reason",
                shown(&path),
                number + 1
            );
        }
    }
}

/// Smallest fault seen: `paracrine-scenario` among the dependencies of the cells.
#[test]
fn arrows_between_crates_point_down() {
    for (folder, allowed) in ARROWS {
        for (section, lines) in sections(&manifest(folder)) {
            let own = section.split('.').next_back().unwrap();
            if !own.ends_with("dependencies") {
                assert!(
                    !section.contains("dependencies.paracrine"),
                    "{folder}: write [{section}] as a line"
                );
                continue;
            }
            for line in lines {
                if let Some(rest) = line.strip_prefix("paracrine-") {
                    let name = rest.split(['.', ' ', '=']).next().unwrap();
                    assert!(
                        allowed.contains(&name),
                        "{folder} must not depend on {name} ([{section}])"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_else_is_at_the_top() {
    let Ok(listing) = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(repository())
        .output()
    else {
        return;
    };
    // An archive of the sources has no history to ask.
    if !listing.status.success() || listing.stdout.is_empty() {
        return;
    }
    let text = String::from_utf8(listing.stdout).unwrap();
    for path in text.split('\0').filter(|path| !path.is_empty()) {
        let top = path.split('/').next().unwrap();
        assert!(
            top.starts_with('.') || top == "tests" || TOP.contains(&top),
            "{path} has no place at the top"
        );
        assert!(
            !["target/", "results/"]
                .iter()
                .any(|made| path.starts_with(made)),
            "{path} is made, not written"
        );
    }
}

/// Targets of `[text](target)` and `![text](target)` in one line, code spans left out.
fn links(line: &str) -> Vec<String> {
    let mut plain = String::new();
    for (index, part) in line.split('`').enumerate() {
        // Between an odd and an even backtick is code; its place is kept, so that [`code`](target) is still a link.
        plain.push_str(if index % 2 == 0 { part } else { "code" });
    }
    plain
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest[..rest.find(')')?].to_owned()))
        .collect()
}

/// The anchor of a heading, as forges make it.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Smallest fault seen: a document that is not there.
#[test]
fn relative_links_resolve() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for path in files(&repository(), ".md") {
        let text = fs::read_to_string(&path).unwrap();
        let mut in_code = false;
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            for link in links(line) {
                if link.contains("://") || link.starts_with("mailto:") {
                    continue;
                }
                seen += 1;
                let (file, fragment) = link.split_once('#').unwrap_or((&link, ""));
                let target = if file.is_empty() {
                    path.clone()
                } else {
                    path.parent().unwrap().join(file)
                };
                let whole = target.exists()
                    && (fragment.is_empty()
                        || fs::read_to_string(&target)
                            .is_ok_and(|text| text.lines().any(|line| anchor(line) == fragment)));
                if !whole {
                    broken.push(format!("{}:{}: {link}", shown(&path), number + 1));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} links found");
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

/// A scenario without a line in the table is not found by anyone.
#[test]
fn every_scenario_is_in_the_table_of_scenarios() {
    let folder = repository().join("scenarios");
    let table = fs::read_to_string(folder.join("README.md")).unwrap();
    for path in files(&folder, ".ron") {
        let name = path
            .strip_prefix(&folder)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(table.contains(&format!("({name})")), "{name} is not listed");
    }
}
