//! Numbers with units: `2ms`, `400/s`, `64KiB`, `0.1%`.

use super::blanks::Quantity;
use super::diagnostic::{Problem, Problems};
use super::nearest::nearest;
use super::piece::Piece;
use crate::kernel::Span;

/// Names of units and what each is in the base unit.
type Units = &'static [(&'static str, f64)];

const TIMES: Units = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("min", 6e10),
    ("h", 3.6e12),
];

const SIZES: Units = &[
    ("B", 1.0),
    ("KB", 1e3),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
];

/// The longest time a file may name: a year.
const MAX_NS: f64 = 366.0 * 24.0 * 3.6e12;

const A_TIME: &str = "expected a time such as \"2ms\"";
const TIME_UNITS: &str = "expected ns, us, ms, s, min or h";
const SIZE_UNITS: &str = "expected B, KB, MB, GB, KiB, MiB or GiB";

/// A time, not negative.
pub(super) fn time(piece: Piece<'_>, problems: &Problems) -> Option<Span> {
    let (value, unit) = number_and_unit(piece, A_TIME, problems)?;
    let ns = value * scale(unit, piece, TIMES, TIME_UNITS, problems)?;
    span(ns, piece, problems)
}

/// A time in seconds, written without a unit.
pub(super) fn seconds(piece: Piece<'_>, problems: &Problems) -> Option<Span> {
    span(number(piece, problems)? * 1e9, piece, problems)
}

fn span(ns: f64, piece: Piece<'_>, problems: &Problems) -> Option<Span> {
    if ns > MAX_NS {
        return problems.refuse(Problem::at(
            piece.origin(),
            "this time is longer than a year",
        ));
    }
    Some(Span::from_nanos_f64(ns))
}

/// A rate per second, not negative.
pub(super) fn rate(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    const A_RATE: &str = "expected a rate such as \"400/s\"";
    let Some(slash) = piece.text.find('/') else {
        number_and_unit(piece, A_RATE, problems)?;
        let problem = Problem::at(piece.origin(), "a rate needs a unit of time");
        return problems.refuse(problem.label(A_RATE));
    };
    let (count, unit) = piece.split(slash);
    let value = number(count, problems)?;
    let ns = scale(unit, piece, TIMES, TIME_UNITS, problems)?;
    let per_second = value * (1e9 / ns);
    if per_second > 1e9 {
        return problems.refuse(Problem::at(
            piece.origin(),
            "this rate is above 1,000,000,000/s",
        ));
    }
    Some(per_second)
}

/// A size in bytes.
pub(super) fn size(piece: Piece<'_>, problems: &Problems) -> Option<u64> {
    const A_SIZE: &str = "expected a size such as \"64KiB\" or \"51MB\"";
    let (value, unit) = number_and_unit(piece, A_SIZE, problems)?;
    let bytes = value * scale(unit, piece, SIZES, SIZE_UNITS, problems)?;
    if bytes > 1e18 {
        return problems.refuse(Problem::at(
            piece.origin(),
            "this size is above 1,000,000 TB",
        ));
    }
    Some(bytes.round() as u64)
}

/// Bytes per second, not negative.
pub(super) fn flow(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    const A_FLOW: &str = "expected a flow such as \"40MB/s\"";
    let Some(slash) = piece.text.find('/') else {
        number_and_unit(piece, A_FLOW, problems)?;
        let problem = Problem::at(piece.origin(), "a flow needs a unit of time");
        return problems.refuse(problem.label(A_FLOW));
    };
    let (bytes, unit) = piece.split(slash);
    let (value, of_size) = number_and_unit(bytes, A_FLOW, problems)?;
    let bytes = value * scale(of_size, bytes, SIZES, SIZE_UNITS, problems)?;
    let ns = scale(unit, piece, TIMES, TIME_UNITS, problems)?;
    Some(bytes * (1e9 / ns))
}

