//! `paracrine explain`: what the model knows of a word.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, number, output, script};
use paracrine_scenario::explain::{Example, Explanation, explain};
use serde_json::json;

/// Longest line, however wide the terminal is: longer ones are hard to read.
const WIDEST: usize = 100;
/// Parameters, and scenarios, that are written out; the document has all of them.
const MOST: usize = 12;
const MOST_SCENARIOS: usize = 4;

/// Prints what is known of a word.
///
/// # Errors
/// That nothing is, with the nearest names.
pub(crate) fn print(word: &str) -> Result<Exit, Failure> {
    let told = explain(word)?;
    if script::is_asked() {
        return Ok(script::document(Exit::Done, json!({ "explanation": told })));
    }
    for line in lines(&told, columns::terminal().min(WIDEST)) {
        output::line(&line);
    }
    Ok(Exit::Done)
}

/// The text, in lines of at most so many columns.
fn lines(told: &Explanation, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut put = |first: &str, rest: usize, text: &str| {
        lines.extend(columns::wrapped(text, width, first, &" ".repeat(rest)));
    };
    let names = match told.names.as_slice() {
        [] => String::new(),
        names => format!(" (also {})", names.join(", ")),
    };
    put("", 2, &format!("{}: {}{names}", told.name, told.sort));
    put("", 0, &told.what);
    if !told.facts.is_empty() {
        put("", 0, "");
        // Labels stand in a column of their own where there is room for both.
        let label = told
            .facts
            .iter()
            .map(|fact| fact.about.chars().count())
            .max();
        let label = label.unwrap_or(0);
        for fact in &told.facts {
            if label + 30 > width {
                put("  ", 4, &format!("{}: {}", fact.about, fact.says));
            } else {
                let head = format!("  {:<label$}  ", fact.about);
                put(&head, label + 4, &fact.says);
            }
        }
    }
    if !told.mechanisms.is_empty() {
        put("", 0, "");
        put("", 0, "Mechanisms (docs/biology.md):");
        for step in &told.mechanisms {
            put("  ", 4, &format!("{}: {}", step.name, step.what));
        }
    }
    if !told.parameters.is_empty() {
        put("", 0, "");
        put(
            "",
            0,
            "Parameters, with plausible range, how they are known and by whom:",
        );
        for of in told.parameters.iter().take(MOST) {
            let unit = if of.unit == "1" {
                String::new()
            } else {
                format!(" {}", of.unit)
            };
            let text = format!(
                "{} = {}{unit} ({} to {}, {}): {} [{}]",
                of.name, of.value, of.low, of.high, of.status, of.meaning, of.source
            );
            put("  ", 4, &text);
        }
        let more = told.parameters.len().saturating_sub(MOST);
        if more > 0 {
            put(
                "  ",
                4,
                &format!(
                    "{}: --json has all, `paracrine model mouse WORD` looks them up",
                    number::counted(more, "more", "more")
                ),
            );
        }
    }
    if let Some(knockout) = &told.knockout {
        put("", 0, "");
        put(
            "",
            0,
            &format!(
                "A mouse without {}, in which the model sets to zero: {}. All else follows.",
                knockout.gene, knockout.effect
            ),
        );
        put("  ", 4, &format!("an arm: {}", knockout.arm));
        examples(&knockout.scenarios, &mut put);
    }
    if !told.scenarios.is_empty() {
        put("", 0, "");
        put("", 0, "Scenarios:");
        examples(&told.scenarios, &mut put);
    }
    if !told.see.is_empty() {
        put("", 0, "");
        put("See also  ", 10, &told.see.join(", "));
    }
    lines
}

fn examples(examples: &[Example], put: &mut impl FnMut(&str, usize, &str)) {
    for example in examples.iter().take(MOST_SCENARIOS) {
        let arms = match example.arms.as_slice() {
            [] => String::new(),
            arms => format!(" [{}]", arms.join("; ")),
        };
        put(
            "  ",
            4,
            &format!("{}{arms}: {}", example.command, example.question),
        );
    }
    let more: Vec<&str> = examples
        .iter()
        .skip(MOST_SCENARIOS)
        .map(|of| of.name.as_str())
        .collect();
    if !more.is_empty() {
        put("  ", 4, &format!("also in {}", more.join(", ")));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_and_lose_no_word() {
        for word in ["IL-2", "CD25", "Treg", "treg_death", "costimulation"] {
            let told = explain(word).unwrap();
            let words = |width| {
                let lines = lines(&told, width);
                let text = lines.join(" ");
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<String>>()
            };
            for width in [40, 100] {
                for line in lines(&told, width) {
                    let is_one_word = line.trim().split(' ').count() == 1;
                    assert!(
                        line.chars().count() <= width || is_one_word,
                        "{word}, {width}: {line}"
                    );
                }
            }
            let sum = |words: &[String]| words.iter().map(String::len).sum::<usize>();
            // At 40 columns the labels get a colon each.
            assert!(sum(&words(40)) >= sum(&words(100)), "{word}");
        }
    }
}
