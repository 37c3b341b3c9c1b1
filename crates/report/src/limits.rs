//! The limits of the model, on every page: the text of `docs/limits.md` itself, so that there is only one.

use crate::markup::escape;

const TEXT: &str = include_str!("../../../docs/limits.md");

/// The limits as paragraphs, without the heading of the document.
pub(crate) fn limits() -> String {
    TEXT.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty() && !paragraph.starts_with('#'))
        .map(|paragraph| format!("<p>{}</p>", inline(paragraph)))
        .collect()
}

/// Bold, italics, code and links of Markdown; a link becomes its text, for the page stands alone.
fn inline(paragraph: &str) -> String {
    let mut html = String::new();
    let mut rest = paragraph;
    let (mut bold, mut code) = (false, false);
    while let Some(at) = rest.find(['*', '`', '[']) {
        html += &escape_lines(&rest[..at]);
        let mark = &rest[at..];
        if let Some(after) = mark.strip_prefix("**") {
            html += if bold { "</strong>" } else { "<strong>" };
            bold = !bold;
            rest = after;
        } else if let Some((gene, after)) = italic(mark) {
            html += &format!("<em>{}</em>", escape_lines(gene));
            rest = after;
        } else if let Some(after) = mark.strip_prefix('`') {
            html += if code { "</code>" } else { "<code>" };
            code = !code;
            rest = after;
        } else if let Some((text, after)) = link(mark) {
            html += &inline(text);
            rest = after;
        } else {
            html += &mark[..1];
            rest = &mark[1..];
        }
    }
    html + &escape_lines(rest)
}

/// The text of `*text*` at the start, and what follows it. A star with a space behind it is one.
fn italic(mark: &str) -> Option<(&str, &str)> {
    let (text, after) = mark.strip_prefix('*')?.split_once('*')?;
    (!text.is_empty() && !text.starts_with(char::is_whitespace)).then_some((text, after))
}

/// The text of `[text](target)` at the start, and what follows it.
fn link(mark: &str) -> Option<(&str, &str)> {
    let (text, after) = mark.strip_prefix('[')?.split_once("](")?;
    let (_, after) = after.split_once(')')?;
    Some((text, after))
}

fn escape_lines(text: &str) -> String {
    escape(&text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_html_and_links_their_text() {
        assert_eq!(
            inline("**A < b.** See [`x.ron`](../x.ron), 2 * 3 * 4 of *Il2*⁻/⁻ mice."),
            "<strong>A &lt; b.</strong> See <code>x.ron</code>, 2 * 3 * 4 of <em>Il2</em>⁻/⁻ mice."
        );
    }

    #[test]
    fn every_page_says_what_it_is_not_for() {
        let limits = limits();
        assert!(limits.contains("dosing"));
        assert!(!limits.contains('*') && !limits.contains("](") && !limits.contains("# "));
        assert_eq!(
            limits.matches("<strong>").count(),
            limits.matches("</strong>").count()
        );
    }
}
