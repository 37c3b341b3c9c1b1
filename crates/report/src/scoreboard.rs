//! The page of a scoreboard: totals, and every published row beside what came out.

use crate::error::ReportError;
use crate::markup::escape;
use crate::number::{Numeral, count};
use crate::page::STYLE;
use crate::rows::each_row_of_all;
use std::path::Path;

/// What the table must have, in the order in which it is asked for.
const COLUMNS: [&str; 16] = [
    "id",
    "tier",
    "set",
    "what",
    "published",
    "row_verdict",
    "condition",
    "band",
    "bound",
    "value",
    "low",
    "high",
    "dead",
    "verdict",
    "not_modelled",
    "source",
];

/// A row of the sheet.
struct Row {
    id: String,
    tier: String,
    set: String,
    what: String,
    published: String,
    verdict: String,
    not_modelled: String,
    source: String,
    conditions: Vec<Condition>,
}

/// One of its conditions.
struct Condition {
    words: String,
    band: String,
    bound: String,
    value: f64,
    interval: Option<(String, String)>,
    dead: u64,
    verdict: String,
}

impl Row {
    fn group(&self) -> &str {
        self.id.trim_end_matches(|c: char| c.is_ascii_digit())
    }
}

/// The page on the table at `path`.
pub(crate) fn page(path: &Path, size: &str) -> Result<String, ReportError> {
    let rows = read(path)?;
    let size = escape(size);
    let mut groups: Vec<&str> = Vec::new();
    for row in &rows {
        if groups.last() != Some(&row.group()) {
            groups.push(row.group());
        }
    }
    let navigation: String = groups
        .iter()
        .map(|group| {
            let group = escape(group);
            format!("<li><a href=\"#{group}\">{group}</a></li>")
        })
        .collect();
    let sections: String = groups
        .iter()
        .map(|group| {
            let of: Vec<&Row> = rows.iter().filter(|row| row.group() == *group).collect();
            let group = escape(group);
            format!(
                "<section id=\"{group}\" aria-labelledby=\"{group}-title\"><h2 id=\"{group}-title\">{group}</h2>{}</section>\n",
                table(&of)
            )
        })
        .collect();
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\" />\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" content=\"light dark\" />\n\
         <title>Scoreboard of published phenotypes</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>Scoreboard of published phenotypes</h1>\n<p class=\"question\">{size}</p>\n{}<nav \
         aria-label=\"Groups\"><ul>{navigation}</ul></nav>\n</header>\n<main>\n{sections}</main>\n<footer><p>Simulated mice, not \
         measurements. A row is in if all its conditions are.</p></footer>\n</body>\n</html>\n",
        totals(&rows)
    ))
}

fn read(path: &Path) -> Result<Vec<Row>, ReportError> {
    let mut rows: Vec<Row> = Vec::new();
    each_row_of_all(path, COLUMNS, |cells| {
        let text = |column: usize| cells.text(column).to_owned();
        if rows.last().is_none_or(|row| row.id != cells.text(0)) {
            rows.push(Row {
                id: text(0),
                tier: text(1),
                set: text(2),
                what: text(3),
                published: text(4),
                verdict: text(5),
                not_modelled: text(14),
                source: text(15),
                conditions: Vec::new(),
            });
        }
        let end = |column: usize| match cells.text(column) {
            "inf" => Ok("never".to_owned()),
            _ => cells.number(column).map(|value| Numeral::of(value).html()),
        };
        let has_interval = !cells.text(10).is_empty() && !cells.text(11).is_empty();
        let condition = Condition {
            words: text(6),
            band: text(7),
            bound: text(8),
            value: cells.number(9)?,
            interval: has_interval.then_some((end(10)?, end(11)?)),
            dead: cells.count(12)?,
            verdict: text(13),
        };
        if let Some(row) = rows.last_mut()
            && !condition.words.is_empty()
        {
            row.conditions.push(condition);
        }
        Ok(())
    })?;
    Ok(rows)
}

