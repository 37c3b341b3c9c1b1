//! Figures, and what they share: the arms' colours and keys.

mod fan;
mod frame;
mod receptors;
mod response;
mod survival;

use crate::data::{ArmIndex, Results};
use crate::markup::escape;

pub(crate) use fan::fan;
pub(crate) use receptors::{receptors, taken};
pub(crate) use response::response;
pub(crate) use survival::curves;

/// Arms that have a colour of their own; further ones take colours again, with another dash.
const COLOURS: usize = 8;
/// Longest name of an arm, in characters, that is written at the end of its line.
const LABEL: usize = 16;
/// Most arms whose names are written at the ends of their lines.
const LABELLED_ARMS: usize = 6;

/// The style class of an arm: sets its colour, and a dash for the later ones so that colour is not needed.
pub(crate) fn arm_class(arm: ArmIndex) -> String {
    let dash = match arm {
        0..=3 => "",
        4..=7 => " dash",
        _ => " dots",
    };
    format!("a{}{dash}", arm % COLOURS)
}

/// A short stroke in the colour and dash of an arm, for keys and tables.
pub(crate) fn swatch(arm: ArmIndex) -> String {
    format!(
        "<svg class=\"swatch {}\" aria-hidden=\"true\" viewBox=\"0 0 26 10\" width=\"26\" height=\"10\"><path class=\"median\" \
         d=\"M2 5h22\"/></svg>",
        arm_class(arm)
    )
}

/// The key to the arms as a list.
pub(crate) fn key(results: &Results) -> String {
    let items: String = results
        .arms
        .iter()
        .enumerate()
        .map(|(arm, name)| format!("<li>{}{}</li>", swatch(arm), escape(name)))
        .collect();
    format!("<ul class=\"key\" aria-label=\"Arms\">{items}</ul>")
}

/// Whether lines carry the names of their arms at their ends; otherwise figures carry a key.
fn labels_lines(results: &Results) -> bool {
    results.arms.len() <= LABELLED_ARMS
        && results
            .arms
            .iter()
            .all(|name| name.chars().count() <= LABEL)
}

/// A figure with its letter, title and unit above and a note below; `body` and `note` are markup.
fn figure(letter: Option<char>, title: &str, unit: &str, body: &str, note: &str) -> String {
    let letter = letter
        .map(|letter| format!("<b class=\"letter\">{letter}</b> "))
        .unwrap_or_default();
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"unit\">{}</span>", escape(unit))
    };
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("<p class=\"note\">{note}</p>")
    };
    format!(
        "<figure><figcaption>{letter}{}{unit}</figcaption>{body}{note}</figure>",
        escape(title)
    )
}
