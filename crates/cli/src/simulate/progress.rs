//! A progress bar over replicates; nothing when piped.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use paracrine_scenario::simulate::plan::Plan;
use paracrine_scenario::simulate::run::Observer;
use std::time::Duration;

/// The bar of a run, on standard error.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar as long as there are replicates; hidden where standard error is no terminal.
    pub(super) fn new(plan: &Plan) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(4);
        let bar = ProgressBar::with_draw_target(Some(plan.count()), target);
        let template = "{wide_bar} {percent:>3} %  {human_pos}/{human_len} replicates  {msg}  {elapsed}  {eta:>5} left";
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    /// Removes the bar from the terminal.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn finished(&mut self, replicates: u64, firings: u64) {
        self.0.set_position(replicates);
        if !self.0.is_hidden() {
            self.0
                .set_message(format!("{} firings", crate::number::plain(firings as f64)));
        }
    }
}
