//! Readouts of a scenario, calls and formulas, resolved for a host.

use super::{PlannedReadout, call_of};
use crate::language::{ReadoutRequest, Scenario, unit_of};
use paracrine_cells::readout::Measure;
use paracrine_kernel::expression::{Compiled, Expression, Function};

/// A readout that a host of this sort has; otherwise what was found and what could be.
pub(super) fn readout_of(
    request: &ReadoutRequest,
    scenario: &Scenario,
    is_culture: bool,
) -> Result<PlannedReadout, (String, &'static str)> {
    let calls = request.value.calls();
    let calls: Vec<PlannedReadout> = calls
        .iter()
        .map(|call| call_of(call, scenario, is_culture))
        .collect::<Result<_, _>>()?;
    let name = request.to_string();
    if request.value.call().is_some()
        && let [only] = &calls[..]
    {
        let label = match &request.name {
            Some(name) => name.clone(),
            None => only.label.clone(),
        };
        return Ok(PlannedReadout {
            name,
            label,
            ..only.clone()
        });
    }
    let tree = request.value.tree();
    let place = |written: &str| {
        let known = calls.iter().position(|call| call.name == written)?;
        u32::try_from(known).ok()
    };
    let one = |written: &str| calls.iter().find(|call| call.name == written);
    let unit_of_call =
        |written: &str| one(written).map_or_else(String::new, |call| call.unit.clone());
    // Both were checked with the scenario.
    let unit = unit_of(tree, &unit_of_call);
    let compiled = Compiled::new(tree, &place);
    let (Ok(unit), Ok(compiled)) = (unit, compiled) else {
        return Err((format!("`{}`", request.value), "a formula over readouts"));
    };
    let logarithmic =
        unit != "1" && is_of_one_sign(tree) && calls.iter().all(|call| call.logarithmic);
    let readings = calls.iter().flat_map(|call| call.measure.readings());
    Ok(PlannedReadout {
        label: name.clone(),
        name,
        measure: Measure::new(readings.copied().collect(), compiled),
        unit,
        logarithmic,
    })
}

/// Whether a formula over what is not below zero is not, by its form.
fn is_of_one_sign(tree: &Expression) -> bool {
    match tree {
        Expression::Number(number) => *number >= 0.0,
        Expression::Symbol(_) => true,
        Expression::Time => false,
        Expression::Apply(function, arguments) => {
            matches!(
                function,
                Function::Add
                    | Function::Multiply
                    | Function::Divide
                    | Function::Minimum
                    | Function::Maximum
                    | Function::Sqrt
                    | Function::Abs
                    | Function::Power
            ) && arguments.iter().all(is_of_one_sign)
        }
    }
}
