//! A figure and its data to keep: links that hold the whole file, so that they work without a network and without a script.

use std::fmt::Write as _;

use crate::markup::escape;

/// The data of a figure, with units in the names of the columns.
#[derive(Debug, Default)]
pub(crate) struct Data {
    text: String,
}

impl Data {
    /// A table with these columns: name and unit of each, which may be empty.
    pub(crate) fn with_columns<'a>(columns: impl IntoIterator<Item = (String, &'a str)>) -> Self {
        let mut data = Self::default();
        let names = columns.into_iter().map(|(name, unit)| match unit {
            "" => name,
            unit => format!("{name} ({unit})"),
        });
        data.row(names);
        data
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            let cell = cell.as_ref();
            if cell.contains([',', '"', '\n', '\r']) {
                let _ = write!(self.text, "\"{}\"", cell.replace('"', "\"\""));
            } else {
                self.text.push_str(cell);
            }
        }
        self.text.push('\n');
    }
}

/// A number of a table to six significant figures; nothing where it is missing.
pub(crate) fn cell(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// Links to the drawing and to its data; `what` names them for those who hear the page, `stem` is the name of the files.
pub(crate) fn links(what: &str, stem: &str, drawing: &str, data: &Data) -> String {
    let link = |form: &str, ending: &str, media: &str, text: &str| {
        format!(
            "<a download=\"{stem}.{ending}\" href=\"data:{media},{}\" aria-label=\"{form}: {}\">{form}</a>",
            address(text),
            escape(what)
        )
    };
    format!(
        "<p class=\"keep\">{} {}</p>",
        link("SVG", "svg", "image/svg+xml;charset=utf-8", drawing),
        link("CSV", "csv", "text/csv;charset=utf-8", &data.text)
    )
}

/// Text as it may stand in an address inside double quotes: what an address or the page would take for something else is written as its code.
fn address(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '%' | '#' | '"' | '<' | '>' | '&' | '\\' | ':' | '\n' | '\r' | '\t' => {
                let _ = write!(out, "%{:02X}", character as u32);
            }
            other => out.push(other),
        }
    }
    out
}

/// A title as part of a name of a file: small letters, digits and hyphens.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => out.push(character),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut data = Data::with_columns([("age".to_owned(), "d"), ("a, \"b\"".to_owned(), "")]);
        data.row([cell(0.5), cell(1_234_567.8)]);
        data.row([cell(f64::NAN), cell(-1.234_567_89e-9)]);
        assert_eq!(
            data.text,
            "age (d),\"a, \"\"b\"\"\"\n0.5,1234570\n,-0.00000000123457\n"
        );
    }

    #[test]
    fn addresses_hold_any_text() {
        assert_eq!(
            address("<a b='x'>#1 50%\n&amp; http://y"),
            "%3Ca b='x'%3E%231 50%25%0A%26amp; http%3A//y"
        );
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(slug("CD25+ share of Treg, β"), "cd25-share-of-treg");
        assert_eq!(slug("β"), "");
    }
}
