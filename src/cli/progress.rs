//! How far it is, on standard error: on a terminal a bar; elsewhere, in a log, a line now and then.

use std::fmt;
use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::output;

/// Steps of the whole.
const STEPS: u64 = 1000;
/// What is shown at most before it is over.
const NEARLY: u64 = 990;
/// From one line of a log to the next.
const EVERY: Duration = Duration::from_secs(10);

/// Work of which a known share is done.
pub enum Progress {
    /// Nobody looks.
    Quiet,
    /// Somebody at a terminal does.
    Bar(ProgressBar),
    /// Whoever reads a log may.
    Lines(Lines),
}

impl Progress {
    /// Work at its beginning; nothing is shown of it when asked to be quiet.
    pub fn start(message: &str, quiet: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if stderr().is_terminal() {
            Self::Bar(bar(message))
        } else {
            Self::Lines(Lines::start(message, EVERY, output::remark))
        }
    }

    /// Moves it on to the share that is done, 0 to 1.
    pub fn done(&self, share: f64) {
        let steps = ((share.clamp(0.0, 1.0) * STEPS as f64) as u64).min(NEARLY);
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => bar.set_position(steps),
            Self::Lines(lines) => lines.done.store(steps, Ordering::Relaxed),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn bar(message: &str) -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    let said = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Where nothing can be written, nobody can be told.
        let _ = out.write_str(&words(state.pos(), state.elapsed()));
    };
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {said}") {
        bar.set_style(style.with_key("said", said));
    }
    bar.set_message(message.to_owned());
    bar
}

/// A thread that writes lines until it is told that the work is over.
pub struct Lines {
    done: Arc<AtomicU64>,
    over: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Lines {
    fn start(message: &str, every: Duration, write: impl Fn(&str) + Send + 'static) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let (over, ended) = channel::<()>();
        let (message, seen, begun) = (message.to_owned(), Arc::clone(&done), Instant::now());
        let lines = move || {
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(every) {
                let said = words(seen.load(Ordering::Relaxed), begun.elapsed());
                write(&format!("{message}: {}", said.trim_start()));
            }
        };
        Self {
            done,
            over: Some(over),
            // Without a thread there are no lines, and the work goes on.
            writer: thread::Builder::new().spawn(lines).ok(),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join(); // a line that could not be written is no reason to fail
        }
    }
}

/// `25 %, 3 min left`; without a time in the first hundredth, of which nothing follows for the others.
fn words(steps: u64, elapsed: Duration) -> String {
    let steps = steps.min(NEARLY);
    let percent = format!("{:>2} %", steps * 100 / STEPS);
    if steps * 100 < STEPS {
        return percent;
    }
    let left = elapsed.as_secs_f64() * (STEPS - steps) as f64 / steps as f64;
    match left.round() as u64 {
        0 => percent,
        seconds @ 1..100 => format!("{percent}, {seconds} s left"),
        seconds => format!("{percent}, {} min left", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quarter in a minute leaves three; 1 % in a second 99 s. At the end nothing is left, but it is not over before it is.
    #[test]
    fn time_is_told_once_it_is_known() {
        let after = |steps, seconds| words(steps, Duration::from_secs(seconds));
        assert_eq!(after(0, 10), " 0 %");
        assert_eq!(after(250, 60), "25 %, 3 min left");
        assert_eq!(after(10, 1), " 1 %, 99 s left");
        assert_eq!(after(500, 7), "50 %, 7 s left");
        assert_eq!(after(1000, 10), "99 %");
    }

    /// Half of it is done, and the line says so; none comes once it is over.
    #[test]
    fn a_log_has_a_line_now_and_then() {
        let (line, lines) = channel();
        let write = move |text: &str| {
            let _ = line.send(text.to_owned());
        };
        let progress = Progress::Lines(Lines::start("hello", Duration::from_millis(20), write));
        progress.done(0.5);
        let mut some = lines.iter().take(500);
        assert!(some.any(|line| line.starts_with("hello: 50 %")));
        drop(progress);
        while lines.try_recv().is_ok() {}
        assert!(lines.recv_timeout(Duration::from_millis(60)).is_err());
    }
}
