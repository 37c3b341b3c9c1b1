//! What the age of a cell says of it: blasts were activated so long ago, and old plasma cells are mostly long-lived ones.
//!
//! All other cells die and divide by hazards that do not know for how long they have lived.

use super::{activation, b_cells, clocks};
use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use crate::purpose;
use paracrine_kernel::draw;
use paracrine_kernel::rng::{AgentKey, Streams};
use rand::Rng;

/// Cells that are followed from their activation, so that blasts with more divisions behind them come in their numbers.
const FOUNDERS: usize = 32;

/// A blast that was activated `age_h` hours ago: with the divisions that it has behind it and its clocks where they are; `None` if all of
/// the thirty-two that are followed have died or ripened by then. They get no cytokine on their way.
pub fn blast<R: Rng + ?Sized>(
    p: &Parameters,
    agent: &Agent,
    age_h: f64,
    rng: &mut R,
) -> Option<Agent> {
    let mut chosen = None;
    let mut all = 0.0;
    for _ in 0..FOUNDERS {
        if let Some(cell) = founder(p, *agent, age_h, rng) {
            // Each founder has left so many of them.
            let cells = libm::exp2(cell.divisions.into());
            all += cells;
            if draw::uniform(rng) * all < cells {
                chosen = Some(cell);
            }
        }
    }
    chosen
}

/// Whether a kind of blast is found so many hours after activation.
pub fn is_possible(p: &Parameters, kind: Kind, age_h: f64) -> bool {
    let agent = Agent::new(AgentKey::NONE, kind, 1);
    let mut rng = Streams::new(0, 0).stream(purpose::INTERVENTION, AgentKey::NONE, 0);
    (0..10).any(|_| blast(p, &agent, age_h, &mut rng).is_some())
}

fn founder<R: Rng + ?Sized>(
    p: &Parameters,
    mut cell: Agent,
    age_h: f64,
    rng: &mut R,
) -> Option<Agent> {
    match cell.kind {
        Kind::BlastB => b_cells::ignite(p, &mut cell, rng),
        _ => activation::ignite(p, &mut cell, rng),
    }
    let mut left_h = age_h;
    loop {
        let division_h = f64::from(cell.clock_h) / clocks::speed(p, &cell);
        let death_h = f64::from(cell.death_h);
        let next_h = division_h.min(death_h);
        clocks::advance(p, &mut cell, next_h.min(left_h));
        if next_h > left_h {
            break;
        }
        left_h -= next_h;
        if death_h < division_h {
            return None;
        }
        clocks::restart(p, &mut cell, rng);
        if activation::destiny_reached(p, &cell, 1.0) {
            return None;
        }
    }
    cell.active_h = age_h as f32;
    cell.generation = cell.divisions;
    Some(cell)
}

/// The luck of a plasma cell of this age, from a uniform number: what is left after so many days is mostly long-lived. That of any other
/// cell is the number itself.
pub fn luck(p: &Parameters, kind: Kind, age_d: f64, uniform: f64) -> f64 {
    if kind != Kind::Plasma || age_d <= 0.0 {
        return uniform;
    }
    let new = p.plasma_long_lived;
    let long = new * libm::exp(-p.plasma_death_long * age_d);
    let all = long + (1.0 - new) * libm::exp(-p.plasma_death * age_d);
    let share = if all > 0.0 { long / all } else { 1.0 };
    if uniform < share {
        new * uniform / share
    } else {
        new + (1.0 - new) * (uniform - share) / (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::parameters;

    #[test]
    fn old_plasma_cells_are_long_lived() {
        let p = parameters();
        let long = |age_d: f64| {
            let uniform = |n: i32| (f64::from(n) + 0.5) / 1e4;
            let all = (0..10_000).map(|n| luck(&p, Kind::Plasma, age_d, uniform(n)));
            all.filter(|luck| *luck < p.plasma_long_lived).count() as f64 / 1e4
        };
        let (new, short) = (p.plasma_long_lived, 1.0 - p.plasma_long_lived);
        assert!((long(0.0) - new).abs() < 1e-3);
        let left = |age_d: f64| {
            let long = new * libm::exp(-p.plasma_death_long * age_d);
            long / (long + short * libm::exp(-p.plasma_death * age_d))
        };
        for age_d in [1.0, 10.0, 40.0] {
            assert!((long(age_d) - left(age_d)).abs() < 1e-3, "{age_d}");
        }
        assert!(long(1e4) > 0.999);
        let same = luck(&p, Kind::B, 40.0, 0.3);
        assert!(same.to_bits() == 0.3f64.to_bits());
    }
}
