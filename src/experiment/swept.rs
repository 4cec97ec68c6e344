//! The result of a sweep: plain data, from which its table, curves, map and sentence are made.

use crate::stats::Estimate;

/// A key that is varied, and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptAxis {
    /// The key's path.
    pub path: String,
    /// The values, as `--set` takes them.
    pub values: Vec<String>,
    /// The same as numbers, where all are rising numbers of one unit.
    pub scale: Option<AxisScale>,
}

/// Values as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisScale {
    /// Rising.
    pub numbers: Vec<f64>,
    /// What stands behind each; may be empty.
    pub unit: String,
    /// Whether they rise by equal factors rather than by equal steps.
    pub log: bool,
}

impl SweptAxis {
    /// An axis of these values.
    #[must_use]
    pub fn new(path: String, values: Vec<String>) -> Self {
        let scale = AxisScale::of(&values);
        Self {
            path,
            values,
            scale,
        }
    }

    /// One of the values, in three digits and with its unit where it is a number.
    #[must_use]
    pub fn short(&self, index: usize) -> String {
        let number = self
            .scale
            .as_ref()
            .and_then(|s| Some((s.numbers.get(index)?, &s.unit)));
        match number {
            // Not `words::number`: this is a key's value, and stays one.
            Some((number, unit)) => format!(
                "{}{unit}",
                format!("{number:.2e}").parse().unwrap_or(*number)
            ),
            None => self.values.get(index).cloned().unwrap_or_default(),
        }
    }

    /// The last name of the path, as people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// The path and the unit: `params.cpu, ms`.
    #[must_use]
    pub fn label(&self) -> String {
        let unit = self.scale.as_ref().map_or("", |s| s.unit.as_str());
        match unit {
            "" => self.path.clone(),
            unit => format!("{}, {unit}", self.path),
        }
    }
}

impl AxisScale {
    /// The numbers in these values; `None` unless they rise and have the same unit.
    fn of(values: &[String]) -> Option<Self> {
        let split = |value: &str| {
            let end = value
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(value.len());
            let number: f64 = value[..end].parse().ok()?;
            Some((number, value[end..].to_owned()))
        };
        let pairs: Vec<(f64, String)> = values.iter().map(|v| split(v)).collect::<Option<_>>()?;
        let unit = pairs.first()?.1.clone();
        let plain = |c: char| c.is_ascii_alphabetic() || "%/µ".contains(c);
        let one = pairs.iter().all(|(_, u)| *u == unit) && unit.chars().all(plain);
        let numbers: Vec<f64> = pairs.into_iter().map(|(n, _)| n).collect();
        if !one || !numbers.windows(2).all(|w| w[0] < w[1]) {
            return None;
        }
        let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
        let middle = numbers[numbers.len() / 2];
        let share = (numbers.len() / 2) as f64 / (numbers.len() - 1).max(1) as f64;
        let even = first + share * (last - first);
        let factors = first * libm::pow(last / first, share);
        Some(Self {
            log: numbers.len() > 2
                && first > 0.0
                && (middle - factors).abs() < (middle - even).abs(),
            numbers,
            unit,
        })
    }

    /// The number at a place between the values, counted from 0.
    #[must_use]
    pub fn at(&self, place: f64) -> f64 {
        let last = self.numbers.len() - 1;
        let place = place.clamp(0.0, last as f64);
        let below = (place.floor() as usize).min(last.saturating_sub(1));
        let (a, b) = (self.numbers[below], self.numbers[(below + 1).min(last)]);
        let share = place - below as f64;
        if self.log {
            a * libm::pow(b / a, share)
        } else {
            a + share * (b - a)
        }
    }

    /// The place of a number between the values, counted from 0; the ends' for what lies beyond.
    #[must_use]
    pub fn place(&self, number: f64) -> f64 {
        let last = self.numbers.len() - 1;
        let Some(above) = self.numbers.iter().position(|n| *n >= number) else {
            return last as f64;
        };
        if above == 0 {
            return 0.0;
        }
        let (a, b) = (self.numbers[above - 1], self.numbers[above]);
        let share = if self.log {
            libm::log(number / a) / libm::log(b / a)
        } else {
            (number - a) / (b - a)
        };
        (above - 1) as f64 + share
    }
}

/// What contestants are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweptFigure {
    /// The load carried inside the objectives: more is better.
    Capacity,
    /// The 99th percentile at the scenario's load, failures counted as infinite: less is better.
    Latency,
}

