//! Progress bars: one per arm, with the time left; nothing when piped.

use crate::output;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use paracrine_scenario::plan::Plan;
use paracrine_scenario::run::Observer;
use paracrine_scenario::unfinished::Shard;
use std::collections::BTreeSet;
use std::time::Duration;

/// The bars of a run, on standard error.
pub(crate) struct Bars {
    all: MultiProgress,
    arms: Vec<ProgressBar>,
    running: ProgressStyle,
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
            let template = format!(
                "{{prefix:<{width}.{width}}}  {{wide_bar}} {{percent:>3}} %  {{msg}}  {end}"
            );
            ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
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
        Self {
            all,
            arms,
            running: style("{eta:>7} left"),
        }
    }

    /// Removes the bars from the terminal.
    pub(crate) fn clear(&self) {
        for bar in &self.arms {
            bar.finish_and_clear();
        }
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

    fn noted(&self, remark: &str) {
        self.all
            .suspend(|| output::remark(&format!("note: {remark}")));
    }
}
