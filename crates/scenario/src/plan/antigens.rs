//! Antigens of a scenario by number, what an arm changes of them, and cells that recognise one.

use super::ArmResolver;
use crate::language::{self, OTHER, SELF};
use paracrine_cells::host::{Action, Antigen, Exposure};
use paracrine_cells::kind::Kind;
use paracrine_cells::specificity::Specificity;

/// Named antigens in their order.
pub(super) fn named(antigens: &[language::Antigen]) -> impl Iterator<Item = &str> {
    let names = antigens.iter().map(|antigen| antigen.name.as_str());
    names.filter(|name| *name != SELF)
}

/// What a name stands for that cells may recognise.
pub(super) fn specificity(name: &str, antigens: &[language::Antigen]) -> Option<Specificity> {
    match name {
        OTHER => Some(Specificity::OTHER),
        SELF => Some(Specificity::SELF),
        name => {
            let place = named(antigens).position(|known| known == name);
            place.map(Specificity::named)
        }
    }
}

impl ArmResolver<'_> {
    /// What the hosts of an arm are exposed to, and what of it is unusual in words.
    pub(super) fn exposure(
        &mut self,
        arm: &language::Arm,
        sentences: &mut Vec<String>,
    ) -> Exposure {
        let all = &self.scenario.antigens;
        let in_arm = |name: &str| arm.antigens.iter().find(|own| own.name == name);
        let in_scenario = |name: &str| all.iter().find(|own| own.name == name);
        let level = |name: &str| {
            let own = in_arm(name).and_then(|antigen| antigen.level);
            own.or_else(|| in_scenario(name).and_then(|antigen| antigen.level))
        };
        let precursors = |name: &str| {
            let own = in_arm(name).and_then(|antigen| antigen.precursors);
            own.or_else(|| in_scenario(name).and_then(|antigen| antigen.precursors))
        };
        let of_self = level(SELF).unwrap_or(1.0);
        if level(SELF).is_some() {
            sentences.push(format!("self-antigen at {of_self}"));
        }
        let antigens: Vec<Antigen> = named(all)
            .map(|name| {
                let antigen = Antigen {
                    precursors: precursors(name).unwrap_or(0.0),
                    level: level(name).unwrap_or(0.0),
                };
                let mut sentence = format!("{name}: {} of naive T cells", antigen.precursors);
                if antigen.level > 0.0 {
                    sentence += &format!(", made at {}", antigen.level);
                }
                sentences.push(sentence);
                antigen
            })
            .collect();
        let followed: f64 = antigens.iter().map(|antigen| antigen.precursors).sum();
        let most = 1.0 - self.p.self_reactive_share;
        if followed > most {
            let path = if arm.antigens.is_empty() {
                "antigens".to_owned()
            } else {
                format!("arms[{}].antigens", self.index)
            };
            let found = format!("precursors of {followed} in all");
            let expected = format!("at most {most}: the others are self-reactive");
            self.fault(&path, &found, &expected);
        }
        let microbes = arm.microbes.unwrap_or(1.0);
        if arm.microbes.is_some() {
            sentences.push(format!("microbial load of {microbes}"));
        }
        Exposure {
            of_self,
            antigens,
            microbes,
        }
    }

    /// The same transfer of cells that all recognise one thing; complains of cells that cannot.
    pub(super) fn specific(
        &mut self,
        ordinal: usize,
        mut action: Action,
        name: Option<&str>,
    ) -> Action {
        let chosen = name.and_then(|name| specificity(name, &self.scenario.antigens));
        let Some(chosen) = chosen else {
            return action;
        };
        let expected = "no `specificity`, or T cells (B cells recognise \"self\" or \"other\")";
        let is_able = match &mut action {
            Action::Transfer {
                kind, specificity, ..
            } => {
                *specificity = Some(chosen);
                let is_b = matches!(kind, Kind::B | Kind::BlastB | Kind::Plasma);
                kind.is_t() || is_b && chosen.antigen().is_none()
            }
            _ => false,
        };
        if !is_able {
            let found = format!("{:?} of such cells", name.unwrap_or_default());
            self.complain(ordinal, "specificity", &found, expected);
        }
        action
    }

    /// Another amount of an antigen that the body makes.
    pub(super) fn made(&self, name: &str, level: f64) -> Option<Action> {
        let antigen = specificity(name, &self.scenario.antigens)?;
        Some(Action::Make { antigen, level })
    }

    /// A dose of an antigen.
    pub(super) fn immunised(
        &self,
        name: &str,
        dose: f64,
        half_life_d: f64,
        adjuvant: f64,
    ) -> Option<Action> {
        let place = named(&self.scenario.antigens).position(|known| known == name)?;
        Some(Action::Immunise {
            antigen: place as u8,
            dose,
            half_life_d,
            adjuvant,
        })
    }
}
