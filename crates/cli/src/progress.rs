//! Progress bars: one per arm, with the time left, and the main readout as it stands; nothing when piped.

use crate::{number, output};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use paracrine_scenario::plan::{Plan, PlannedReadout};
use paracrine_scenario::run::Observer;
use paracrine_scenario::statistics::median;
use paracrine_scenario::unfinished::Shard;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The bars of a run, on standard error.
pub(crate) struct Bars {
    all: MultiProgress,
    arms: Vec<ProgressBar>,
    running: ProgressStyle,
    /// The main readout in a line below.
    live: ProgressBar,
    main: Option<Main>,
}

/// The first readout of a scenario, as mice have it now, or had it when they were finished.
struct Main {
    readout: PlannedReadout,
    names: Vec<String>,
    /// By arm and number of the mouse.
    latest: Mutex<BTreeMap<(usize, u64), f64>>,
}

impl Main {
    /// `activated share of Tcon now: wild type 10.5 %, Il2ra-/- 54.0 %`, medians over mice.
    fn line(&self) -> String {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(arm, name): (usize, &String)| {
            let values = latest
                .range((arm, 0)..=(arm, u64::MAX))
                .map(|(_, value)| *value);
            let median = median(&values.collect::<Vec<f64>>())?;
            let text = number::value(median, &self.readout.unit, &self.readout.name);
            Some(format!("{} {text}", output::printable(name)))
        };
        let arms: Vec<String> = self.names.iter().enumerate().filter_map(of).collect();
        format!(
            "{} now: {}",
            output::printable(&self.readout.label),
            arms.join(", ")
        )
    }
}

impl Bars {
    /// One bar per arm, for all its mice or those of a shard; hidden where standard error is no terminal.
    pub(crate) fn new(plan: &Plan, shard: Option<Shard>) -> Self {
        Self::of(plan, |unit| shard.is_none_or(|shard| shard.holds(unit)))
    }

    /// One bar per arm, for the mice of some of them.
    pub(crate) fn of_arms(plan: &Plan, arms: &BTreeSet<usize>) -> Self {
        Self::of(plan, |unit| arms.contains(&plan.mouse(unit).0))
    }

    /// For the mice of which `is_asked` says so, by number.
    fn of(plan: &Plan, is_asked: impl Fn(u64) -> bool) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(4));
        // Arms of one name at all points of a sweep share a bar.
        let arms = &plan.arms[..plan.arms_at_a_point()];
        let width = arms
            .iter()
            .map(|arm| arm.name.chars().count())
            .max()
            .unwrap_or(0)
            .min(28);
        let style = |end: &str| {
            let template =
                format!("{{prefix:<{width}!}}  {{wide_bar}} {{percent:>3}} %  {{msg}}  {end}");
            ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let names = arms.iter().map(|arm| arm.name.clone()).collect();
        let waiting = style("     waiting");
        let mut mice = vec![0u64; arms.len()];
        for unit in 0..plan.mice() as u64 {
            mice[plan.mouse(unit).0 % arms.len()] += u64::from(is_asked(unit));
        }
        let arms = arms
            .iter()
            .zip(mice)
            .map(|(arm, mice)| {
                let bar = all.add(ProgressBar::new(mice * (plan.steps() - plan.first_step())));
                bar.set_style(waiting.clone());
                bar.set_prefix(output::printable(&arm.name));
                bar.set_message(format!("0/{mice} {}", plan.nouns().1));
                bar.enable_steady_tick(Duration::from_millis(500));
                bar
            })
            .collect();
        let live = all.add(ProgressBar::no_length());
        let plain = ProgressStyle::with_template("{wide_msg}");
        live.set_style(plain.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // At all points of a sweep a readout is another thing.
        let main = plan.readouts.first().filter(|_| plan.sweep.is_none());
        let main = main.map(|readout| Main {
            readout: readout.clone(),
            names,
            latest: Mutex::default(),
        });
        Self {
            all,
            arms,
            running: style("{eta:>7} left"),
            live,
            main,
        }
    }

    /// Removes the bars from the terminal.
    pub(crate) fn clear(&self) {
        for bar in &self.arms {
            bar.finish_and_clear();
        }
        self.live.finish_and_clear();
        // The terminal may be gone; there is nothing to report it to.
        let _ = self.all.clear();
    }
}

impl Observer for Bars {
    fn advanced(&self, arm: usize, steps: u64) {
        let bar = &self.arms[arm % self.arms.len()];
        if bar.position() == 0 {
            bar.set_style(self.running.clone());
        }
        bar.inc(steps);
    }

    fn finished(&self, arm: usize, _replicate: u64) {
        let bar = &self.arms[arm % self.arms.len()];
        let message = bar.message();
        let (done, rest) = message.split_once('/').unwrap_or(("0", ""));
        let done: u64 = done.parse().unwrap_or(0);
        bar.set_message(format!("{}/{rest}", done + 1));
    }

    fn sampled(&self, arm: usize, replicate: u64, value: Option<f64>) {
        let Some(main) = self.main.as_ref().filter(|_| !self.live.is_hidden()) else {
            return;
        };
        if let Some(value) = value {
            let mut latest = main.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert((arm, replicate), value);
        }
        self.live.set_message(main.line());
    }

    fn noted(&self, remark: &str) {
        self.all
            .suspend(|| output::remark(&format!("note: {remark}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paracrine_scenario::catalogue;
    use paracrine_scenario::plan::Overrides;

    #[test]
    fn the_main_readout_is_a_median_over_mice() {
        let source = catalogue::find("il2ra-knockout").expect("a scenario");
        let plan = Plan::new(source, &Overrides::default()).expect("a plan");
        let main = Main {
            readout: plan.readouts[0].clone(),
            names: plan.arms.iter().map(|arm| arm.name.clone()).collect(),
            latest: Mutex::new(BTreeMap::from([
                ((0, 0), 0.1),
                ((0, 1), 0.3),
                ((0, 2), 0.2),
                ((2, 0), 0.5),
            ])),
        };
        assert_eq!(
            main.line(),
            "activated share of Tcon now: wild type 20.0 %, Il2ra-/- 50.0 %"
        );
    }
}
