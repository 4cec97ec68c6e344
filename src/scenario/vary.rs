//! `--vary PATH=SPEC`: a key and the values that it shall take.
//!
//! | `SPEC` | values |
//! | --- | --- |
//! | `1,2,4,8` | these, as written; commas inside brackets and quotes do not separate |
//! | `1..16` | whole numbers: each of them. Others: eight, evenly |
//! | `0.5ms..8ms 16` | sixteen, evenly; the ends included |
//! | `1..64 log` | doubled each time, and the end |
//! | `1ms..100ms log 5` | five, each the same factor above the one before |
//!
//! A unit behind either end counts for both. Whether the path is a key and the values are fit for it, reading the scenario under
//! `PATH=VALUE` tells.

use super::diagnostic::{Diagnostics, Problem, Problems};
use super::piece::Piece;
use super::source::{Origin, Sources};

/// Values of a range that is neither of whole numbers nor says how many.
const USUAL: usize = 8;
/// The most values of one key.
const MOST: usize = 1000;
/// What a range looks like.
const A_RANGE: &str =
    "expected a range such as 1..16, 1..64 log or 1ms..5ms 9, or a list such as 1,2,4,8";

/// A key and the values that it shall take, each as `--set` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The key's path.
    pub path: String,
    /// At least one; no two the same.
    pub values: Vec<String>,
}

impl Axis {
    /// Reads `PATH=SPEC`.
    ///
    /// # Errors
    /// What is wrong with it, underlined.
    pub fn parse(text: &str) -> Result<Self, Diagnostics> {
        Self::parse_into(text, None)
    }

    /// [`Self::parse`], where a range that does not say how many values it has gets this many; of whole numbers no more than there
    /// are.
    ///
    /// # Errors
    /// What is wrong with it, underlined.
    pub fn parse_into(text: &str, many: Option<usize>) -> Result<Self, Diagnostics> {
        let (sources, problems) = (Sources::default(), Problems::default());
        let source = sources.add("--vary", text);
        axis(Piece::raw(text, source, 0), many, &problems).ok_or_else(|| problems.render(&sources))
    }

    /// `PATH=VALUE` for one of the values.
    #[must_use]
    pub fn set(&self, value: usize) -> Option<String> {
        let value = self.values.get(value)?;
        Some(format!("{}={value}", self.path))
    }
}

fn axis(text: Piece<'_>, many: Option<usize>, problems: &Problems) -> Option<Axis> {
    let wrong = |label: &str| {
        let problem = Problem::at(text.origin(), "what is varied is written PATH=SPEC");
        problems.refuse(problem.label(label))
    };
    let Some(equals) = text.text.find('=') else {
        return wrong("there is no `=`");
    };
    let (path, spec) = text.split(equals);
    if path.text.split('.').any(|key| key.trim().is_empty()) {
        return wrong("a name in the path is empty");
    }
    let values = if spec.text.is_empty() {
        return wrong(A_RANGE);
    } else if outside(spec.text, "..").is_some() {
        range(spec, many, problems)?
    } else {
        list(spec, problems)?
    };
    Some(Axis {
        path: path.text.to_owned(),
        values,
    })
}

fn list(spec: Piece<'_>, problems: &Problems) -> Option<Vec<String>> {
    let mut values: Vec<String> = Vec::new();
    let mut rest = spec;
    loop {
        let (piece, more) = match outside(rest.text, ",") {
            Some(comma) => rest.split(comma),
            None => (rest, rest.part(rest.text.len()..rest.text.len())),
        };
        if piece.text.is_empty() {
            let problem = Problem::at(spec.origin(), "a value in this list is empty");
            return problems.refuse(problem.label(A_RANGE));
        }
        if values.iter().any(|known| known == piece.text) {
            let message = format!("`{}` is in this list twice", piece.text);
            return problems.refuse(Problem::at(piece.origin(), message));
        }
        values.push(piece.text.to_owned());
        if outside(rest.text, ",").is_none() {
            return at_most(values, spec.origin(), problems);
        }
        rest = more;
    }
}

/// `LOW..HIGH`, then perhaps `log`, then perhaps how many.
fn range(spec: Piece<'_>, many: Option<usize>, problems: &Problems) -> Option<Vec<String>> {
    let wrong = |message: &str| {
        let problem = Problem::at(spec.origin(), message);
        problems.refuse(problem.label(A_RANGE))
    };
    let mut words = spec.text.split_whitespace();
    let ends = words.next().unwrap_or_default();
    let mut words = words.peekable();
    let log = words.next_if_eq(&"log").is_some();
    let count = match words.next().map(str::parse::<usize>) {
        None => many,
        Some(Ok(count)) => Some(count),
        Some(Err(_)) => return wrong("behind a range stands `log`, how many values, or both"),
    };
    let Some((low, high)) = ends.split_once("..").filter(|_| words.next().is_none()) else {
        return wrong("this is no range");
    };
    let (Some((from, unit)), Some((to, other))) = (quantity(low), quantity(high)) else {
        return wrong("a range goes from a number to a number");
    };
    if !unit.is_empty() && !other.is_empty() && unit != other {
        return wrong("both ends of a range have the same unit");
    }
    let unit = if unit.is_empty() { other } else { unit };
    if from >= to {
        let problem = Problem::at(spec.origin(), "this range is empty");
        return problems.refuse(problem.label(match from > to {
            true => format!("{high} is below {low}"),
            false => format!("both ends are the same; one value is written {from}{unit}"),
        }));
    }
    if log && from <= 0.0 {
        return wrong("a range in equal factors begins above zero");
    }
    if count.is_some_and(|n| n < 2) {
        return wrong("a range has at least its two ends");
    }
    let whole = unit.is_empty() && from.fract() == 0.0 && to.fract() == 0.0;
    if whole && !log && count.is_none() && to - from >= MOST as f64 {
        return too_many(spec.origin(), problems);
    }
    let mut numbers = numbers(from, to, log, count.map(|n| n.min(MOST + 1)), whole);
    if whole {
        numbers
            .iter_mut()
            .for_each(|number| *number = number.round());
        numbers.dedup();
    }
    let values = numbers.into_iter().map(|number| format!("{number}{unit}"));
    at_most(values.collect(), spec.origin(), problems)
}

