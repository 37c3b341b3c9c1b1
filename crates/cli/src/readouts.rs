//! `paracrine readouts`: what a scenario may read, as a table.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, output, script};
use paracrine_scenario::readouts::listing;
use serde_json::{Value, json};

pub(crate) fn print(word: Option<&str>) -> Result<Exit, Failure> {
    let listing = listing(word)?;
    if script::is_asked() {
        let forms = listing.forms.iter().map(|form| {
            json!({ "name": form.name, "written": form.signature(), "unit": form.unit, "meaning": form.meaning })
        });
        let arguments = listing.arguments.iter();
        let arguments = arguments.map(|(what, names)| json!({ "what": what, "names": names }));
        let body = json!({
            "readouts": forms.collect::<Value>(), "arguments": arguments.collect::<Value>(),
        });
        return Ok(script::document(Exit::Done, body));
    }
    let forms: Vec<[String; 3]> = listing
        .forms
        .into_iter()
        .map(|form| {
            let unit = if form.unit == "1" { "" } else { &form.unit };
            [form.signature(), unit.to_owned(), form.meaning]
        })
        .collect();
    let arguments: Vec<[String; 2]> = listing
        .arguments
        .into_iter()
        .map(|(what, names)| {
            let tied = names.join(",\n").replace(' ', &columns::TIE.to_string());
            [what, tied.replace('\n', " ")]
        })
        .collect();
    let formulas: Vec<[String; 2]> = listing
        .formulas
        .into_iter()
        .map(|(signs, meaning)| [meaning, signs])
        .collect();
    let both = !forms.is_empty() && !arguments.is_empty();
    if !forms.is_empty() {
        output::line("Readouts, with unit and meaning:");
        columns::listed(&forms, 2);
    }
    if !arguments.is_empty() {
        let gap = if both { "\n" } else { "" };
        output::line(&format!("{gap}What may stand in their brackets:"));
        columns::listed(&arguments, 2);
    }
    if !formulas.is_empty() {
        let gap = if forms.is_empty() && arguments.is_empty() {
            ""
        } else {
            "\n"
        };
        output::line(&format!("{gap}What may be calculated from them:"));
        columns::listed(&formulas, 2);
    }
    Ok(Exit::Done)
}
