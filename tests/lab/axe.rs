//! axe-core, which finds what keeps people from a page: <https://github.com/dequelabs/axe-core>.
//!
//! It is not ours to ship. A Python package of its makers' licence carries the script; pip fetches it once into the target folder.

use crate::chromium::Page;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// With it a test without axe-core is skipped; otherwise it fails.
const ALLOW: &str = "PARACRINE_ALLOW_NO_AXE";
/// What carries the script. One version alone, or a new rule fails an old page.
const PACKAGE: &str = "axe-playwright-python==0.1.8";
/// The script in it.
const FILE: &str = "axe_playwright_python/axe.min.js";

/// Runs a command; what it said if it failed.
fn done(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let shown = format!("`{} {}`", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    let good = output.status.success();
    good.then_some(())
        .ok_or_else(|| format!("{shown}: {} ({last})", output.status))
}

/// The script, fetched if it is not there yet.
fn fetched() -> Result<String, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(PACKAGE);
    let read = || std::fs::read_to_string(folder.join(FILE)).map_err(|error| error.to_string());
    if let Ok(script) = read() {
        return Ok(script);
    }
    let scratch = tempfile::tempdir_in(target).map_err(|error| error.to_string())?;
    let text = |path: &Path| path.to_str().map(str::to_owned).ok_or("no UTF-8 path");
    let environment = scratch.path().join("environment");
    let python = environment.join("bin/python");
    done(
        &PathBuf::from("python3"),
        &["-m", "venv", &text(&environment)?],
    )?;
    let packages = scratch.path().join("packages");
    // Of what the package needs to drive a browser of its own nothing is wanted.
    let install = "-m pip install --quiet --disable-pip-version-check --retries 2 --timeout 20 --no-deps --target";
    let mut arguments: Vec<&str> = install.split(' ').collect();
    let packages = text(&packages)?;
    arguments.extend([packages.as_str(), PACKAGE]);
    done(&python, &arguments)?;
    // Another process may have been faster; its script is the same.
    let _ = std::fs::rename(packages, &folder);
    read()
}

/// The script; `None`, with a word of it, where it cannot be had and need not be.
pub(crate) fn script() -> Option<String> {
    match fetched() {
        Ok(script) => Some(script),
        Err(why) => {
            let told = format!("no axe-core, accessibility is not tested: {why}");
            assert!(
                std::env::var_os(ALLOW).is_some(),
                "{told}; {ALLOW} skips this"
            );
            eprintln!("skipped: {told}");
            None
        }
    }
}

/// What axe-core finds on a page: rules of the levels A and AA of WCAG 2.0, 2.1 and 2.2 that it violates.
fn violations(page: &mut Page, script: &str) -> Value {
    if page.value("typeof window.axe") == "undefined" {
        page.value(&format!("{script};0"));
    }
    page.value(
        "(async () => {
            // What changes its colour slowly is measured when it has.
            await Promise.all(document.getAnimations().map((of) => of.finished.catch(() => {})));
            const done = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] });
            return { passes: done.passes.length, violations: done.violations.map((of) => ({ rule: of.id, help: of.help,
                where: of.nodes.slice(0, 5).map((node) => `${node.target.join(' ')}: ${node.html.slice(0, 120)}: ${node.failureSummary.slice(0, 300)}`) })) };
        })()",
    )
}

/// Checks that a page violates nothing.
#[track_caller]
pub(crate) fn violates_nothing(page: &mut Page, script: &str, what: &str) {
    let found = violations(page, script);
    assert!(
        found["passes"].as_u64().is_some_and(|of| of >= 5),
        "{what}: {found}"
    );
    assert_eq!(
        found["violations"],
        Value::Array(Vec::new()),
        "{what}: {found:#}"
    );
}

/// What finds nothing anywhere is no test.
#[test]
fn a_page_with_faults_is_found_out() {
    let Some(script) = script() else { return };
    let text = "data:text/html,<html><body><img src='data:,'><p style='color:gray;background:silver'>grey</p><input></body></html>";
    let Some(mut page) = Page::open(text, 1280, false) else {
        return;
    };
    page.wait("document.querySelector('input')");
    let found = violations(&mut page, &script);
    let rules: Vec<&str> = found["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|of| of["rule"].as_str())
        .collect();
    for rule in ["color-contrast", "html-has-lang", "image-alt", "label"] {
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
}
