//! Clocks of dividing cells: each carries a time of its next division and a time of its death, both log-normal; the earlier one happens
//! and a division starts both anew (the cyton model, Hawkins 2007 PNAS 104:5032).

use crate::kind::Kind;
use crate::model::Parameters;
use crate::population::Agent;
use paracrine_kernel::draw;
use rand::Rng;

/// What happened to a blast when a clock ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its division came first.
    Division,
    /// Its death came first.
    Death,
}

/// A log-normal time: its median, h, and the sd of its logarithm.
type Law = (f64, f64);

/// Laws of division and death before the first division.
fn first(p: &Parameters, kind: Kind) -> (Law, Law) {
    let life = match kind {
        Kind::BlastB => p.b_first_life,
        _ => p.blast_first_life,
    };
    (
        (p.first_division, p.first_division_spread),
        (life, p.blast_first_life_spread),
    )
}

/// Laws of later divisions and deaths.
fn later(p: &Parameters, kind: Kind) -> (Law, Law) {
    let (time, life) = match kind {
        Kind::BlastCd8 => (p.cd8_division_time, p.blast_life),
        Kind::BlastB => (p.b_division_time, p.b_life),
        _ => (p.division_time, p.blast_life),
    };
    ((time, p.division_time_spread), (life, p.blast_life_spread))
}

/// Median time of later divisions, h.
pub fn division_time(p: &Parameters, kind: Kind) -> f64 {
    later(p, kind).0.0
}

/// Starts the clocks of a fresh blast. Draws two numbers.
pub fn start<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    let laws = first(p, agent.kind);
    set(agent, laws, 0.0, rng);
}

/// Starts them anew after a division that was `late_h` hours ago. Draws two numbers.
///
/// Both daughters keep the times of their parent's draw: siblings are alike (Hawkins 2009 PNAS 106:13457).
pub fn restart<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, late_h: f32, rng: &mut R) {
    let laws = later(p, agent.kind);
    set(agent, laws, late_h, rng);
}

fn set<R: Rng + ?Sized>(
    agent: &mut Agent,
    (division, death): (Law, Law),
    late_h: f32,
    rng: &mut R,
) {
    agent.clock_h = draw::lognormal(rng, division.0, division.1) as f32 - late_h;
    agent.death_h = draw::lognormal(rng, death.0, death.1) as f32 - late_h;
}

/// The clock that has run out, the earlier one if both have.
pub fn due(agent: &Agent) -> Option<Event> {
    if agent.clock_h > 0.0 && agent.death_h > 0.0 {
        None
    } else if agent.death_h < agent.clock_h {
        Some(Event::Death)
    } else {
        Some(Event::Division)
    }
}
