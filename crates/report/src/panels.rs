//! Figures, and what they share: the arms' colours and keys.

mod fan;
pub(crate) mod frame;
mod receptors;
mod response;
mod survival;

use std::sync::LazyLock;

use crate::data::{ArmIndex, Results};
use crate::download::{Data, links, slug};
use crate::markup::escape;
use crate::page::STYLE;
use crate::standalone::{Around, Sheet};
use crate::svg::Svg;

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
pub(crate) fn labels_lines(results: &Results) -> bool {
    results.arms.len() <= LABELLED_ARMS
        && results
            .arms
            .iter()
            .all(|name| name.chars().count() <= LABEL)
}

/// The style sheet, as files of single drawings need it.
pub(crate) static SHEET: LazyLock<Sheet> = LazyLock::new(|| Sheet::new(STYLE));

/// A figure: its drawing and what stands around it.
pub(crate) struct Figure<'a> {
    pub(crate) letter: Option<char>,
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) svg: &'a Svg,
    /// What kind of drawing it is, and what it shows, for those who do not see it.
    pub(crate) name: &'a str,
    pub(crate) words: &'a str,
    /// Whether the drawing names the arms itself.
    pub(crate) is_labelled: bool,
    /// Whether the page shows a key with it where it does not; a grid of small ones has one in front.
    pub(crate) has_key: bool,
    /// Markup.
    pub(crate) note: &'a str,
    pub(crate) data: &'a Data,
}

/// A figure with its letter, title and unit above, a note below, and links to keep it.
pub(crate) fn figure(results: &Results, figure: &Figure<'_>) -> String {
    let Figure {
        letter,
        title,
        unit,
        svg,
        name,
        words,
        is_labelled,
        has_key,
        note,
        data,
    } = *figure;
    let manifest = &results.manifest;
    let key = if is_labelled { &[][..] } else { &results.arms };
    let around = Around {
        title,
        unit,
        words: &format!("{name}. {words}"),
        key,
        origin: &manifest.signature(),
    };
    let parts = [
        manifest.scenario.as_deref().map(slug).unwrap_or_default(),
        letter.map(String::from).unwrap_or_default(),
        slug(title),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let links = links(title, &parts.join("-"), &SHEET.alone(svg, &around), data);
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
    let key = if is_labelled || !has_key {
        String::new()
    } else {
        self::key(results)
    };
    format!(
        "<figure><figcaption>{letter}{}{unit}</figcaption>{key}{}{note}{links}</figure>",
        escape(title),
        svg.finish(name, words)
    )
}
