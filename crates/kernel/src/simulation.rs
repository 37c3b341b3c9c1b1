//! A network prepared for one method, and its trajectories.
//!
//! ```
//! use paracrine_kernel::{network::Network, rng, simulation::{Method, Simulation}};
//!
//! let network = Network::builder()
//!     .species("cell", 10.0)
//!     .channel("divide", [("cell", 1)], [("cell", 2)], 0.9)
//!     .channel("die", [("cell", 1)], [("cell", 0); 0], 1.0)
//!     .build()?;
//! let simulation = Simulation::new(&network, Method::Direct)?;
//! let mut trajectory = simulation.start(rng::trajectory(7, 0));
//! trajectory.run_to(5.0)?;
//! assert!(trajectory.firings() > 0);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use crate::batch::course as batch;
use crate::ensemble::Ensemble;
use crate::exact::direct::Direct;
use crate::exact::next_reaction::NextReaction;
use crate::exact::tree::{self, Tree};
use crate::exact::{Exact, Selector, Shared};
use crate::lanes::{self, Level};
use crate::network::Network;
use crate::ode::{self, Deterministic};
use crate::rng::Stream;
use crate::sample::Samples;
use crate::state::{Limits, RunError, State, Stop, make_whole};
use crate::tau_leap::fixed::{self, FixedLeap};
use crate::tau_leap::{self, TauLeap};
use std::sync::atomic::{AtomicBool, Ordering};

/// How trajectories are made. `docs/kernel.md` has equations, sources, errors and costs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Exact: the direct method with a dependency graph.
    Direct,
    /// Exact: the next reaction method.
    NextReaction,
    /// Exact: the direct method on a sum tree.
    Tree,
    /// Exact: a sum tree with shared species factored out.
    Hub,
    /// Exact: the direct method for small networks of plain mass action, many replicates at a time in the lanes of
    /// vector registers. A replicate has the same bits in any lane of any register, and on its own.
    Lanes,
    /// Deterministic: the differential equation of the large-number limit. Draws nothing; amounts are real numbers,
    /// which may fall below 0 by about the absolute tolerance.
    Ode {
        /// Error of each step relative to each value, from 1e-13 to 1.
        relative: f64,
        /// Error of each step in the unit of the amounts, above 0.
        absolute: f64,
    },
    /// Approximate: adaptive tau-leaping, by itself exact where leaps do not pay or critical channels fire.
    ///
    /// Leaps end at the times asked for: which these are changes the numbers drawn, though not their law. Networks
    /// with rules for rates, or with time in a propensity, an assignment or (other than compared with a constant) a
    /// trigger, are run by [the exact method for them](Self::exact_for).
    TauLeap {
        /// The share by which a propensity may change in a leap, between 0 and 1.
        epsilon: f64,
    },
    /// Approximate: Poisson leaps of one length from time 0 on, with the bias of the first order in it that they have.
    ///
    /// Between its steps the state is that of the last one. No rules for rates.
    FixedLeap {
        /// The length of a step, positive.
        tau: f64,
    },
    /// Approximate: binomial leaps of one length from time 0 on, of the second order in it, many replicates side by side
    /// ([`crate::batch`]). A replicate has the same bits in a batch and on its own.
    ///
    /// Between its steps the state is that of the last one. Networks without rules and events, whose propensities are
    /// products of amounts; channels that take at most two molecules; counts up to 2^23.
    BinomialLeap {
        /// The length of a step, positive.
        tau: f64,
    },
}

impl Method {
    /// All exact methods.
    pub const EXACT: [Self; 5] = [
        Self::Direct,
        Self::NextReaction,
        Self::Tree,
        Self::Hub,
        Self::Lanes,
    ];

    /// The differential equation, to about eight digits of amounts above 1e-4.
    pub const ODE: Self = Self::Ode {
        relative: 1e-8,
        absolute: 1e-12,
    };

    /// Adaptive tau-leaping with the usual tolerance.
    pub const TAU_LEAP: Self = Self::TauLeap { epsilon: 0.03 };

    /// Whether trajectories have the law of the jump process, with no error of a step.
    #[must_use]
    pub fn is_exact(self) -> bool {
        Self::EXACT.contains(&self)
    }