fn numbers(from: f64, to: f64, log: bool, count: Option<usize>, whole: bool) -> Vec<f64> {
    let each = match (log, count) {
        (true, None) => {
            let doubled = std::iter::successors(Some(from), |x| Some(2.0 * x));
            let mut all: Vec<f64> = doubled.take_while(|x| *x < to).take(MOST).collect();
            all.push(to);
            return all;
        }
        (false, None) if whole => (to - from) as usize + 1,
        (_, count) => count.unwrap_or(USUAL),
    };
    let share = |i: usize| i as f64 / (each - 1) as f64;
    let between = |i: usize| match log {
        true => from * libm::pow(to / from, share(i)),
        false => from + (to - from) * share(i),
    };
    let inner = (1..each - 1).map(|i| six_digits(between(i)));
    std::iter::once(from).chain(inner).chain([to]).collect()
}

/// What a person would have written.
fn six_digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// A finite number, not negative, and the unit behind it.
fn quantity(text: &str) -> Option<(f64, &str)> {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let end = text.find(|c| !digits(c)).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse::<f64>().ok()?, unit))
}

fn at_most(values: Vec<String>, at: Origin, problems: &Problems) -> Option<Vec<String>> {
    if values.len() > MOST {
        return too_many(at, problems);
    }
    Some(values)
}

fn too_many<T>(at: Origin, problems: &Problems) -> Option<T> {
    problems.refuse(Problem::at(
        at,
        format!("more than {MOST} values of one key"),
    ))
}

/// Where `wanted` first stands outside brackets and quotes.
fn outside(text: &str, wanted: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_u32, None);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && text[i..].starts_with(wanted) => return Some(i),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(spec: &str) -> String {
        let axis = Axis::parse(&format!("a.b={spec}")).unwrap();
        assert_eq!(axis.path, "a.b");
        axis.values.join(" ")
    }

    #[test]
    fn what_a_specification_means() {
        let cases = [
            ("1..4", "1 2 3 4"),
            ("3", "3"),
            ("1..64 log", "1 2 4 8 16 32 64"),
            ("3..20 log", "3 6 12 20"),
            ("1..100 log 3", "1 10 100"),
            ("1..4 log 9", "1 2 3 4"),
            ("1ms..3ms 5", "1ms 1.5ms 2ms 2.5ms 3ms"),
            ("1..8ms", "1ms 2ms 3ms 4ms 5ms 6ms 7ms 8ms"),
            ("0.5ms..4ms log", "0.5ms 1ms 2ms 4ms"),
            ("10%..40% 4", "10% 20% 30% 40%"),
            ("1, 2,4 , 8", "1 2 4 8"),
            ("unlimited", "unlimited"),
            ("1, unlimited", "1 unlimited"),
            ("exp(2ms),gamma(2ms, cv=0.4)", "exp(2ms) gamma(2ms, cv=0.4)"),
            ("\"a,b\",'c..d'", "\"a,b\" 'c..d'"),
        ];
        for (spec, expected) in cases {
            assert_eq!(values(spec), expected, "{spec}");
        }
        let axis = Axis::parse("params.render = 1ms,2ms").unwrap();
        assert_eq!(axis.set(1).as_deref(), Some("params.render=2ms"));
        assert_eq!(axis.set(2), None);
    }

    #[test]
    fn mistakes_are_underlined() {
        let cases = [
            ("processes", "PATH=SPEC", "there is no `=`"),
            ("=1..4", "PATH=SPEC", "a name in the path is empty"),
            ("a..b=1..4", "PATH=SPEC", "a name in the path is empty"),
            ("processes=", "PATH=SPEC", A_RANGE),
            ("processes=16..1", "this range is empty", "1 is below 16"),
            (
                "a=1..1ms log 9",
                "this range is empty",
                "both ends are the same; one value is written 1ms",
            ),
            ("processes=1..16 lin", "behind a range", A_RANGE),
            ("processes=1..16 log 4 4", "no range", A_RANGE),
            ("processes=1..x", "from a number to a number", A_RANGE),
            ("processes=-1..4", "from a number to a number", A_RANGE),
            ("a=1ms..2s", "the same unit", A_RANGE),
            ("a=0..8 log", "above zero", A_RANGE),
            ("a=1..8 1", "its two ends", A_RANGE),
            ("a=1..100000", "more than 1000 values", ""),
            ("a=1..2ms 5000", "more than 1000 values", ""),
            ("a=1,,2", "is empty", A_RANGE),
            ("a=1,2,", "is empty", A_RANGE),
            ("a=1,2,1", "twice", ""),
        ];
        for (text, message, label) in cases {
            let errors = Axis::parse(text).unwrap_err();
            let [error] = errors.all() else {
                panic!("{errors}")
            };
            assert!(error.message.contains(message), "{text}: {error}");
            let place = error.place.as_ref().unwrap();
            assert_eq!(
                (place.file.as_str(), place.label.as_str()),
                ("--vary", label),
                "{text}"
            );
        }
        let text = Axis::parse("processes=16..1").unwrap_err().to_string();
        assert_eq!(
            text,
            "error: this range is empty\n --> --vary:1:11\n  |\n1 | processes=16..1\n  |           ^^^^^ 1 is below 16"
        );
    }
}
