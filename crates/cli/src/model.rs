//! `paracrine model`: a model as it stands, or the lines of it that someone looks for.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, output, script};
use paracrine_scenario::catalogue;
use paracrine_scenario::model::ModelFile;
use serde_json::{Value, json};

pub(crate) fn print(name: &str, word: Option<&str>) -> Result<Exit, Failure> {
    let model = catalogue::model(name)?;
    if script::is_asked() {
        return document(name, word, &model.file);
    }
    let Some(word) = word else {
        // The text ends with a line end of its own.
        for text in &model.texts {
            output::line(text.trim_end());
        }
        return Ok(Exit::Done);
    };
    let wanted = word.to_lowercase();
    let matches = |parts: &[&str]| {
        parts
            .iter()
            .any(|part| part.to_lowercase().contains(&wanted))
    };
    let mut rows: Vec<[String; 5]> = Vec::new();
    for (name, p) in &model.file.parameters {
        if matches(&[name, &p.meaning, &p.source]) {
            let unit = if p.unit == "1" { "" } else { p.unit.as_str() };
            rows.push([
                name.clone(),
                format!("{} {unit}", p.value).trim_end().to_owned(),
                format!("{} to {}", p.low, p.high),
                p.status.name().to_owned(),
                format!("{} ({})", p.meaning, p.source),
            ]);
        }
    }
    for (name, r) in &model.file.receptors {
        if matches(&[name, &r.source]) {
            rows.push([
                name.clone(),
                format!("α {} β {} γ {}", r.alpha, r.beta, r.gamma),
                format!("half signal {}", r.half_signal),
                r.status.name().to_owned(),
                match r.fitted.is_empty() {
                    true => r.source.clone(),
                    false => format!("{} (calibrated: {})", r.source, r.fitted.join(", ")),
                },
            ]);
        }
    }
    for form in &model.file.forms {
        if matches(&["form", "mutein", &form.name, &form.source]) {
            rows.push([
                form.name.clone(),
                format!("CD25 x {}, CD122:CD132 x {}", form.alpha, form.beta_gamma),
                format!("{} in solution, {} d", form.in_solution, form.half_life_d),
                form.status.name().to_owned(),
                format!("form of IL-2 ({})", form.source),
            ]);
        }
    }
    for drug in &model.file.drugs {
        if matches(&["drug", &drug.name, &drug.target, &drug.source]) {
            rows.push([
                drug.name.clone(),
                format!("Kd {} pM, {} d", drug.kd_pm, drug.half_life_d),
                format!("killing {} 1/d", drug.killing_per_d),
                drug.status.name().to_owned(),
                format!("drug against {} ({})", drug.target, drug.source),
            ]);
        }
    }
    if rows.is_empty() {
        return Err(nothing(name, word));
    }
    columns::listed(&rows, 0);
    Ok(Exit::Done)
}

fn nothing(name: &str, word: &str) -> Failure {
    Failure::Setting(format!(
        "found no parameter, kind, drug or form of IL-2 with `{word}` in the model `{name}`; `paracrine model {name}` prints all of it"
    ))
}

/// The same for scripts: parameters that match, each with all that the model says of it.
fn document(name: &str, word: Option<&str>, file: &ModelFile) -> Result<Exit, Failure> {
    let wanted = word.unwrap_or_default().to_lowercase();
    let has = |parts: &[&str]| {
        parts
            .iter()
            .any(|part| part.to_lowercase().contains(&wanted))
    };
    let parameters = file
        .parameters
        .iter()
        .filter(|(name, p)| has(&[name, &p.meaning, &p.source]));
    let parameters: Vec<Value> = parameters
        .map(|(name, p)| {
            json!({
                "name": name, "value": p.value, "unit": p.unit, "low": p.low, "high": p.high, "status": p.status.name(),
                "meaning": p.meaning, "source": p.source,
            })
        })
        .collect();
    let kinds = file
        .receptors
        .iter()
        .filter(|(name, r)| has(&[name, &r.source]));
    let kinds: Vec<Value> = kinds
        .map(|(name, r)| {
            json!({
                "name": name, "alpha": r.alpha, "beta": r.beta, "gamma": r.gamma, "il7r": r.il7r, "half_signal": r.half_signal,
                "il15_access": r.il15_access, "status": r.status.name(), "source": r.source,
            })
        })
        .collect();
    let drugs = file
        .drugs
        .iter()
        .filter(|drug| has(&["drug", &drug.name, &drug.target, &drug.source]));
    let drugs: Vec<Value> = drugs
        .map(|drug| {
            json!({
                "name": drug.name, "target": drug.target, "kd_pm": drug.kd_pm, "half_life_d": drug.half_life_d,
                "killing_per_d": drug.killing_per_d, "status": drug.status.name(), "source": drug.source,
            })
        })
        .collect();
    let forms = file
        .forms
        .iter()
        .filter(|form| has(&["form", "mutein", &form.name, &form.source]));
    let forms: Vec<Value> = forms
        .map(|form| {
            json!({
                "name": form.name, "alpha": form.alpha, "beta_gamma": form.beta_gamma, "in_solution": form.in_solution,
                "half_life_d": form.half_life_d, "status": form.status.name(), "source": form.source,
            })
        })
        .collect();
    if let Some(word) = word.filter(|_| {
        [&parameters, &kinds, &drugs, &forms]
            .iter()
            .all(|list| list.is_empty())
    }) {
        return Err(nothing(name, word));
    }
    let body = json!({ "model": file.name, "parameters": parameters, "kinds": kinds, "drugs": drugs, "forms": forms });
    Ok(script::document(Exit::Done, body))
}
