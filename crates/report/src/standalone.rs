//! A drawing of the page as a file of its own: what the style sheet says of it stands on each element, in the colours of paper.
//!
//! Programs that open such files know few of a browser's selectors and no variables, so none are left.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::markup::escape;
use crate::panels::arm_class;
use crate::svg::{Svg, coordinate};

/// Properties of a drawing that are attributes, too.
const PROPERTIES: [&str; 11] = [
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "font-size",
    "font-weight",
    "text-anchor",
    "font-style",
];
/// Blank room around the drawing.
const MARGIN: f64 = 12.0;
/// From one line of the head to the next.
const LINE: f64 = 18.0;

/// What stands around a drawing that the page says beside it.
pub(crate) struct Around<'a> {
    /// Its title.
    pub(crate) title: &'a str,
    /// The unit behind it.
    pub(crate) unit: &'a str,
    /// What it shows, for those who do not see it.
    pub(crate) words: &'a str,
    /// Names of arms, where the drawing does not name them.
    pub(crate) key: &'a [String],
    /// Where it comes from.
    pub(crate) origin: &'a str,
}

/// The style sheet, as far as it is about drawings.
pub(crate) struct Sheet {
    variables: BTreeMap<String, String>,
    /// Rules from the weakest to the strongest.
    rules: Vec<Rule>,
}

struct Rule {
    /// What it is about, behind what that stands in; each by tag and classes.
    selector: Vec<Vec<String>>,
    declarations: Vec<(String, String)>,
}

/// An element: its tag and classes.
type Names<'a> = Vec<&'a str>;

impl Sheet {
    /// Reads a style sheet: rules of classes, `text` and `path` below `svg`, outside of conditions.
    pub(crate) fn new(text: &str) -> Self {
        let mut sheet = Self {
            variables: BTreeMap::new(),
            rules: Vec::new(),
        };
        let mut found: Vec<((usize, usize), Rule)> = Vec::new();
        for (head, body) in blocks(text) {
            let declarations = || {
                let pairs = body.split(';').filter_map(|pair| pair.split_once(':'));
                pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            };
            if head == ":root" {
                sheet.variables.extend(declarations());
                continue;
            }
            if head.contains(':') || head.starts_with('@') {
                continue;
            }
            for selector in head.split(',') {
                let parts: Vec<Vec<String>> = selector
                    .split_whitespace()
                    .filter(|part| *part != "svg")
                    .map(|part| {
                        let names = part.split('.').enumerate();
                        // What stands before the first full stop is a tag.
                        names
                            .filter(|(_, name)| !name.is_empty())
                            .map(|(place, name)| match place {
                                0 => format!("<{name}"),
                                _ => name.to_owned(),
                            })
                            .collect()
                    })
                    .collect();
                let names = || parts.iter().flatten();
                let tags = names().filter(|name| name.starts_with('<')).count();
                let own: Vec<_> = declarations()
                    .filter(|(name, _)| PROPERTIES.contains(&name.as_str()))
                    .collect();
                if parts.is_empty() || own.is_empty() {
                    continue;
                }
                let svg = selector.split_whitespace().any(|part| part == "svg");
                let strength = (names().count() - tags, tags + usize::from(svg));
                let rule = Rule {
                    selector: parts,
                    declarations: own,
                };
                found.push((strength, rule));
            }
        }
        // Among rules of one strength the later wins.
        found.sort_by_key(|(strength, _)| *strength);
        sheet.rules = found.into_iter().map(|(_, rule)| rule).collect();
        sheet
    }

    /// The attributes of an element inside others, and what they are.
    fn attributes(&self, inside: &[Names<'_>], element: &Names<'_>) -> String {
        let has = |names: &Names<'_>, wanted: &[String]| {
            wanted.iter().all(|name| names.contains(&name.as_str()))
        };
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        for rule in &self.rules {
            let Some((last, before)) = rule.selector.split_last() else {
                continue;
            };
            let mut outer = inside.iter();
            let is_inside = before
                .iter()
                .all(|wanted| outer.any(|names| has(names, wanted)));
            if has(element, last) && is_inside {
                for (name, value) in &rule.declarations {
                    values.insert(name, value);
                }
            }
        }
        let arm = inside.iter().chain([element]).rev().find_map(|names| {
            let number = names.iter().find_map(|name| name.strip_prefix('a'));
            number?.parse::<usize>().ok()
        });
        let mut out = String::new();
        for (name, value) in values {
            let value = self.resolved(value, arm.unwrap_or(0));
            // As every other length here, in units of the drawing.
            let value = value.strip_suffix("px").unwrap_or(&value);
            if self.is_inherited(element, name, value) {
                continue;
            }
            let _ = write!(out, " {name}='{value}'");
        }
        out
    }

