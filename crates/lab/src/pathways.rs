//! The pathways: what the page draws, resolved against the model.

use crate::Error;
use paracrine_cells::model::Receptors;
use paracrine_scenario::catalogue;
use paracrine_scenario::explain::Number;
use paracrine_scenario::pathways::{self, Knock};
use serde_json::{Value, json};

/// The boxes, the effects on each sort of cell and the family, with the parameters of the model in full.
///
/// # Errors
/// [`Error::Shipped`] where the page names what the model has not (tested not to be).
pub fn pathways() -> Result<Value, Error> {
    let page = pathways::pathways()?;
    let model = catalogue::model("mouse")?.file;
    let missing =
        |what: &str, name: &str| Error::Shipped(format!("pathways.ron: no {what} `{name}`"));
    let parameters = |names: &[String]| -> Result<Vec<Value>, Error> {
        let find = |name: &String| {
            let parameter = model.parameters.get(name);
            let parameter = parameter.ok_or_else(|| missing("parameter", name))?;
            Ok(json!(Number::new(name, parameter)))
        };
        names.iter().map(find).collect()
    };
    let mut boxes = Vec::new();
    for drawn in &page.boxes {
        let (knock, effect) = match &drawn.knock {
            None => (Value::Null, None),
            Some(Knock::Signal(signal)) => (json!({ "signal": signal }), None),
            Some(Knock::Gene(symbol)) => {
                let gene = model.genes.iter().find(|gene| gene.symbol == *symbol);
                let gene = gene.ok_or_else(|| missing("gene", symbol))?;
                (json!({ "gene": symbol }), Some(&gene.effect))
            }
        };
        boxes.push(json!({
            "id": drawn.id, "name": drawn.name, "knock": knock, "effect": effect, "what": drawn.what, "rule": drawn.rule,
            "parameters": parameters(&drawn.parameters)?,
        }));
    }
    let mut effects = Vec::new();
    for effect in &page.effects {
        let receptors = effect.kinds.iter().map(|kind| {
            let receptors = model.receptors.get(kind);
            let receptors: &Receptors = receptors.ok_or_else(|| missing("kind", kind))?;
            Ok(json!({
                "kind": kind, "alpha": receptors.alpha, "beta": receptors.beta, "gamma": receptors.gamma, "source": receptors.source,
            }))
        });
        effects.push(json!({
            "cell": effect.cell, "survives": effect.survives, "divides": effect.divides, "other": effect.other, "rule": effect.rule,
            "parameters": parameters(&effect.parameters)?,
            "receptors": receptors.collect::<Result<Vec<Value>, Error>>()?,
        }));
    }
    let mut family = Vec::new();
    for ligand in &model.ligands {
        let sibling = page.sibling(&ligand.name);
        let sibling = sibling.ok_or_else(|| missing("sibling", &ligand.name))?;
        let receptors = ligand.receptors.iter();
        let receptors = receptors.map(|of| json!({ "chains": of.chains, "kd_pm": of.kd_pm }));
        let gene = ligand.name.replace("IL-", "Il");
        let is_gene = model.genes.iter().any(|known| known.symbol == gene);
        family.push(json!({
            "name": ligand.name, "live": ligand.live, "receptors": receptors.collect::<Vec<Value>>(), "producers": ligand.producers,
            "targets": sibling.targets, "rule": sibling.rule, "parameters": parameters(&sibling.parameters)?, "effect": ligand.effect, "knockout": ligand.knockout, "source": ligand.source,
            "knock": if is_gene { json!({ "gene": gene }) } else { Value::Null },
        }));
    }
    Ok(
        json!({ "model": model.name, "boxes": boxes, "effects": effects, "family": family, "genes": genes(&model.genes) }),
    )
}

fn genes(genes: &[paracrine_cells::model::GeneEntry]) -> Vec<Value> {
    let gene = |gene: &paracrine_cells::model::GeneEntry| json!({ "symbol": gene.symbol, "product": gene.product, "effect": gene.effect });
    genes.iter().map(gene).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// Boxes, effects and the family.
    fn everything(all: &Value) -> impl Iterator<Item = &Value> {
        let lists = ["boxes", "effects", "family"];
        lists
            .into_iter()
            .flat_map(|list| all[list].as_array().unwrap())
    }

    #[test]
    fn everything_the_page_names_is_in_the_model() {
        let all = pathways().unwrap();
        for (list, count) in [("boxes", 12), ("effects", 7), ("family", 6)] {
            assert_eq!(all[list].as_array().unwrap().len(), count, "{list}");
        }
        for of in everything(&all) {
            let parameters = of["parameters"].as_array().unwrap();
            for parameter in parameters {
                assert!(!parameter["source"].as_str().unwrap().is_empty());
            }
            let has_rule = !of["rule"].as_str().unwrap().is_empty();
            assert_eq!(has_rule, !parameters.is_empty(), "{of}");
            // Of the family some stand for reference.
            assert!(has_rule || of["live"] == false, "{of}");
        }
    }

    /// Rules are named by their files.
    #[test]
    fn rules_are_where_the_page_says() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cells/src");
        let all = pathways().unwrap();
        for of in everything(&all) {
            for rule in of["rule"]
                .as_str()
                .unwrap()
                .split(", ")
                .filter(|rule| !rule.is_empty())
            {
                let is_there = [folder.join(rule), folder.join("mechanism").join(rule)];
                assert!(is_there.iter().any(|path| path.is_file()), "{rule}");
            }
        }
    }
}
