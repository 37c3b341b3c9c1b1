//! Rows of thirty-two agents by the kernel's vector levels, each agent with a stream of its own: the same numbers for any order of
//! agents and any number of threads.

use crate::{
    DA, DB, DEATH, DG, DIVISION, DS, DT, Job, KB, KE, KON, KX, Kind, Outcome, PA, PB, PG, pool,
};
use paracrine_kernel::Level;
use paracrine_kernel::rng::{AgentKey, AgentStreams, Purpose, Streams};
use paracrine_kernel::rows::{LANES, Words, uniform};

type Row = [f64; LANES];

#[derive(Clone)]
struct Block {
    a: Row,
    b: Row,
    g: Row,
    x: Row,
    s: Row,
    k: Row,
    production: Row,
    secretion: Row,
    /// 1 for an agent, 0 for an empty lane.
    lives: Row,
    streams: [AgentStreams; LANES],
}

#[derive(Clone, Copy)]
struct Newborn {
    values: [f64; 8],
    streams: AgentStreams,
}

pub struct Rows {
    blocks: Vec<Block>,
    agents: usize,
    level: Level,
    streams: Streams,
    /// Agents that ever were: the next one's key.
    ever: u128,
}

impl Block {
    fn empty() -> Self {
        let zeros = [0.0; LANES];
        Self {
            a: zeros,
            b: zeros,
            g: zeros,
            x: zeros,
            s: zeros,
            k: zeros,
            production: zeros,
            secretion: zeros,
            lives: zeros,
            streams: [AgentStreams::default(); LANES],
        }
    }

    fn put(&mut self, lane: usize, agent: &Newborn) {
        let [a, b, g, x, s, k, production, secretion] = agent.values;
        self.a[lane] = a;
        self.b[lane] = b;
        self.g[lane] = g;
        self.x[lane] = x;
        self.s[lane] = s;
        self.k[lane] = k;
        self.production[lane] = production;
        self.secretion[lane] = secretion;
        self.lives[lane] = 1.0;
        self.streams[lane] = agent.streams;
    }

    fn get(&self, lane: usize) -> [f64; 8] {
        [
            self.a[lane],
            self.b[lane],
            self.g[lane],
            self.x[lane],
            self.s[lane],
            self.k[lane],
            self.production[lane],
            self.secretion[lane],
        ]
    }

    /// A step of all lanes: what they bind and secrete together.
    #[inline(always)]
    fn advance(&mut self, c: f64) -> (f64, f64) {
        let (mut uptake, mut secretion) = ([0.0; 8], [0.0; 8]);
        for lane in 0..LANES {
            let (a, b, x, s) = (self.a[lane], self.b[lane], self.x[lane], self.s[lane]);
            let bind = KON * c * a * b / (b + KB) * DT * self.lives[lane];
            let x = x + (bind - KE * x * DT);
            self.x[lane] = x;
            self.a[lane] = a + ((PA * self.production[lane] * (1.0 + s) - DA * a) * DT - bind);
            self.b[lane] = b + (PB - DB * b) * DT;
            self.g[lane] += (PG - DG * self.g[lane]) * DT;
            let s = s + (x / (x + KX) - DS * s) * DT;
            self.s[lane] = s;
            self.k[lane] += s * DT;
            uptake[lane % 8] += bind;
            secretion[lane % 8] += self.secretion[lane];
        }
        (uptake.iter().sum(), secretion.iter().sum())
    }
}

impl Rows {
    fn place(&mut self, newborn: &[Newborn], free: &mut Vec<(usize, usize)>) {
        for agent in newborn {
            let (block, lane) = free.pop().unwrap_or_else(|| {
                self.blocks.push(Block::empty());
                let last = self.blocks.len() - 1;
                free.extend((1..LANES).rev().map(|lane| (last, lane)));
                (last, 0)
            });
            self.blocks[block].put(lane, agent);
        }
    }

    fn newborn(&mut self, values: [f64; 8]) -> Newborn {
        self.ever += 1;
        Newborn {
            values,
            streams: self.streams.of_agent(AgentKey(self.ever)),
        }
    }
}

impl Job for Rows {
    fn new(agents: usize) -> Self {
        let mut rows = Self {
            blocks: Vec::with_capacity(agents / LANES + agents / (8 * LANES) + 1),
            agents,
            level: Level::detect(),
            streams: Streams::new(1, 0),
            ever: 0,
        };
        let mut free = Vec::new();
        for index in 0..agents {
            let kind = Kind::of(index);
            let a = 100.0 * kind.production();
            let secretion = kind.secretion();
            let values = [a, 100.0, 100.0, 0.0, 0.0, 0.0, kind.production(), secretion];
            let newborn = rows.newborn(values);
            rows.place(&[newborn], &mut free);
        }
        rows
    }

    fn run(&mut self, steps: u64) -> Outcome {
        let n = self.agents as f64;
        let (mut c, mut updates) = (10.0, 0.0);
        let mut free: Vec<(usize, usize)> = Vec::new();
        let mut alive = self.agents;
        for epoch in 0..steps {
            updates += alive as f64;
            let mut events: Vec<(usize, usize, bool)> = Vec::new();
            let blocks = &mut self.blocks;
            let (uptake, secretion) = self.level.run(
                #[inline(always)]
                || {
                    let (mut uptake, mut secretion) = (0.0, 0.0);
                    for (number, block) in blocks.iter_mut().enumerate() {
                        let (bound, secreted) = block.advance(c);
                        uptake += bound;
                        secretion += secreted;
                        let words = Words::new(&block.streams, Purpose::TRAJECTORY, epoch).draw();
                        let mut lowest = 1.0f32;
                        for lane in 0..LANES {
                            let u = uniform(words[lane]);
                            lowest = if u < lowest { u } else { lowest };
                        }
                        if f64::from(lowest) < DIVISION {
                            for lane in 0..LANES {
                                let u = f64::from(uniform(words[lane]));
                                if u < DIVISION && block.lives[lane] > 0.0 {
                                    events.push((number, lane, u < DEATH));
                                }
                            }
                        }
                    }
                    (uptake, secretion)
                },
            );
            let mut newborn = Vec::new();
            for (block, lane, dies) in events {
                if dies {
                    self.blocks[block].lives[lane] = 0.0;
                    self.blocks[block].secretion[lane] = 0.0;
                    free.push((block, lane));
                    alive -= 1;
                } else {
                    self.blocks[block].x[lane] *= 0.5;
                    self.blocks[block].k[lane] = 0.0;
                    let values = self.blocks[block].get(lane);
                    newborn.push(self.newborn(values));
                    alive += 1;
                }
            }
            self.place(&newborn, &mut free);
            c = pool(c, secretion, uptake, n);
        }
        Outcome { updates, alive, c }
    }
}