/// Rows in, out and not judged, by tier and by set.
fn totals(rows: &[Row]) -> String {
    let line = |name: &str, is_of: &dyn Fn(&Row) -> bool| {
        let of: Vec<&Row> = rows.iter().filter(|row| is_of(row)).collect();
        if of.is_empty() {
            return String::new();
        }
        let number = |verdict: &str| {
            let many = of.iter().filter(|row| row.verdict == verdict).count();
            count(many as u64)
        };
        format!(
            "<tr><th scope=\"row\" class=\"k0\">{}</th><td class=\"in\" data-label=\"in\">{}</td><td class=\"out\" \
             data-label=\"out\">{}</td><td data-label=\"not judged\">{}</td><td data-label=\"rows\">{}</td></tr>",
            escape(name),
            number("in"),
            number("out"),
            number("not judged"),
            count(of.len() as u64)
        )
    };
    let mut body = String::new();
    for tier in ["1", "2", "3"] {
        body += &line(&format!("tier {tier}"), &|row| row.tier == tier);
    }
    for set in ["fitting", "checking"] {
        body += &line(&format!("{set} set"), &|row| row.set == set);
    }
    body += &line("all rows", &|_| true);
    format!(
        "<table class=\"plain\"><thead><tr><th scope=\"col\">rows</th><th scope=\"col\">in</th><th scope=\"col\">out</th><th \
         scope=\"col\">not judged</th><th scope=\"col\">all</th></tr></thead><tbody>{body}</tbody></table>"
    )
}

fn table(rows: &[&Row]) -> String {
    let body: String = rows.iter().map(|row| line(row)).collect();
    format!(
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">row</th><th scope=\"col\">tier, set</th><th scope=\"col\">what was \
         measured</th><th scope=\"col\">published</th><th scope=\"col\">simulated, median [interval]</th><th \
         scope=\"col\">verdict</th></tr></thead><tbody>{body}</tbody></table></div>"
    )
}

fn line(row: &Row) -> String {
    let conditions: String = row.conditions.iter().map(condition).collect();
    let not_modelled = match row.not_modelled.as_str() {
        "" => String::new(),
        why => format!("<p class=\"note\">not modelled: {}</p>", escape(why)),
    };
    let class = class(&row.verdict);
    format!(
        "<tr><th scope=\"row\">{}</th><td data-label=\"tier, set\">{} {}</td><td data-label=\"what\">{}</td><td \
         data-label=\"published\">{}<br /><span class=\"unit\">{}</span></td><td data-label=\"simulated\">{conditions}{not_modelled}</td><td \
         class=\"{class}\" data-label=\"verdict\">{}</td></tr>",
        escape(&row.id),
        escape(&row.tier),
        escape(&row.set),
        escape(&row.what),
        escape(&row.published),
        escape(&row.source),
        escape(&row.verdict)
    )
}

fn condition(one: &Condition) -> String {
    let value = Numeral::of(one.value).html();
    let bound = match one.bound.as_str() {
        ">=" => "≥ ",
        "<=" => "≤ ",
        _ => "",
    };
    let interval = one
        .interval
        .as_ref()
        .map_or_else(String::new, |(low, high)| {
            format!(" <span class=\"interval\">[{low}, {high}]</span>")
        });
    let dead = match one.dead {
        0 => String::new(),
        dead => format!(", {} dead before", count(dead)),
    };
    format!(
        "<p><span class=\"{}\">{bound}{value}</span>{interval}<br /><span class=\"unit\">{}: {}{dead}</span></p>",
        class(&one.verdict),
        escape(&one.words),
        escape(&one.band)
    )
}

const fn class(verdict: &str) -> &'static str {
    match verdict.as_bytes() {
        b"in" => "in",
        b"out" => "out",
        _ => "unit",
    }
}
