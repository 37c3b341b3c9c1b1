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

/// Median time of later divisions with this drive, h.
pub fn division_time(p: &Parameters, kind: Kind, drive: f64) -> f64 {
    let without = later(p, kind).0.0;
    without / later_speed(p, without, drive)
}

/// Median time to death of a blast since its last division, or its activation, h.
pub fn life(p: &Parameters, agent: &Agent) -> f64 {
    let (_, (life, _)) = if agent.divisions == 0 {
        first(p, agent.kind)
    } else {
        later(p, agent.kind)
    };
    life
}

/// How many times as fast as without signal the clock of a blast's next division runs.
///
/// The first division is timed by antigen alone. Of later ones IL-2 shortens the cycle (Deenick 2003 J Immunol 170:4963) in proportion
/// to Myc, which antigen switches on and IL-2 sets (Preston 2015 EMBO J 34:2008), down to the shortest that was seen. The life of
/// blasts is not the shorter for it (Hawkins 2007: both clocks are independent).
pub fn speed(p: &Parameters, agent: &Agent) -> f64 {
    if agent.divisions == 0 {
        return 1.0;
    }
    later_speed(p, later(p, agent.kind).0.0, agent.drive.into())
}

/// The same where a division takes `without` hours without signal.
fn later_speed(p: &Parameters, without: f64, drive: f64) -> f64 {
    let shortest = (p.division_time_least / without).min(1.0);
    1.0 / (1.0 - p.division_time_signal * drive).max(shortest)
}

/// Moves the clocks of a blast on by so many hours.
pub fn advance(p: &Parameters, agent: &mut Agent, hours: f64) {
    agent.clock_h -= (hours * speed(p, agent)) as f32;
    agent.death_h -= hours as f32;
}

/// Starts the clocks of a fresh blast. Draws two numbers.
pub fn start<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    let laws = first(p, agent.kind);
    set(agent, laws, rng);
}

/// Starts them anew after a division, which was as long ago as its clock has run out for. Draws two numbers.
///
/// Both daughters keep the times of their parent's draw: siblings are alike (Hawkins 2009 PNAS 106:13457).
pub fn restart<R: Rng + ?Sized>(p: &Parameters, agent: &mut Agent, rng: &mut R) {
    let late_h = -f64::from(agent.clock_h) / speed(p, agent);
    agent.divisions = agent.divisions.saturating_add(1);
    let laws = later(p, agent.kind);
    set(agent, laws, rng);
    advance(p, agent, late_h);
}

fn set<R: Rng + ?Sized>(agent: &mut Agent, (division, death): (Law, Law), rng: &mut R) {
    agent.clock_h = draw::lognormal(rng, division.0, division.1) as f32;
    agent.death_h = draw::lognormal(rng, death.0, death.1) as f32;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::parameters;
    use paracrine_kernel::rng::{AgentKey, Streams};

    fn blast(kind: Kind, divisions: u8, drive: f32) -> Agent {
        let mut agent = Agent::new(AgentKey::NONE, kind, 1);
        (agent.divisions, agent.drive) = (divisions, drive);
        agent
    }

    /// Faults seen: the first division hastened; no shortest time; slower with signal.
    #[test]
    fn il2_shortens_later_divisions_alone() {
        let p = parameters();
        for kind in [Kind::BlastCd4, Kind::BlastCd8, Kind::BlastB] {
            assert!(speed(&p, &blast(kind, 0, 1.0)).to_bits() == 1.0f64.to_bits());
            assert!(speed(&p, &blast(kind, 1, 0.0)).to_bits() == 1.0f64.to_bits());
            let without = division_time(&p, kind, 0.0);
            let least = p.division_time_least.min(without);
            for drive in [0.1, 0.3, 1.0] {
                let expected = (without * (1.0 - p.division_time_signal * drive)).max(least);
                let found = division_time(&p, kind, drive);
                assert!((found / expected - 1.0).abs() < 1e-12, "{kind:?}: {found}");
            }
        }
    }

    /// The hours since a division are hours of the next one, however fast its clock runs, and of the life of the cell.
    #[test]
    fn what_a_step_leaves_counts_for_daughters() {
        let p = parameters();
        let streams = Streams::new(3, 0);
        let start = || streams.stream(crate::purpose::FATE, AgentKey::NONE, 0);
        let (mut punctual, mut late) = [0.0, -0.75]
            .map(|clock_h| {
                let mut agent = blast(Kind::BlastCd4, 2, 0.4);
                agent.clock_h = clock_h;
                restart(&p, &mut agent, &mut start());
                agent
            })
            .into();
        let hours = 0.75 / speed(&p, &punctual);
        advance(&p, &mut punctual, hours);
        assert_eq!(punctual.divisions, 3);
        for agent in [&mut punctual, &mut late] {
            agent.drive = 0.0;
        }
        assert!((punctual.clock_h - late.clock_h).abs() < 1e-5);
        assert!((punctual.death_h - late.death_h).abs() < 1e-5);
    }
}
