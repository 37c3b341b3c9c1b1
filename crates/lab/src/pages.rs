//! The files of the page, in the program itself.

use crate::http::Answer;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! files {
    ($($path:literal, $kind:ident, $file:literal;)*) => {
        /// Path, kind and text.
        pub(crate) const FILES: &[(&str, &str, &str)] = &[$(($path, $kind, include_str!(concat!("../assets/", $file)))),*];
    };
}

files! {
    "/", HTML, "index.html";
    "/lab.css", STYLE, "lab.css";
    "/lab.js", SCRIPT, "lab.js";
    "/api.js", SCRIPT, "api.js";
    "/elements.js", SCRIPT, "elements.js";
    "/plot.js", SCRIPT, "plot.js";
    "/cells.js", SCRIPT, "cells.js";
    "/watch.js", SCRIPT, "watch.js";
    "/edits.js", SCRIPT, "edits.js";
    "/mouse.js", SCRIPT, "mouse.js";
    "/pathways.js", SCRIPT, "pathways.js";
    "/lessons.js", SCRIPT, "lessons.js";
    "/crowd.js", SCRIPT, "crowd.js";
    "/switch.js", SCRIPT, "switch.js";
    "/teacher.js", SCRIPT, "teacher.js";
}

/// The file of a path.
pub(crate) fn page(path: &str) -> Option<Answer> {
    let (_, kind, text) = FILES.iter().find(|(known, _, _)| *known == path)?;
    Some(Answer::new(kind, *text))
}

/// Bytes of all pages together.
pub fn size() -> usize {
    FILES.iter().map(|(_, _, text)| text.len()).sum()
}
