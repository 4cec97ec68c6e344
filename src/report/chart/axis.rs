//! Axes: linear, logarithmic, and percentiles with ever more nines.

use crate::report::words;

/// How a value becomes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// Equal steps.
    Linear,
    /// Equal ratios.
    Log,
    /// Of a fraction q: equal ratios of 1/(1 − q).
    Nines,
}

/// A scale, its range and its labelled ticks.
#[derive(Clone, Debug)]
pub struct Axis {
    scale: Scale,
    lo: f64,
    hi: f64,
    /// The value and text of each tick.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From 0 to at least `max`, with about `wanted` ticks at round numbers.
    pub fn linear(max: f64, wanted: usize) -> Self {
        let max = if max.is_finite() && max > 0.0 {
            max
        } else {
            1.0
        };
        let step = round_step(max / wanted.max(1) as f64);
        let count = (max / step).floor() as usize;
        let ticks = (0..=count)
            .map(|i| i as f64 * step)
            .map(|v| (v, tick_text(v, step)))
            .collect();
        Self {
            scale: Scale::Linear,
            lo: 0.0,
            hi: max,
            ticks,
        }
    }

    /// From one value to another exactly, with ticks at round numbers.
    pub fn between(lo: f64, hi: f64, log: bool) -> Self {
        if !log {
            let step = round_step((hi - lo) / 6.0);
            let first = (lo / step - 1e-9).ceil() as i64;
            let last = (hi / step + 1e-9).floor() as i64;
            let ticks = (first..=last).map(|i| i as f64 * step);
            return Self {
                scale: Scale::Linear,
                lo,
                hi,
                ticks: ticks.map(|v| (v, tick_text(v, step))).collect(),
            };
        }
        let mut axis = Self::log([lo, hi].into_iter());
        (axis.lo, axis.hi) = (lo, hi);
        let inside = lo * (1.0 - 1e-9)..=hi * (1.0 + 1e-9);
        axis.ticks.retain(|(value, _)| inside.contains(value));
        axis
    }

    /// Names in equal distances, the first at 0.
    pub fn names(names: &[String]) -> Self {
        let each = names.iter().enumerate();
        Self {
            scale: Scale::Linear,
            lo: -0.4,
            hi: names.len() as f64 - 0.6,
            ticks: each.map(|(i, name)| (i as f64, name.clone())).collect(),
        }
    }

    /// The value at a place between the ends, 0 to 1, of a linear or logarithmic axis.
    pub fn value(&self, place: f64) -> f64 {
        match self.scale {
            Scale::Log => self.lo * (self.hi / self.lo).powf(place),
            Scale::Linear | Scale::Nines => self.lo + place * (self.hi - self.lo),
        }
    }

    /// From 0 to 1 as percentages.
    pub fn share() -> Self {
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|v| (v, format!("{:.0} %", v * 100.0)));
        Self {
            scale: Scale::Linear,
            lo: 0.0,
            hi: 1.0,
            ticks: ticks.to_vec(),
        }
    }

    /// From 0 to 1 without ticks: where only the other axis means anything.
    pub fn bare() -> Self {
        Self {
            ticks: Vec::new(),
            ..Self::share()
        }
    }

    /// Logarithmic over all positive values among these; ticks at 1, 2 and 5 of each decade, or at decades where there are many.
    pub fn log(values: impl Iterator<Item = f64>) -> Self {
        let (mut lo, mut hi) = (f64::INFINITY, 0.0_f64);
        for v in values.filter(|v| v.is_finite() && *v > 0.0) {
            lo = lo.min(v);
            hi = hi.max(v);
        }
        if lo > hi {
            (lo, hi) = (1.0, 100.0);
        }
        // Some air, and never less than a factor of three: noise must not fill the picture.
        let air = (3.0 * lo / hi).sqrt().max(1.15);
        let (lo, hi) = (lo / air, hi * air);
        let decades = (hi / lo).log10();
        let steps: &[f64] = match decades {
            d if d <= 0.8 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0],
            d if d <= 3.0 => &[1.0, 2.0, 5.0],
            d if d <= 4.0 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let (first, last) = (lo.log10().floor() as i32, hi.log10().ceil() as i32);
        let all = (first..=last).flat_map(|d| steps.iter().map(move |s| s * 10.0_f64.powi(d)));
        let ticks = all
            .filter(|v| (lo..=hi).contains(v))
            .map(|v| (v, log_text(v)))
            .collect();
        Self {
            scale: Scale::Log,
            lo,
            hi,
            ticks,
        }
    }

    /// Percentiles from the lowest upwards to `max`, a fraction below 1.
    pub fn nines(max: f64) -> Self {
        let hi = if max.is_finite() {
            max.clamp(0.9, 0.999_999)
        } else {
            0.99
        };
        let marks = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];
        let names = ["50", "90", "99", "99.9", "99.99", "99.999"];
        let shown = marks
            .into_iter()
            .zip(names)
            .filter(|(q, _)| *q <= hi + 1e-12);
        let ticks = shown.map(|(q, name)| (q, format!("{name} %"))).collect();
        Self {
            scale: Scale::Nines,
            lo: 0.0,
            hi,
            ticks,
        }
    }

    /// Where a value lies between the ends, 0 to 1; beyond them it is moved to the nearer end.
    pub fn place(&self, value: f64) -> f64 {
        let (v, lo, hi) = (self.flat(value), self.flat(self.lo), self.flat(self.hi));
        let place = (v - lo) / (hi - lo);
        if place.is_finite() {
            place.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Whether a value lies between the ends.
    pub fn contains(&self, value: f64) -> bool {
        value >= self.lo && value <= self.hi
    }

    fn flat(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(f64::MIN_POSITIVE).ln(),
            Scale::Nines => -(1.0 - value.clamp(0.0, 0.999_999_9)).ln(),
        }
    }
}

