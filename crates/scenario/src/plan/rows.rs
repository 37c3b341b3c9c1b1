//! Published rows resolved: names of readouts and arms as indices.

use crate::language::{Against, Fault, ReadoutRequest, RowCondition, Scenario};
use crate::rows::{PlannedAgainst, PlannedCondition, PlannedRow};

/// The rows of a scenario; readouts that it does not list are faults.
pub(super) fn planned(
    scenario: &Scenario,
    listed: &impl Fn(&ReadoutRequest) -> Option<usize>,
    faults: &mut Vec<Fault>,
) -> Vec<PlannedRow> {
    let arm = |name: &String| scenario.arms.iter().position(|arm| arm.name == *name);
    let mut resolve = |condition: &RowCondition| {
        let mut index = |request: &ReadoutRequest| {
            let found = listed(request);
            if found.is_none() {
                let found = format!("no `{request}`");
                let expected = "every readout that a row of `expect` reads";
                faults.push(Fault::of_path("readouts", &found, expected));
            }
            found
        };
        let against = match &condition.against {
            None => None,
            Some(Against::Numbers(numbers)) => Some(PlannedAgainst::Numbers(numbers.clone())),
            Some(Against::Readout(readout)) => index(readout).map(PlannedAgainst::Readout),
        };
        PlannedCondition {
            readout: condition.readout.as_ref().and_then(index),
            arms: condition.arms.iter().filter_map(arm).collect(),
            take: condition.take,
            over_d: condition.over_d,
            since_d: condition.since_d,
            after_d: condition.after_d,
            relative_to: (condition.relative_to.as_ref())
                .or(condition.difference_from.as_ref())
                .and_then(arm),
            is_difference: condition.difference_from.is_some(),
            relative_at_d: condition.relative_at_d,
            against,
            survivors_d: condition.survivors_d,
            in_mice: condition.in_mice,
            band: condition.band,
        }
    };
    let rows = scenario.rows.iter().map(|row| PlannedRow {
        id: row.id.clone(),
        tier: row.tier,
        what: row.what.clone(),
        published: row.published.clone(),
        source: row.source.clone(),
        note: row.note.clone(),
        conditions: row.conditions.iter().map(&mut resolve).collect(),
        not_modelled: row.not_modelled.clone(),
    });
    rows.collect()
}
