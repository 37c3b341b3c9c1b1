//! Methods by name, and the choice among them.

use crate::Error;
use paracrine_kernel::network::Network;
use paracrine_kernel::simulation::Method;

/// The name that leaves the choice to the program.
pub const AUTO: &str = "auto";

/// All names that a method can be asked for by.
pub const NAMES: [&str; 10] = [
    AUTO,
    "direct",
    "next-reaction",
    "tree",
    "hub",
    "lanes",
    "tau-leap",
    "fixed-leap",
    "binomial-leap",
    "ode",
];

/// The names of the methods that take steps of one length.
pub const STEPPED: [&str; 2] = ["fixed-leap", "binomial-leap"];

/// A method and why it was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// Why, in words.
    pub reason: String,
}

/// What was asked for. Lengths and tolerances belong to one method each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// The name; [`AUTO`] if there is none.
    pub name: Option<String>,
    /// Tolerance of `tau-leap`.
    pub epsilon: Option<f64>,
    /// Length of steps of `fixed-leap` and `binomial-leap`, in the unit of time of the model.
    pub tau: Option<f64>,
}

/// Names of the exact methods.
pub fn exact() -> Vec<&'static str> {
    Method::EXACT.map(Method::name).to_vec()
}

/// The method for an ensemble of so many replicates. `auto` takes the exact method that suits them and depends on nothing
/// but the network and that number.
///
/// # Errors
/// [`Error::Setting`] for an unknown name, a step that is missing or a setting of another method.
pub fn choose(wish: &Wish, network: &Network, replicates: u64) -> Result<Choice, Error> {
    if wish.name.as_deref().unwrap_or(AUTO) != AUTO {
        return Ok(Choice {
            method: method(wish)?,
            reason: "asked for".into(),
        });
    }
    let method = Method::exact_for_ensemble(network, replicates);
    refuse_strangers(wish, method)?;
    Ok(Choice {
        method,
        reason: reason(method, network),
    })
}

/// The method of a name other than [`AUTO`].
///
/// # Errors
/// As [`choose`].
pub fn method(wish: &Wish) -> Result<Method, Error> {
    let name = wish.name.as_deref().unwrap_or(AUTO);
    let method = match name {
        "ode" => Method::ODE,
        "tau-leap" => match wish.epsilon {
            None => Method::TAU_LEAP,
            Some(epsilon) if epsilon > 0.0 && epsilon < 1.0 => Method::TauLeap { epsilon },
            Some(epsilon) => {
                return Err(Error::Setting {
                    option: "--epsilon",
                    found: epsilon.to_string(),
                    expected: "a number between 0 and 1".into(),
                });
            }
        },
        "fixed-leap" | "binomial-leap" => match wish.tau {
            Some(tau) if tau > 0.0 && tau.is_finite() => match name {
                "fixed-leap" => Method::FixedLeap { tau },
                _ => Method::BinomialLeap { tau },
            },
            other => {
                return Err(Error::Setting {
                    option: "--tau",
                    found: other.map_or_else(|| "nothing".to_owned(), |tau| tau.to_string()),
                    expected: "the length of a step, above 0, in the unit of time of the model"
                        .into(),
                });
            }
        },
        _ => Method::EXACT
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| Error::Setting {
                option: "--method",
                found: format!("`{name}`"),
                expected: format!("one of {}", NAMES.join(", ")),
            })?,
    };
    refuse_strangers(wish, method)?;
    Ok(method)
}

/// Settings that the method does not have.
fn refuse_strangers(wish: &Wish, method: Method) -> Result<(), Error> {
    let stranger = |option, owner: &str| {
        Err(Error::Setting {
            option,
            found: format!("the method `{}`, which does not have it", method.name()),
            expected: format!("--method {owner}"),
        })
    };
    match method {
        Method::TauLeap { .. } if wish.tau.is_some() => stranger("--tau", &STEPPED.join(" or ")),
        Method::TauLeap { .. } => Ok(()),
        Method::FixedLeap { .. } | Method::BinomialLeap { .. } if wish.epsilon.is_some() => {
            stranger("--epsilon", "tau-leap")
        }
        Method::FixedLeap { .. } | Method::BinomialLeap { .. } => Ok(()),
        _ if wish.epsilon.is_some() => stranger("--epsilon", "tau-leap"),
        _ if wish.tau.is_some() => stranger("--tau", &STEPPED.join(" or ")),
        _ => Ok(()),
    }
}

fn reason(method: Method, network: &Network) -> String {
    let channels = network.channels().len();
    let most = Method::DIRECT_UP_TO;
    match method {
        Method::Tree => {
            format!("exact; {channels} channels are more than {most}, none of them share a species")
        }
        Method::Hub => {
            format!("exact; {channels} channels are more than {most}, many of them share a species")
        }
        Method::Lanes => "exact; a small network of mass action, and replicates enough".to_owned(),
        _ if channels == 1 => "exact; 1 channel".to_owned(),
        _ => format!("exact; {channels} channels are at most {most}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn network(species: usize) -> Network {
        let mut builder = Network::builder().species("S", 10.0);
        for number in 0..species {
            let name = format!("X{number}");
            builder =
                builder
                    .species(&name, 1.0)
                    .channel(&name, [(name.as_str(), 1)], [("S", 1)], 1.0);
        }
        builder.build().unwrap()
    }

    fn wish(name: &str) -> Wish {
        Wish {
            name: Some(name.into()),
            tau: STEPPED.contains(&name).then_some(0.1),
            ..Wish::default()
        }
    }

    #[test]
    fn every_name_is_a_method() {
        let network = network(2);
        for name in NAMES {
            let choice = choose(&wish(name), &network, 100).unwrap();
            assert!(name == AUTO || choice.method.name() == name, "{name}");
        }
        for method in Method::EXACT {
            assert!(NAMES.contains(&method.name()), "{}", method.name());
        }
    }

    #[test]
    fn auto_depends_on_the_network() {
        let of = |species| choose(&Wish::default(), &network(species), 1).unwrap();
        assert_eq!(of(2).method, Method::Direct);
        assert_eq!(of(200).method, Method::exact_for(&network(200)));
        assert!(of(200).reason.contains("200 channels"), "{:?}", of(200));
        let many = choose(&Wish::default(), &network(2), 1000).unwrap();
        assert_eq!(many.method, Method::exact_for_ensemble(&network(2), 1000));
    }

    #[test]
    fn settings_belong_to_a_method() {
        let network = network(2);
        for (name, epsilon, tau) in [
            ("direct", Some(0.1), None),
            ("direct", None, Some(0.1)),
            ("auto", Some(0.1), None),
            ("ode", Some(0.1), None),
            ("tau-leap", None, Some(0.1)),
            ("fixed-leap", Some(0.1), Some(0.1)),
            ("fixed-leap", None, None),
            ("binomial-leap", Some(0.1), Some(0.1)),
            ("binomial-leap", None, None),
            ("gillespie", None, None),
        ] {
            let wish = Wish {
                name: Some(name.into()),
                epsilon,
                tau,
            };
            let refused = choose(&wish, &network, 100);
            assert!(matches!(refused, Err(Error::Setting { .. })), "{wish:?}");
        }
    }
}
