//! One struct per agent, one generator: the naive layer, kept as a floor.

use crate::{
    DA, DB, DEATH, DG, DIVISION, DS, DT, Job, KB, KE, KON, KX, Kind, Outcome, PA, PB, PG, pool,
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

#[derive(Clone, Copy)]
pub struct Agent {
    a: f64,
    b: f64,
    g: f64,
    x: f64,
    s: f64,
    k: f64,
    kind: Kind,
}

impl Agent {
    pub fn new(index: usize) -> Self {
        let kind = Kind::of(index);
        Self {
            a: 100.0 * kind.production(),
            b: 100.0,
            g: 100.0,
            x: 0.0,
            s: 0.0,
            k: 0.0,
            kind,
        }
    }

    /// A step at `c`: what it binds, and what it secretes.
    pub fn advance(&mut self, c: f64) -> (f64, f64) {
        let bind = KON * c * self.a * self.b / (self.b + KB) * DT;
        self.x += bind - KE * self.x * DT;
        let made = PA * self.kind.production() * (1.0 + self.s);
        self.a += (made - DA * self.a) * DT - bind;
        self.b += (PB - DB * self.b) * DT;
        self.g += (PG - DG * self.g) * DT;
        self.s += (self.x / (self.x + KX) - DS * self.s) * DT;
        self.k += self.s * DT;
        (bind, self.kind.secretion())
    }

    /// Halves what it holds; the other half is the answer.
    pub fn divide(&mut self) -> Self {
        self.x *= 0.5;
        self.k = 0.0;
        *self
    }
}

pub struct Structs {
    agents: Vec<Agent>,
    rng: Xoshiro256PlusPlus,
}

impl Job for Structs {
    fn new(agents: usize) -> Self {
        Self {
            agents: (0..agents).map(Agent::new).collect(),
            rng: Xoshiro256PlusPlus::seed_from_u64(1),
        }
    }

    fn run(&mut self, steps: u64) -> Outcome {
        let n = self.agents.len() as f64;
        let (mut c, mut updates) = (10.0, 0.0);
        let mut newborn = Vec::new();
        for _ in 0..steps {
            updates += self.agents.len() as f64;
            let (mut uptake, mut secretion) = (0.0, 0.0);
            let rng = &mut self.rng;
            self.agents.retain_mut(|agent| {
                let (bound, secreted) = agent.advance(c);
                uptake += bound;
                secretion += secreted;
                let u: f64 = rng.random();
                if u >= DEATH && u < DIVISION {
                    newborn.push(agent.divide());
                }
                u >= DEATH
            });
            self.agents.append(&mut newborn);
            c = pool(c, secretion, uptake, n);
        }
        Outcome {
            updates,
            alive: self.agents.len(),
            c,
        }
    }
}