/// A whole sweep.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// One or two: of a map the horizontal one first.
    pub axes: Vec<SweptAxis>,
    /// What contestants are compared by.
    pub figure: SweptFigure,
    /// At the measured ratios between the languages; then at equal CPU, where that differs and is looked at.
    pub sheets: Vec<Sheet>,
    /// Of a map at both: the ratios between the languages below which the winner is another, the least and the greatest over the
    /// points that have one, and the measured one.
    pub flips: Option<(f64, f64, f64)>,
}

/// A sweep at one exponent of the languages' ratios.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// 1 as measured, 0 equal CPU.
    pub language: f64,
    /// What was simulated, in the order of the axes' values.
    pub points: Vec<SweptPoint>,
    /// Who wins where; of one axis a single row. Absent if it was interrupted before a picture was there.
    pub map: Option<SweptMap>,
}

/// One point of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptPoint {
    /// Index of the value on each axis.
    pub at: Vec<usize>,
    /// The figure of each contestant; infinite where nothing limits it or more fail than may, zero where it carries nothing,
    /// absent where the data cannot tell.
    pub figures: Vec<Option<Estimate>>,
}

/// Who wins at each point of a grid, interpolated between the points that were simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptMap {
    /// Values on the horizontal axis.
    pub width: usize,
    /// Values on the vertical axis; 1 if there is none.
    pub height: usize,
    /// The compared.
    pub contestants: usize,
    /// Row by row from the first value of the vertical axis.
    pub nodes: Vec<MapNode>,
    /// Where the winner changes along each row and column.
    pub crossings: Vec<MapCrossing>,
}

/// A point of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct MapNode {
    /// The lead of each contestant over each later one, in the order (0,1), (0,2) ... (1,2) ...: `(a − b) / (a + b)` of what they
    /// carry, or of 1 / p99: −1 to 1.
    pub leads: Vec<Estimate>,
    /// Whether any contestant carries anything or keeps up.
    pub alive: bool,
    /// Whether it was simulated rather than interpolated.
    pub simulated: bool,
}

/// Where the winner changes between two neighbours of a row or column.
#[derive(Clone, Debug, PartialEq)]
pub struct MapCrossing {
    /// Along the horizontal axis; else along the vertical.
    pub horizontal: bool,
    /// The index on the other axis.
    pub other: usize,
    /// Who wins before it.
    pub before: usize,
    /// Who wins after it.
    pub after: usize,
    /// Where, in places between the values, with its 95 % interval from the replications.
    pub place: Estimate,
}

/// Who wins at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Whose figure is best.
    pub winner: usize,
    /// His lead over the next best.
    pub lead: Estimate,
    /// Whether anybody carries anything.
    pub alive: bool,
}

impl Spot {
    /// How many times as good the winner's figure is as the next best's.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        (1.0 + self.lead.value) / (1.0 - self.lead.value)
    }

    /// Whether the interval of the lead leaves no doubt who wins.
    #[must_use]
    pub fn sure(&self) -> bool {
        self.lead.excludes_zero()
    }
}

/// The lead in both orders: `leads` holds the pairs with the lower index first.
fn lead(leads: &[Estimate], contestants: usize, a: usize, b: usize) -> Estimate {
    let (low, high) = (a.min(b), a.max(b));
    let e = leads[low * (2 * contestants - low - 1) / 2 + high - low - 1];
    if a < b {
        e
    } else {
        Estimate {
            value: -e.value,
            lo: -e.hi,
            hi: -e.lo,
        }
    }
}

impl SweptMap {
    /// The node of these indices.
    #[must_use]
    pub fn node(&self, x: usize, y: usize) -> &MapNode {
        &self.nodes[y * self.width + x]
    }

    /// Who wins between the grid's points, by bilinear interpolation of every pair's lead.
    #[must_use]
    pub fn spot(&self, x: f64, y: f64) -> Spot {
        let cell = |v: f64, n: usize| {
            let below = (v.max(0.0).floor() as usize).min(n.saturating_sub(2));
            (below, (v - below as f64).clamp(0.0, 1.0))
        };
        let ((i, u), (j, v)) = (cell(x, self.width), cell(y, self.height));
        let corners = [
            (0, 0, (1.0 - u) * (1.0 - v)),
            (1, 0, u * (1.0 - v)),
            (0, 1, (1.0 - u) * v),
            (1, 1, u * v),
        ]
        .map(|(dx, dy, weight)| {
            let x = (i + dx).min(self.width - 1);
            let y = (j + dy).min(self.height - 1);
            (self.node(x, y), weight)
        });
        let alive: f64 = corners.iter().filter(|c| c.0.alive).map(|c| c.1).sum();
        let pairs = self.contestants * (self.contestants - 1) / 2;
        let mut leads = vec![Estimate::around(0.0, 0.0); pairs];
        for (node, weight) in corners.iter().filter(|c| c.0.alive) {
            for (sum, e) in leads.iter_mut().zip(&node.leads) {
                sum.value += weight * e.value / alive;
                sum.lo += weight * e.lo / alive;
                sum.hi += weight * e.hi / alive;
            }
        }
        winner(&leads, self.contestants, alive >= 0.5)
    }
}