    /// Whether all trajectories are the same.
    #[must_use]
    pub fn is_deterministic(self) -> bool {
        matches!(self, Self::Ode { .. })
    }

    /// The name in results and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::NextReaction => "next-reaction",
            Self::Tree => "tree",
            Self::Hub => "hub",
            Self::Lanes => "lanes",
            Self::Ode { .. } => "ode",
            Self::TauLeap { .. } => "tau-leap",
            Self::FixedLeap { .. } => "fixed-leap",
            Self::BinomialLeap { .. } => "binomial-leap",
        }
    }

    /// The exact method that suits a network: a function of the network alone.
    ///
    /// The direct method up to [64](Self::DIRECT_UP_TO) channels; above, the sum tree, with shared species factored
    /// out if there are any that 64 channels or more are proportional to.
    #[must_use]
    pub fn exact_for(network: &Network) -> Self {
        if network.channels().len() <= Self::DIRECT_UP_TO {
            Self::Direct
        } else if tree::hubs(network).is_empty() {
            Self::Tree
        } else {
            Self::Hub
        }
    }

    /// The exact method that suits so many replicates of a network: a function of the network and of that number.
    ///
    /// [Lanes](Self::Lanes) for 8 replicates or more of a network that they can run, else the method
    /// [for the network](Self::exact_for).
    #[must_use]
    pub fn exact_for_ensemble(network: &Network, replicates: u64) -> Self {
        if replicates >= Self::LANES_FROM && lanes::course::can_run(network) {
            Self::Lanes
        } else {
            Self::exact_for(network)
        }
    }

    /// Fewer replicates leave too many lanes empty.
    pub const LANES_FROM: u64 = 8;

    /// Networks with more channels are better off with a tree.
    pub const DIRECT_UP_TO: usize = 64;
}

/// A network prepared for one method. Starting another replicate costs little more than copying its state.
pub struct Simulation<'n> {
    network: &'n Network,
    method: Method,
    level: Level,
    core: Core<'n>,
}

enum Core<'n> {
    Direct(Shared<Direct>),
    NextReaction(Shared<NextReaction>),
    Tree(Shared<Tree>),
    Lanes(Box<lanes::Compiled>),
    Ode(Deterministic),
    TauLeap(Box<tau_leap::Shared<Direct>>),
    TreeLeap(Box<tau_leap::Shared<Tree>>),
    FixedLeap(fixed::Shared),
    BinomialLeap(Box<batch::Shared<'n>>),
}

impl<'n> Simulation<'n> {
    /// Prepares a network.
    ///
    /// # Errors
    ///
    /// [`RunError::NotWhole`] or [`RunError::Propensity`] in the initial state, [`RunError::Setting`],
    /// [`RunError::Unsupported`].
    pub fn new(network: &'n Network, method: Method) -> Result<Self, RunError> {
        Ok(Self {
            network,
            method,
            level: Level::detect(),
            core: Core::new(network, method)?,
        })
    }

