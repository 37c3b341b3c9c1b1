//! The same job in the idiom of krABMaga: agents in its schedule, the pool as its state.

use crate::structs::Agent as Cell;
use crate::{DEATH, DIVISION, Job, Outcome, pool};
use krabmaga::engine::agent::Agent;
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::any::Any;

pub struct Pool {
    c: f64,
    n: f64,
    uptake: f64,
    secretion: f64,
    alive: usize,
    newborn: Vec<Cell>,
    rng: Xoshiro256PlusPlus,
}

impl State for Pool {
    fn init(&mut self, _schedule: &mut Schedule) {}
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn as_state(&self) -> &dyn State {
        self
    }
    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }
    fn reset(&mut self) {}
    fn update(&mut self, _step: u64) {}
    fn after_step(&mut self, schedule: &mut Schedule) {
        self.c = pool(self.c, self.secretion, self.uptake, self.n);
        (self.uptake, self.secretion) = (0.0, 0.0);
        let time = schedule.time;
        for cell in self.newborn.drain(..) {
            self.alive += 1;
            let agent = Box::new(Scheduled { cell, dies: false });
            schedule.schedule_repeating(agent, time + 1.0, 0);
        }
    }
}

#[derive(Clone, Copy)]
struct Scheduled {
    cell: Cell,
    dies: bool,
}

impl Agent for Scheduled {
    fn step(&mut self, state: &mut dyn State) {
        let Some(state) = state.as_any_mut().downcast_mut::<Pool>() else {
            return;
        };
        let (bound, secreted) = self.cell.advance(state.c);
        state.uptake += bound;
        state.secretion += secreted;
        let u: f64 = state.rng.random();
        if u < DEATH {
            self.dies = true;
            state.alive -= 1;
        } else if u < DIVISION {
            state.newborn.push(self.cell.divide());
        }
    }

    fn is_stopped(&mut self, _state: &mut dyn State) -> bool {
        self.dies
    }
}

pub struct Krab {
    schedule: Schedule,
    pool: Pool,
}

impl Job for Krab {
    fn new(agents: usize) -> Self {
        let mut schedule = Schedule::new();
        for index in 0..agents {
            let agent = Box::new(Scheduled {
                cell: Cell::new(index),
                dies: false,
            });
            schedule.schedule_repeating(agent, 0.0, 0);
        }
        Self {
            schedule,
            pool: Pool {
                c: 10.0,
                n: agents as f64,
                uptake: 0.0,
                secretion: 0.0,
                alive: agents,
                newborn: Vec::new(),
                rng: Xoshiro256PlusPlus::seed_from_u64(1),
            },
        }
    }

    fn run(&mut self, steps: u64) -> Outcome {
        let mut updates = 0.0;
        for _ in 0..steps {
            updates += self.pool.alive as f64;
            self.schedule.step(&mut self.pool);
        }
        Outcome {
            updates,
            alive: self.pool.alive,
            c: self.pool.c,
        }
    }
}