    /// Whether the file says so for all of it.
    fn is_inherited(&self, element: &Names<'_>, name: &str, value: &str) -> bool {
        match name {
            "stroke-linecap" | "stroke-linejoin" => value == "round",
            "font-size" => value == "12",
            "fill" => element.contains(&"<text") && value == self.resolved("var(--soft)", 0),
            _ => false,
        }
    }

    /// A value without variables.
    fn resolved(&self, value: &str, arm: usize) -> String {
        let variable = |name: &str| {
            let name = match name {
                "--c" => format!("--arm{arm}"),
                other => other.to_owned(),
            };
            self.variables.get(&name).cloned().unwrap_or_default()
        };
        let named = |text: &str| {
            let name = text.trim().strip_prefix("var(")?.strip_suffix(')')?;
            Some(variable(name))
        };
        let mixed = || {
            let inside = value
                .strip_prefix("color-mix(in srgb,")?
                .strip_suffix(')')?;
            let (first, second) = inside.split_once(',')?;
            let (first, share) = first.trim().rsplit_once(' ')?;
            let share = share.strip_suffix('%')?.parse::<f64>().ok()? / 100.0;
            mix(&named(first)?, &named(second)?, share)
        };
        named(value)
            .or_else(mixed)
            .unwrap_or_else(|| value.to_owned())
    }

    /// The drawing as a file of its own.
    pub(crate) fn alone(&self, drawing: &Svg, around: &Around<'_>) -> String {
        let (width, height) = drawing.size();
        let head = LINE * (1.0 + around.key.len() as f64) + 6.0;
        let (outer, tall) = (width + 2.0 * MARGIN, height + head + LINE + 2.0 * MARGIN);
        let [left, outer, tall, top] = [-MARGIN, outer, tall, -head - MARGIN].map(coordinate);
        let of = |name: &str| self.resolved(&format!("var(--{name})"), 0);
        let (soft, ink, paper) = (of("soft"), of("ink"), of("paper"));
        let mut out = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='{left} {top} {outer} {tall}' width='{outer}' height='{tall}' \
             font-family='Helvetica, Arial, sans-serif' font-size='12' fill='{soft}' stroke-linecap='round' stroke-linejoin='round'><title>{title}</title><desc>{}</desc><rect x='{left}' y='{top}' \
             width='{outer}' height='{tall}' fill='{paper}'/><text x='0' y='{}' font-size='14' font-weight='600' fill='{ink}'>{title} <tspan \
             font-size='12' font-weight='400' fill='{soft}'>{}</tspan></text>",
            escape(around.words),
            coordinate(-head + LINE - 4.0),
            escape(around.unit),
            title = escape(around.title),
        );
        for (arm, name) in around.key.iter().enumerate() {
            let y = -head + LINE * (arm as f64 + 2.0) - 4.0;
            let class = arm_class(arm);
            let group: Names<'_> = class.split(' ').collect();
            let stroke = self.attributes(&[group], &vec!["<path", "median"]);
            let _ = write!(
                out,
                "<path{stroke} d='M2 {}h22'/><text x='32' y='{}' fill='{ink}'>{}</text>",
                coordinate(y - 4.0),
                coordinate(y),
                escape(name)
            );
        }
        self.inline(drawing.body(), &mut out);
        let _ = write!(
            out,
            "<text x='0' y='{}' font-size='9'>{}</text></svg>",
            coordinate(height + LINE - 4.0),
            escape(around.origin)
        );
        out
    }

    /// Elements of the drawing with attributes in place of classes.
    fn inline(&self, body: &str, out: &mut String) {
        let mut inside: Vec<Names<'_>> = Vec::new();
        let mut rest = body;
        while let Some(start) = rest.find('<') {
            out.push_str(&rest[..start]);
            let Some(end) = rest[start..].find('>').map(|length| start + length) else {
                break;
            };
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if tag.starts_with('/') {
                inside.pop();
                let _ = write!(out, "<{tag}>");
                continue;
            }
            let closed = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, others) = tag.split_once(' ').unwrap_or((tag, ""));
            let named = format!("<{name}");
            let (before, classes, after) = others
                .split_once("class=\"")
                .and_then(|(before, rest)| {
                    let (classes, after) = rest.split_once('"')?;
                    Some((before, classes, after))
                })
                .unwrap_or((others, "", ""));
            let mut names: Names<'_> = classes.split(' ').filter(|name| !name.is_empty()).collect();
            let known = match named.as_str() {
                "<text" => "<text",
                "<path" => "<path",
                "<tspan" => "<tspan",
                _ => "<",
            };
            names.push(known);
            let _ = write!(
                out,
                "<{name}{}{}{}{}>",
                self.attributes(&inside, &names),
                spaced(&before.replace('"', "'")),
                spaced(&after.replace('"', "'")),
                if closed { "/" } else { "" }
            );
            if !closed {
                inside.push(names);
            }
        }
        out.push_str(rest);
    }
}