    /// Uses the instructions of a level, as far as the processor has them. Results are the same at every level.
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        if let Core::BinomialLeap(shared) = self.core {
            self.core = Core::BinomialLeap(Box::new(shared.at_level(level)));
        }
        self
    }

    /// Runs an ensemble in batches. None if the method is another one.
    pub(crate) fn run_in_batches(
        &self,
        ensemble: &Ensemble<'_>,
        interrupt: &AtomicBool,
        arrived: impl Fn(u64, Samples) + Sync,
    ) -> Option<Result<(), RunError>> {
        match &self.core {
            Core::BinomialLeap(shared) => Some(shared.run(ensemble, interrupt, arrived)),
            _ => None,
        }
    }

    /// Runs an ensemble in lanes. None if the method is another one, or the times do not ascend strictly.
    pub(crate) fn run_in_lanes(
        &self,
        ensemble: &Ensemble<'_>,
        interrupt: &AtomicBool,
        arrived: impl FnMut(u64, Samples) + Send,
    ) -> Option<Result<(), RunError>> {
        let Core::Lanes(compiled) = &self.core else {
            return None;
        };
        let species = (0..self.network.quantities().len()).collect();
        let plan = lanes::Plan::new(compiled, ensemble.times.to_vec(), species).ok()?;
        let mut plan = plan.with_limit(ensemble.firing_limit);
        if ensemble.tally {
            plan = plan.with_firings();
        }
        let request = lanes::ensemble::Request {
            network: self.network,
            compiled,
            plan,
            level: self.level,
            seed: ensemble.seed,
            replicates: ensemble.replicates.clone(),
        };
        Some(request.run(interrupt, arrived))
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// A trajectory at time 0, in the network's initial state, that draws from `stream`.
    #[must_use]
    pub fn start(&self, stream: Stream) -> Trajectory<'_> {
        let course = match &self.core {
            Core::Direct(shared) => Course::Direct(shared.start(self.network)),
            Core::NextReaction(shared) => Course::NextReaction(shared.start(self.network)),
            Core::Tree(shared) => Course::Tree(shared.start(self.network)),
            Core::Lanes(compiled) => {
                Course::Lanes(lanes::course::Course::new(self.network, compiled, &stream))
            }
            Core::Ode(shared) => Course::Ode(Box::new(shared.start(self.network))),
            Core::TauLeap(shared) => Course::TauLeap(Box::new(shared.start(self.network))),
            Core::TreeLeap(shared) => Course::TreeLeap(Box::new(shared.start(self.network))),
            Core::FixedLeap(shared) => Course::FixedLeap(Box::new(shared.start(self.network))),
            Core::BinomialLeap(shared) => {
                Course::BinomialLeap(Box::new(shared.start(stream.clone())))
            }
        };
        Trajectory {
            network: self.network,
            course,
            stream,
            limit: u64::MAX,
            interrupt: &NEVER,
        }
    }
}

impl<'n> Core<'n> {
    fn new(network: &'n Network, method: Method) -> Result<Self, RunError> {
        let core = match method {
            Method::Direct => Core::Direct(Shared::new(network, Direct::plan)?),
            Method::NextReaction => Core::NextReaction(Shared::new(network, NextReaction::plan)?),
            Method::Tree => Core::Tree(Shared::new(network, Tree::plan)?),
            Method::Hub => {
                let hubs = tree::hubs(network);
                Core::Tree(Shared::new(network, |network, _| {
                    tree::Plan::with_hubs(network, &hubs)
                })?)
            }
            Method::Lanes => Core::lanes(network)?,
            Method::Ode { relative, absolute } => {
                let tolerances = ode::Tolerances { relative, absolute };
                Core::Ode(Deterministic::new(network, tolerances)?)
            }
            Method::TauLeap { epsilon } => Core::leaping(network, epsilon)?,
            Method::FixedLeap { tau } => Core::FixedLeap(fixed::Shared::new(network, tau)?),
            Method::BinomialLeap { tau } => {
                Core::BinomialLeap(Box::new(batch::Shared::new(network, tau)?))
            }
        };
        Ok(core)
    }

    fn lanes(network: &'n Network) -> Result<Self, RunError> {
        make_whole(network, &mut State::initial(network))?;
        match lanes::course::compile(network) {
            Ok(compiled) => Ok(Core::Lanes(Box::new(compiled))),
            Err(reason) => Err(RunError::Unsupported {
                method: Method::Lanes.name(),
                reason,
            }),
        }
    }

    /// Leaps if the network is one for them, else its exact method.
    fn leaping(network: &'n Network, epsilon: f64) -> Result<Self, RunError> {
        tau_leap::check(epsilon)?;
        if !tau_leap::can_leap(network) {
            return Self::new(network, Method::exact_for(network));
        }
        if network.channels().len() <= Method::DIRECT_UP_TO {
            let shared = tau_leap::Shared::new(network, epsilon, Direct::plan)?;
            return Ok(Self::TauLeap(Box::new(shared)));
        }
        let plan = |network: &Network, _: &_| tree::Plan::with_hubs(network, &tree::hubs(network));
        let shared = tau_leap::Shared::new(network, epsilon, plan)?;
        Ok(Self::TreeLeap(Box::new(shared)))
    }
}

