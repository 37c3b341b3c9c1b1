//! What is set on the page, as a scenario: the text that runs, shows in its tab and can be taken away.

use crate::limits::LAB_CELLS;
use serde::Deserialize;
use std::fmt::Write as _;

/// Curves of a mouse.
pub const READOUTS: [&str; 8] = [
    "count(Treg)",
    "activated_fraction(Tcon)",
    "concentration(IL-2)",
    "count(memory CD8)",
    "damage",
    "pstat5(Treg)",
    "costimulation",
    "alive",
];

/// The controls of the mouse.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// Age at the end, d.
    pub until_d: f64,
    /// Seed.
    pub seed: u64,
    /// Agents of an adult mouse.
    #[serde(default = "lab_cells")]
    pub cells: u32,
    /// Genes that are not as in the wild type, and how much of each is made.
    #[serde(default)]
    pub genes: Vec<(String, f64)>,
    /// Whether pSTAT5 is held at 0 in all cells, as without STAT5.
    #[serde(default)]
    pub is_stat5_off: bool,
    /// Cells that are removed.
    #[serde(default)]
    pub deplete: Vec<Depletion>,
    /// Ligand that is given.
    #[serde(default)]
    pub doses: Vec<Dose>,
}

/// Cells that are removed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depletion {
    /// Kind or group.
    pub kind: String,
    /// Share, 0 to 1.
    pub fraction: f64,
    /// When, d.
    pub at_d: f64,
}

/// Ligand that is given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dose {
    /// IL-2, or a form of it.
    pub ligand: String,
    /// How much, with its unit: `25 000 IU`, `1 ug`.
    pub dose: String,
    /// When first, d.
    pub at_d: f64,
    /// How many times, a day apart.
    pub days: u32,
}

const fn lab_cells() -> u32 {
    LAB_CELLS
}

impl Controls {
    /// The edited mouse in a few words, as its arm is called.
    fn name(&self) -> String {
        let mut words: Vec<String> = self
            .genes
            .iter()
            .map(|(gene, expression)| match *expression {
                0.0 => format!("{gene}-/-"),
                0.5 => format!("{gene}+/-"),
                amount => format!("{gene} at {amount}"),
            })
            .collect();
        words.extend(self.is_stat5_off.then(|| "no pSTAT5".into()));
        words.extend(self.deplete.iter().map(|of| format!("no {}", of.kind)));
        words.extend(self.doses.iter().map(|of| format!("{} given", of.ligand)));
        match words.is_empty() {
            true => "edited mouse".into(),
            false => words.join(", "),
        }
    }

    /// The scenario: a wild type and the edited mouse, which share their luck. Names are not checked here, but as in every scenario.
    pub fn scenario(&self) -> String {
        let mut arm = format!("        (name: {}", text(&self.name()));
        if !self.genes.is_empty() {
            let genes = self.genes.iter().map(|(gene, expression)| {
                format!("(gene: {}, expression: {expression:?})", text(gene))
            });
            let genes: Vec<String> = genes.collect();
            let _ = write!(arm, ", genotype: [{}]", genes.join(", "));
        }
        if self.is_stat5_off {
            arm += ", signals: [(signal: \"pSTAT5\", level: 0)]";
        }
        if !self.deplete.is_empty() || !self.doses.is_empty() {
            arm += ", interventions: [\n";
            for of in &self.deplete {
                let Depletion {
                    kind,
                    fraction,
                    at_d,
                } = of;
                let kind = text(kind);
                let _ = writeln!(
                    arm,
                    "            deplete(kind: {kind}, fraction: {fraction:?}, at: \"{at_d} d\"),"
                );
            }
            for of in &self.doses {
                let (ligand, dose, at_d) = (text(&of.ligand), text(&of.dose), of.at_d);
                let _ = write!(
                    arm,
                    "            inject(ligand: {ligand}, dose: {dose}, at: \"{at_d} d\""
                );
                if of.days > 1 {
                    let until = at_d + f64::from(of.days - 1);
                    let _ = write!(arm, ", every: \"1 d\", until: \"{until} d\"");
                }
                arm += "),\n";
            }
            arm += "        ]";
        }
        arm += "),\n";
        let readouts = READOUTS.map(|readout| format!("        \"{readout}\",\n"));
        let Self {
            until_d,
            seed,
            cells,
            ..
        } = self;
        format!(
            "// Made in the lab. `paracrine run` of this file gives the numbers of the page.\n(\n    title: \"A mouse of the lab\",\n    \
             question: \"What becomes of the edited mouse, beside a wild type with the same luck?\",\n    \
             run: (until: \"{until_d} d\", replicates: 1, cells: {cells}, seed: {seed}, sample_every: \"12 h\"),\n    \
             arms: [\n        (name: \"wild type\"),\n{arm}    ],\n    readouts: [\n{}    ],\n)\n",
            readouts.concat()
        )
    }
}

/// A text in quotation marks.
fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::plan;

    fn controls() -> Controls {
        Controls {
            until_d: 42.0,
            seed: 7,
            cells: 500,
            is_stat5_off: true,
            genes: vec![("Il2ra".into(), 0.0), ("Il2".into(), 0.5)],
            deplete: vec![Depletion {
                kind: "Treg".into(),
                fraction: 0.95,
                at_d: 20.0,
            }],
            doses: vec![Dose {
                ligand: "IL-2".into(),
                dose: "25 000 IU".into(),
                at_d: 21.5,
                days: 3,
            }],
        }
    }

    #[test]
    fn controls_become_a_scenario() {
        let plan = plan::plan(controls().scenario()).unwrap();
        let arm = &plan.arms[1];
        assert_eq!(arm.name, "Il2ra-/-, Il2+/-, no pSTAT5, no Treg, IL-2 given");
        assert_eq!(arm.genotype.len(), 2);
        let done = arm.interventions.join("; ");
        for word in ["pSTAT5", "Treg", "IL-2"] {
            assert!(done.contains(word), "{word}: {done}");
        }
        assert!(plan.arms[0].genotype.is_empty() && plan.arms[0].interventions.is_empty());
        assert_eq!(arm.host.signals.len(), 1);
        let plain = Controls {
            is_stat5_off: false,
            genes: Vec::new(),
            deplete: Vec::new(),
            doses: Vec::new(),
            ..controls()
        };
        assert!(plan::plan(plain.scenario()).is_ok());
    }

    #[test]
    fn no_name_gets_out_of_its_quotation_marks() {
        let mut bad = controls();
        bad.deplete[0].kind = "Treg\"), inject(ligand: \"x\n\\".into();
        let told = plan::plan(bad.scenario()).unwrap_err().0;
        assert!(
            told["faults"][0]["message"]
                .as_str()
                .unwrap()
                .contains("Treg")
        );
        assert!(!told.to_string().contains("ligand `x"), "{told}");
    }
}
