//! A figure and how sure it is.

/// A figure with its 95 % interval. Absent (`None` where it stands) if the data cannot support it.
///
/// With a single replication there is a figure and no interval: both ends are not-a-number then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end of the 95 % interval; not-a-number where there is none.
    pub lo: f64,
    /// Upper end; not-a-number where there is none.
    pub hi: f64,
}

impl Estimate {
    /// A figure without an interval: one replication says nothing about its own spread.
    #[must_use]
    pub fn bare(value: f64) -> Self {
        Self {
            value,
            lo: f64::NAN,
            hi: f64::NAN,
        }
    }

    /// `value ± half`.
    #[must_use]
    pub fn around(value: f64, half: f64) -> Self {
        Self {
            value,
            lo: value - half,
            hi: value + half,
        }
    }

    /// True if both ends are numbers.
    #[must_use]
    pub fn has_interval(&self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// All three under a rising function: a change of scale.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            value: f(self.value),
            lo: f(self.lo),
            hi: f(self.hi),
        }
    }

    /// All three multiplied by a positive factor: a change of unit.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            lo: self.lo * factor,
            hi: self.hi * factor,
        }
    }

    /// All three kept between `min` and `max`, for figures that cannot lie outside (fractions, times).
    #[must_use]
    pub fn clamped(self, min: f64, max: f64) -> Self {
        Self {
            value: self.value.clamp(min, max),
            lo: self.lo.clamp(min, max),
            hi: self.hi.clamp(min, max),
        }
    }

    /// True if `x` lies inside the interval, its ends included.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// True if the interval lies wholly on one side of zero.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.lo > 0.0 || self.hi < 0.0
    }
}
