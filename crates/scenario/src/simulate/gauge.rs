//! Formulas evaluated on samples.

use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::{Law, Network, NetworkErrors};

/// Formulas over the quantities of a network, ready to be evaluated.
///
/// They are the propensities of a second network with the same quantities, which never runs: checking and evaluating are
/// the kernel's.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    network: Network,
}

impl Gauge {
    /// Prepares formulas.
    ///
    /// # Errors
    /// Symbols that the network does not have, and formulas that never change and are negative.
    pub(super) fn new<'f>(
        network: &Network,
        formulas: impl IntoIterator<Item = &'f Expression>,
    ) -> Result<Self, NetworkErrors> {
        let mut builder = Network::builder();
        for name in network.quantities() {
            builder = builder.species(name, 0.0);
        }
        for (name, value) in network.constants() {
            builder = builder.parameter(name, *value);
        }
        // Every channel must change something: a species that no formula can mean.
        let mut unused = "_".to_owned();
        while network.quantities().contains(&unused)
            || network.constants().iter().any(|(name, _)| *name == unused)
        {
            unused.push('_');
        }
        builder = builder.species(&unused, 0.0);
        for (number, formula) in formulas.into_iter().enumerate() {
            let law = Law::Propensity(formula.clone());
            let none: [(&str, u32); 0] = [];
            builder = builder.channel(number.to_string(), none, [(unused.as_str(), 1)], law);
        }
        Ok(Self {
            network: builder.build()?,
        })
    }

    /// The value of each formula, in order, where `values` has one entry per quantity of the network.
    pub(super) fn values(&self, values: &[f64], time: f64) -> impl Iterator<Item = f64> {
        let mut all = values.to_vec();
        all.push(0.0);
        self.network
            .channels()
            .map(move |channel| self.network.propensity(channel, &all, time))
    }
}