/// A fraction between 0 and 1, in per cent or as a plain number.
pub(super) fn fraction(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    let value = match piece.text.strip_suffix('%') {
        Some(text) => number(piece.part(0..text.len()), problems)? / 100.0,
        None => number(piece, problems)?,
    };
    if value > 1.0 {
        let problem = Problem::at(piece.origin(), "a probability is at most 100%");
        return problems.refuse(problem.label("expected a share such as \"5%\" or 0.05"));
    }
    Some(value)
}

/// A plain number, not negative.
pub(super) fn number(piece: Piece<'_>, problems: &Problems) -> Option<f64> {
    let (value, unit) = number_and_unit(piece, "expected a number", problems)?;
    if !unit.text.is_empty() {
        let message = format!("`{}` is not a plain number", piece.text);
        return problems.refuse(Problem::at(unit.origin(), message).label("no unit here"));
    }
    Some(value)
}

/// Takes the number off the front. What is left is the unit.
fn number_and_unit<'t>(
    piece: Piece<'t>,
    expected: &str,
    problems: &Problems,
) -> Option<(f64, Piece<'t>)> {
    let text = piece.text;
    let negative = text.starts_with('-');
    let digits = usize::from(negative || text.starts_with('+'));
    let end = text[digits..]
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .map_or(text.len(), |i| digits + i);
    let end = exponent(text, end).unwrap_or(end);
    let value = text[digits..end].replace('_', "").parse::<f64>();
    let Ok(value) = value else {
        let message = match text {
            "" => "there is nothing here".to_owned(),
            _ => format!("`{text}` is not a number with a unit"),
        };
        return problems.refuse(Problem::at(piece.origin(), message).label(expected));
    };
    if negative && value != 0.0 {
        let problem = Problem::at(piece.origin(), format!("`{text}` is negative"));
        return problems.refuse(problem.label("expected zero or more"));
    }
    if !value.is_finite() {
        return problems.refuse(Problem::at(piece.origin(), "this number is too large"));
    }
    Some((value, piece.part(end..text.len())))
}

/// The end of an exponent (`e6`, `e-3`) that starts at `end`.
fn exponent(text: &str, end: usize) -> Option<usize> {
    let rest = text[end..].strip_prefix(['e', 'E'])?;
    let digits = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    (count > 0).then(|| text.len() - digits.len() + count)
}

/// What a unit is in the base unit.
fn scale(
    unit: Piece<'_>,
    whole: Piece<'_>,
    units: Units,
    expected: &str,
    problems: &Problems,
) -> Option<f64> {
    if let Some((_, scale)) = units.iter().find(|(name, _)| *name == unit.text) {
        return Some(*scale);
    }
    problems.refuse(if unit.text.is_empty() {
        Problem::at(whole.origin(), format!("`{}` has no unit", whole.text)).label(expected)
    } else {
        let problem = Problem::at(unit.origin(), format!("unknown unit `{}`", unit.text));
        let problem = problem.label(expected);
        match nearest(unit.text, units.iter().map(|(name, _)| *name)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        }
    })
}

/// A number that is not negative, as a regular expression for schemas.
pub(super) const NUMBER: &str = r"\+?[0-9._]+(?:[eE][-+]?[0-9]+)?";

/// How a quantity is written, as a regular expression for schemas.
pub(super) fn pattern(quantity: Quantity) -> String {
    let (time, size) = (any(TIMES), any(SIZES));
    match quantity {
        Quantity::Time => format!(r"{NUMBER}\s*{time}"),
        Quantity::Rate => format!(r"{NUMBER}\s*/\s*{time}"),
        Quantity::Size => format!(r"{NUMBER}\s*{size}"),
        Quantity::Flow => format!(r"{NUMBER}\s*{size}\s*/\s*{time}"),
        Quantity::Share => format!(r"{NUMBER}\s*%?"),
    }
}

fn any(units: Units) -> String {
    let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    format!("(?:{})", names.join("|"))
}