fn spaced(attributes: &str) -> String {
    match attributes.trim() {
        "" => String::new(),
        some => format!(" {some}"),
    }
}

/// Heads and bodies of the blocks of a style sheet, those inside conditions left out.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let head = rest[..open].trim();
        let mut depth = 0usize;
        let close = rest[open..].char_indices().find_map(|(at, sign)| {
            match sign {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(open + at)
        });
        let Some(close) = close else { break };
        if !head.starts_with('@') {
            found.push((head, &rest[open + 1..close]));
        }
        rest = &rest[close + 1..];
    }
    found
}

/// A colour between two, `share` of the first.
fn mix(first: &str, second: &str, share: f64) -> Option<String> {
    let [first, second] = [channels(first)?, channels(second)?];
    let mut out = "#".to_owned();
    for (a, b) in first.iter().zip(second) {
        let value = (share * f64::from(*a) + (1.0 - share) * f64::from(b)).round();
        let _ = write!(out, "{:02x}", value as u8);
    }
    Some(out)
}

/// Red, green and blue of `#rgb` or `#rrggbb`.
fn channels(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#')?;
    let of = |at: usize| match digits.len() {
        3 => u8::from_str_radix(digits.get(at..=at)?, 16)
            .ok()
            .map(|one| 17 * one),
        6 => u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok(),
        _ => None,
    };
    Some([of(0)?, of(1)?, of(2)?])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::page::STYLE;

    fn drawn() -> String {
        let mut svg = Svg::new(100.0, 50.0);
        svg.line("axis", (0.0, 0.0), (10.0, 0.0));
        svg.group("a1 dash mice few", |svg| {
            svg.path("mouse", "M1 2l3 4");
            svg.path("median", "M1 2l3 4");
            svg.text("name", (1.0, 2.0), "A &amp; B");
        });
        svg.text(
            "tick e",
            (1.0, 2.0),
            "10<tspan dy=\"-4\" class=\"sup\">3</tspan>",
        );
        let around = Around {
            title: "Title < \"x\"",
            unit: "%",
            words: "words",
            key: &["wild type".to_owned(), "knockout".to_owned()],
            origin: "origin",
        };
        Sheet::new(STYLE).alone(&svg, &around)
    }

    #[test]
    fn nothing_is_left_that_only_a_browser_resolves() {
        let file = drawn();
        for left in ["class", "var(", "color-mix", "\"", "--"] {
            assert!(!file.contains(left), "{left}: {file}");
        }
        assert!(file.starts_with("<svg xmlns="), "{file}");
    }

    /// The colours of paper, the dash of the later arms, what one class takes from another.
    #[test]
    fn elements_carry_what_the_style_sheet_says() {
        let file = drawn();
        for part in [
            "<path fill='none' stroke='#3c434b' stroke-linecap='butt' stroke-width='1' d='M0 0l10 0'/>",
            "<g opacity='.45'>",
            "<path fill='none' stroke='#d55e00' stroke-width='1' d='M1 2l3 4'/>",
            "stroke='#d55e00' stroke-dasharray='8 4.5' stroke-linecap='butt' stroke-width='2.6'",
            // 72 % of the arm's colour, 28 % of ink.
            "<text fill='#a14c09' font-size='13' font-weight='600' x='1' y='2'>A &amp; B</text>",
            "text-anchor='end'",
            "<tspan font-size='9' dy='-4'>3</tspan>",
            "Title &lt; &quot;x&quot;",
            ">knockout</text>",
            ">origin</text>",
        ] {
            assert!(file.contains(part), "missing {part} in {file}");
        }
    }

    #[test]
    fn colours_are_read_and_mixed() {
        assert_eq!(channels("#fff"), Some([255, 255, 255]));
        assert_eq!(mix("#000000", "#ffffff", 0.25).unwrap(), "#bfbfbf");
        assert_eq!(channels("red"), None);
    }
}
