//! `paracrine new`: a scenario to begin with.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, output};
use paracrine_scenario::template::Template;

pub(crate) fn write(name: &str, well: bool) -> Result<Exit, Failure> {
    let template = if well {
        Template::Well
    } else {
        Template::Mouse
    };
    let path = template.write(name)?.display().to_string();
    output::line(&format!("{path} is written. Next:\n"));
    let file = quoted(&path);
    let steps = [
        (
            format!("paracrine run {file} --quick"),
            "a rough first look in seconds",
        ),
        (
            format!("paracrine check {file}"),
            "after every change: what is wrong with it, and where",
        ),
        ("paracrine readouts".into(), "what can be read"),
        (
            "paracrine model mouse WORD".into(),
            "numbers of the model that an overlay may change",
        ),
        (format!("paracrine run {file}"), "all of it"),
    ];
    columns::listed(&steps.map(|(command, what)| [command, what.to_owned()]), 2);
    output::line("\nThe whole language: docs/scenarios.md");
    Ok(Exit::Done)
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+' | ',');
    let is_plain = path.chars().all(is_plain) && !path.starts_with('-');
    if is_plain {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