enum Course<'a> {
    Direct(Exact<'a, Direct>),
    NextReaction(Exact<'a, NextReaction>),
    Lanes(lanes::course::Course<'a>),
    Tree(Exact<'a, Tree>),
    Ode(Box<ode::Course<'a>>),
    TauLeap(Box<TauLeap<'a, Direct>>),
    TreeLeap(Box<TauLeap<'a, Tree>>),
    FixedLeap(Box<FixedLeap<'a>>),
    BinomialLeap(Box<batch::Course<'a>>),
}

/// The same on every kind of course.
macro_rules! on {
    ($course:expr, $name:ident => $body:expr) => {
        match $course {
            Course::Direct($name) => $body,
            Course::NextReaction($name) => $body,
            Course::Tree($name) => $body,
            Course::Lanes($name) => $body,
            Course::Ode($name) => $body,
            Course::TauLeap($name) => $body,
            Course::TreeLeap($name) => $body,
            Course::FixedLeap($name) => $body,
            Course::BinomialLeap($name) => $body,
        }
    };
}

/// One run of a network.
pub struct Trajectory<'a> {
    network: &'a Network,
    course: Course<'a>,
    stream: Stream,
    limit: u64,
    interrupt: &'a AtomicBool,
}

/// What trajectories look at that nothing can interrupt.
static NEVER: AtomicBool = AtomicBool::new(false);

impl<'a> Trajectory<'a> {
    /// Runs to `end`, with everything that happens at or before it. Stopping to look on the way changes nothing in
    /// networks without rates and time-dependent propensities, and with them nothing beyond the error of integration;
    /// except that tau-leaps end where they are looked at, which leaves their law but not their numbers.
    ///
    /// # Errors
    ///
    /// See [`RunError`]; the trajectory is not to be continued then.
    pub fn run_to(&mut self, end: f64) -> Result<Stop, RunError> {
        self.run(end, self.limit)
    }

    fn run(&mut self, end: f64, firings: u64) -> Result<Stop, RunError> {
        let limits = Limits {
            firings,
            interrupt: self.interrupt,
        };
        on!(&mut self.course, course => course.run_to(end, limits, &mut self.stream))
    }

    /// Runs to the next firing, or to `end` if there is none before it. True if a channel fired; false also if the
    /// trajectory is interrupted before.
    ///
    /// # Errors
    ///
    /// As [`run_to`](Self::run_to).
    pub fn run_to_firing(&mut self, end: f64) -> Result<bool, RunError> {
        let before = self.firings();
        let limit = self.limit.min(before + 1);
        self.run(end, limit)?;
        Ok(self.firings() > before)
    }

    /// Stops once so many channels have fired; a network may explode before the end.
    pub fn limit_firings(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Stops, with [`Stop::Interrupted`], soon after the flag is set: a trajectory looks at it again and again as it
    /// runs, though not at every firing. Where exactly it stops is a matter of chance; what it has done until then is not.
    pub fn stop_on(&mut self, interrupt: &'a AtomicBool) {
        self.interrupt = interrupt;
    }

    /// Whether the flag to stop on is set.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Counts the firings of each channel from now on.
    pub fn tally_firings(&mut self) {
        let channels = self.network.channels().len();
        on!(&mut self.course, course => course.tally = Some(vec![0; channels]));
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        on!(&self.course, course => &course.state)
    }

    /// How many channels have fired.
    #[must_use]
    pub fn firings(&self) -> u64 {
        on!(&self.course, course => course.firings)
    }

    /// Firings by channel since [`tally_firings`](Self::tally_firings).
    #[must_use]
    pub fn tally(&self) -> Option<&[u64]> {
        on!(&self.course, course => course.tally.as_deref())
    }

    /// Changes the amounts by force: one for each species, in order of declaration.
    ///
    /// # Errors
    ///
    /// [`RunError::NotWhole`] or [`RunError::Propensity`]; by the differential equation [`RunError::Value`].
    ///
    /// # Panics
    ///
    /// If there is not one amount for each species.
    pub fn set_amounts(&mut self, amounts: &[f64]) -> Result<(), RunError> {
        let mut state = self.state().clone();
        state.values[..self.network.species().len()].copy_from_slice(amounts);
        if !matches!(self.course, Course::Ode(_)) {
            make_whole(self.network, &mut state)?;
        }
        on!(&mut self.course, course => course.set_state(state))
    }
}
