//! `paracrine model`: a model as it stands, or the lines of it that someone looks for.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use paracrine_scenario::catalogue;

pub(crate) fn print(name: &str, word: Option<&str>) -> Result<Exit, Failure> {
    let model = catalogue::model(name)?;
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
        return Err(Failure::Setting(format!(
            "found no parameter, kind, drug or form of IL-2 with `{word}` in the model `{name}`; `paracrine model {name}` prints all of it"
        )));
    }
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2), width(3)];
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let pad = " ".repeat(width - cell.chars().count());
            line += &format!("{cell}{pad}  ");
        }
        output::line(&format!("{line}{}", row[4]));
    }
    Ok(Exit::Done)
}
