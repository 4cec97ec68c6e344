//! The bar on standard error: only on a terminal, with the time left.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Steps of the bar.
const STEPS: u64 = 1000;

/// A bar for work of which a known share is done.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar at its beginning; invisible in a pipe, or when asked to be quiet.
    pub fn start(message: &str, quiet: bool) -> Self {
        // indicatif hides by itself where standard error is no terminal.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_message(message.to_owned());
        Self { bar }
    }

    /// Moves it on to the share that is done, 0 to 1.
    pub fn done(&self, share: f64) {
        self.bar
            .set_position((share.clamp(0.0, 1.0) * STEPS as f64) as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