/// The round number (1, 2 or 5 times a power of ten) at or above a step.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|f| f * power >= step * 0.999)
        .unwrap_or(10.0);
    factor * power
}

fn tick_text(value: f64, step: f64) -> String {
    if step >= 1.0 {
        return words::load(value.round());
    }
    let decimals = usize::try_from((-step.log10().floor()) as i32).unwrap_or(0);
    format!("{value:.decimals$}")
}

fn log_text(value: f64) -> String {
    if value >= 10.0 {
        return words::load(value.round());
    }
    // 1.5 needs one digit more than 1 or 2.
    let decimals = usize::try_from(-value.log10().floor() as i32).unwrap_or(0);
    let more = format!("{value:.*}", decimals + 1);
    more.strip_suffix('0')
        .map_or(more.clone(), |less| less.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(&Axis::linear(1100.0, 5)), ["0", "500", "1,000"]);
        assert_eq!(texts(&Axis::linear(1.1, 5)), ["0.0", "0.5", "1.0"]);
        assert_eq!(
            texts(&Axis::log([3.0, 700.0].into_iter())),
            ["5", "10", "20", "50", "100", "200", "500"]
        );
        assert_eq!(
            texts(&Axis::log([0.02, 0.4].into_iter())),
            ["0.02", "0.05", "0.1", "0.2"]
        );
        assert_eq!(texts(&Axis::log([1.0, 2.0].into_iter())), ["1", "1.5", "2"]);
        assert_eq!(
            texts(&Axis::log([12.0, 29.0].into_iter())),
            ["15", "20", "30"]
        );
        assert_eq!(
            texts(&Axis::nines(0.999)),
            ["50 %", "90 %", "99 %", "99.9 %"]
        );
    }

    #[test]
    fn places_lie_between_the_ends() {
        let axes = [
            Axis::linear(10.0, 4),
            Axis::log([1.0, 10.0].into_iter()),
            Axis::nines(0.99),
            Axis::share(),
        ];
        for axis in axes {
            for value in [
                -1.0,
                0.0,
                0.5,
                1.0,
                1e9,
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
            ] {
                let place = axis.place(value);
                assert!((0.0..=1.0).contains(&place), "{value} at {place}");
            }
        }
    }

    #[test]
    fn exact_ends_have_round_ticks_inside() {
        let axis = Axis::between(0.5, 20.0, true);
        assert_eq!(texts(&axis), ["0.5", "1", "2", "5", "10", "20"]);
        assert!((axis.value(axis.place(3.7)) - 3.7).abs() < 1e-12);
        let axis = Axis::between(5.0, 100.0, false);
        assert_eq!(texts(&axis), ["20", "40", "60", "80", "100"]);
        assert!((axis.value(axis.place(37.0)) - 37.0).abs() < 1e-12);
        let middle = Axis::names(&["a".to_owned(), "b".to_owned()]).place(0.5);
        assert!((middle - 0.5).abs() < 1e-12);
    }

    #[test]
    fn axes_of_nothing_are_still_axes() {
        for axis in [
            Axis::linear(f64::NAN, 4),
            Axis::linear(0.0, 4),
            Axis::log([].into_iter()),
            Axis::nines(f64::NAN),
        ] {
            assert!(axis.ticks.len() >= 2);
            assert!(axis.place(axis.ticks[1].0) > 0.0);
        }
    }
}
