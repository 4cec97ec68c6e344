//! Cores that cool when they idle and warm up as they work.
//!
//! ```text
//!  cold 1 ┤        ╭──── idle: what is missing to 1 falls by exp(-gap / after)
//!         │      ╭─╯ ╲
//!         │     ╱     ╲  work: falls by exp(-work / over), and the burst takes `extra` × what fell longer
//!       0 ┼────╯       ╰────
//! ```
//!
//! What idling costs is thus paid by the work that comes next, and the more of it there is, the more is paid, up to `extra`:
//! a request whose first half runs on a cold core finds the core half warm when its second half comes soon after. That is how
//! real servers behave (`measured/README.md`): between 25 requests per second and back to back, Django's extra grows with
//! the work, and a request that sleeps in the middle does not pay twice unless both its halves come after an idle time.
//! Left out: the cold is the core's, so a process warms it for another too.

use crate::kernel::Span;

/// Below this degree a core counts as warm.
const WARM: f64 = 1e-4;

/// How fast cores go cold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cold {
    /// The time constant.
    pub after: Span,
}

impl Cold {
    /// How cold a core is that was so to this degree, 0 to 1, and has idled for `gap` since.
    #[must_use]
    pub fn cooled(self, degree: f64, gap: Span) -> f64 {
        let share = -libm::expm1(-gap.as_nanos_f64() / self.after.as_nanos_f64());
        degree + (1.0 - degree) * share
    }
}

/// What a model's work costs more on a core gone cold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warming {
    /// The CPU time that warming a core from fully cold takes in all.
    pub extra: Span,
    /// The work over which it is paid; zero: all of it at once.
    pub over: Span,
}

impl Warming {
    /// What a burst of `work` costs more on a core cold to this degree, and how cold it leaves the core.
    #[must_use]
    pub fn of(self, degree: f64, work: Span) -> (Span, f64) {
        if degree < WARM {
            return (Span::ZERO, degree);
        }
        let left = match self.over {
            Span::ZERO => 0.0,
            over => libm::exp(-work.as_nanos_f64() / over.as_nanos_f64()),
        };
        let extra = self.extra.as_nanos_f64() * degree * (1.0 - left);
        (Span::from_nanos_f64(extra), degree * left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Span = Span::from_millis;

    #[test]
    fn a_core_cools_towards_one() {
        let cold = Cold { after: MS(5) };
        assert_eq!(cold.cooled(0.3, Span::ZERO), 0.3);
        assert!((cold.cooled(0.0, MS(5)) - 0.632_120_6).abs() < 1e-6);
        // Two gaps in a row cool as one of their sum.
        let twice = cold.cooled(cold.cooled(0.2, MS(3)), MS(4));
        assert!((twice - cold.cooled(0.2, MS(7))).abs() < 1e-12);
        assert!(cold.cooled(0.0, MS(1000)) <= 1.0);
    }

    #[test]
    fn the_extra_depends_on_the_work_not_on_how_it_is_cut() {
        let warming = Warming {
            extra: MS(2),
            over: MS(1),
        };
        let (whole, left) = warming.of(0.8, MS(3));
        let (first, between) = warming.of(0.8, MS(1));
        let (second, at_end) = warming.of(between, MS(2));
        assert!(whole.0.abs_diff((first + second).0) <= 1);
        assert!((left - at_end).abs() < 1e-12);
        assert!(whole < MS(2));
    }

    #[test]
    fn without_a_length_all_is_paid_at_once() {
        let warming = Warming {
            extra: MS(2),
            over: Span::ZERO,
        };
        assert_eq!(warming.of(0.5, Span(1)), (MS(1), 0.0));
        assert_eq!(warming.of(0.0, MS(9)), (Span::ZERO, 0.0));
    }
}