/// Who leads all others, or comes nearest to it.
#[must_use]
pub fn winner(leads: &[Estimate], contestants: usize, alive: bool) -> Spot {
    let least = |a: usize| {
        (0..contestants)
            .filter(|b| *b != a)
            .map(|b| lead(leads, contestants, a, b))
            .min_by(|p, q| p.value.total_cmp(&q.value))
            .unwrap_or(Estimate::around(1.0, 0.0))
    };
    let mut best = (0, least(0));
    for a in 1..contestants {
        let next = least(a);
        if next.value > best.1.value {
            best = (a, next);
        }
    }
    Spot {
        winner: best.0,
        lead: best.1,
        alive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[&str]) -> SweptAxis {
        SweptAxis::new(
            "a.b".to_owned(),
            values.iter().map(|v| (*v).to_owned()).collect(),
        )
    }

    #[test]
    fn numbers_with_one_unit_are_a_scale() {
        let linear = axis(&["1ms", "2ms", "3ms"]).scale.unwrap();
        assert_eq!((linear.unit.as_str(), linear.log), ("ms", false));
        assert!(axis(&["1", "2", "4", "8", "16"]).scale.unwrap().log);
        assert!(!axis(&["0", "10"]).scale.unwrap().log);
        for none in [
            &["1ms", "2s"][..],
            &["3", "2"],
            &["none", "1"],
            &["exp(1ms)"],
            &["1 apple(s)"],
        ] {
            assert_eq!(axis(none).scale, None, "{none:?}");
        }
        let short = axis(&["1ms", "19.2595ms", "123456ms"]);
        assert_eq!((short.label().as_str(), short.name()), ("a.b, ms", "b"));
        assert_eq!(
            [0, 1, 2].map(|i| short.short(i)),
            ["1ms", "19.3ms", "123000ms"]
        );
    }

    #[test]
    fn places_and_numbers_are_inverse() {
        let log = axis(&["1", "10", "100"]).scale.unwrap();
        assert!((log.at(1.5) - 1000f64.sqrt()).abs() < 1e-9);
        for scale in [log, axis(&["0", "10", "20"]).scale.unwrap()] {
            for place in [0.0, 0.25, 1.0, 1.75, 2.0] {
                assert!((scale.place(scale.at(place)) - place).abs() < 1e-12);
            }
            assert_eq!((scale.place(1e9), scale.place(-1.0)), (2.0, 0.0));
        }
    }

    /// Three contestants with 100, 50 and 200: leads 1/3, −1/3, −3/5; the third wins, by twice the first.
    #[test]
    fn the_winner_leads_everybody() {
        let leads = [1.0 / 3.0, -1.0 / 3.0, -0.6].map(|v| Estimate::around(v, 0.1));
        let spot = winner(&leads, 3, true);
        assert_eq!(spot.winner, 2);
        assert!((spot.ratio() - 2.0).abs() < 1e-12 && spot.sure());
        assert!((spot.lead.lo - (1.0 / 3.0 - 0.1)).abs() < 1e-12);
    }

    /// From 0.2 at one corner to −0.2 at the opposite, 0 at the others: half way it is 0, and dead corners do not count.
    #[test]
    fn between_four_nodes() {
        let node = |v: f64, alive| MapNode {
            leads: vec![Estimate::around(v, 0.05)],
            alive,
            simulated: true,
        };
        let mut map = SweptMap {
            width: 2,
            height: 2,
            contestants: 2,
            nodes: vec![
                node(0.2, true),
                node(0.0, true),
                node(0.0, true),
                node(-0.2, true),
            ],
            crossings: Vec::new(),
        };
        assert_eq!(map.spot(0.5, 0.5).lead.value, 0.0);
        assert!(!map.spot(0.5, 0.5).sure() && map.spot(0.0, 0.0).sure());
        assert_eq!(
            (map.spot(0.1, 0.1).winner, map.spot(0.9, 0.9).winner),
            (0, 1)
        );
        map.nodes[3].alive = false;
        let spot = map.spot(0.5, 0.5);
        assert!(spot.alive && (spot.lead.value - 0.2 / 3.0).abs() < 1e-12);
    }
}
