//! Whether two figures are told apart, and by how much, in words: from the interval of their ratio, which is that of the comparison.
//!
//! Three things can be said of two figures: one is higher by so much to so much; they differ by no more than so much, where that is
//! little; or the data cannot tell, and how many replications would. Contestants beside the best are told so, and a run beside its
//! baseline.

use crate::experiment::{Changed, Estimate};
use crate::report::words;
use crate::scenario::{Figure, Unit};

/// Relative differences below this are below the resolution of the histograms.
const RESOLUTION: f64 = 0.005;
/// Where the whole interval lies within this share, it is no difference worth a replication.
const LITTLE: f64 = 0.1;
/// The same of errors, as a share of the requests.
const FEW: f64 = 0.001;
/// From this ratio on it is told as one.
const TIMES: f64 = 2.0;
/// More replications than the root law asks for, for the chance in the width.
const MARGIN: f64 = 1.1;

/// What can be said of a figure beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is more, beyond doubt.
    More,
    /// It is less.
    Less,
    /// They differ by little at most.
    Alike,
    /// The data cannot tell.
    Open,
}

impl Standing {
    /// Whether the two are told apart.
    pub fn apart(self) -> bool {
        matches!(self, Self::More | Self::Less)
    }
}

/// How more and less of a figure are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// `7 % more`.
    pub more: &'static str,
    /// `7 % less`.
    pub less: &'static str,
    /// `3 times as much`.
    pub times: &'static str,
    /// `30 replications would decide`.
    pub replications: &'static str,
}

/// Of contestants beside each other.
pub const AMOUNT: Words = Words {
    more: "more",
    less: "less",
    times: "times as much",
    replications: "replications",
};

/// Of a figure of a run beside its baseline.
pub fn words_of(figure: Figure) -> Words {
    let (more, less, times) = match figure.unit() {
        Unit::Time => ("longer", "shorter", "times as long"),
        Unit::Rate | Unit::Size => ("higher", "lower", "times as much"),
        Unit::Share => ("more", "fewer", "times as many"),
    };
    Words {
        more,
        less,
        times,
        replications: "replications of both",
    }
}

/// What the interval of a ratio says.
fn of_ratio(ratio: Estimate) -> Standing {
    if ratio.lo > 1.0 + RESOLUTION {
        Standing::More
    } else if ratio.hi < 1.0 - RESOLUTION {
        Standing::Less
    } else if farthest(ratio) <= LITTLE {
        Standing::Alike
    } else {
        Standing::Open
    }
}

/// What the interval of a difference of shares says.
fn of_shares(difference: Estimate) -> Standing {
    if difference.lo > 0.0 {
        Standing::More
    } else if difference.hi < 0.0 {
        Standing::Less
    } else if most(difference) <= FEW {
        Standing::Alike
    } else {
        Standing::Open
    }
}

/// How far the far end of a ratio is from one; not a number without an interval.
fn farthest(ratio: Estimate) -> f64 {
    let sides = (ratio.hi - 1.0, 1.0 - ratio.lo);
    if ratio.has_interval() {
        sides.0.max(sides.1)
    } else {
        f64::NAN
    }
}

/// The far end of a difference.
fn most(difference: Estimate) -> f64 {
    if difference.has_interval() {
        difference.hi.max(-difference.lo)
    } else {
        f64::NAN
    }
}

/// Whether a figure is to the last digit what it was, in every replication: of the same requests, or none of whatever is counted.
pub fn identical(change: &Changed) -> bool {
    let nothing = |d: Estimate| d.value == 0.0 && d.lo == 0.0 && d.hi == 0.0;
    let none = change.before == Some(0.0) && change.now == Some(0.0);
    none || change.unpaired.is_none() && change.difference.is_some_and(nothing)
}

/// What is said of a figure beside what it was; nothing where there is only one of the two. Latencies of who cannot keep up count as infinite,
/// and so does a percentile beyond which there are only failures.
pub fn standing(change: &Changed) -> Option<Standing> {
    let late = change.figure.unit() == Unit::Time;
    match (change.before, change.now) {
        (Some(_), None) if late && change.saturated == (false, true) => Some(Standing::More),
        (None, Some(_)) if late && change.saturated == (true, false) => Some(Standing::Less),
        (Some(before), Some(now)) => Some(match (before.is_finite(), now.is_finite()) {
            (true, true) => finite(change),
            (true, false) => Standing::More,
            (false, true) => Standing::Less,
            (false, false) => Standing::Alike,
        }),
        _ => None,
    }
}

fn finite(change: &Changed) -> Standing {
    if identical(change) {
        return Standing::Alike;
    }
    let of_difference = || change.difference.map_or(Standing::Open, of_shares);
    match change.ratio {
        _ if change.figure.unit() == Unit::Share => of_difference(),
        Some(ratio) => of_ratio(ratio),
        None => match of_difference() {
            Standing::Alike => Standing::Open,
            other => other,
        },
    }
}

/// [`standing`] in words: `7 to 11 % longer`.
pub fn said(change: &Changed) -> Option<String> {
    let words = words_of(change.figure);
    let infinite = |x: Option<f64>| x.is_some_and(f64::is_infinite);
    let standing = standing(change)?;
    Some(if identical(change) {
        "no difference".to_owned()
    } else if infinite(change.now) && infinite(change.before) {
        "infinite as before: 1 % or more fail".to_owned()
    } else if infinite(change.now) {
        "now infinite: 1 % or more fail".to_owned()
    } else if infinite(change.before) {
        "no longer infinite".to_owned()
    } else if let (Unit::Share, Some(difference)) = (change.figure.unit(), change.difference) {
        share_told(difference, standing, words)
    } else if let Some(ratio) = change.ratio {
        let replications = change.replications.0.max(change.replications.1);
        told(ratio, replications, words).1
    } else {
        match standing {
            Standing::More => words.more.to_owned(),
            Standing::Less => words.less.to_owned(),
            Standing::Alike | Standing::Open => "cannot tell".to_owned(),
        }
    })
}

/// A difference of shares: `0.5 to 0.8 percentage points more`.
fn share_told(difference: Estimate, standing: Standing, words: Words) -> String {
    let Estimate { lo, hi, .. } = difference;
    match standing {
        Standing::More => format!(
            "{} percentage points {}",
            range(&share(lo), &share(hi)),
            words.more
        ),
        Standing::Less => format!(
            "{} percentage points {}",
            range(&share(-hi), &share(-lo)),
            words.less
        ),
        Standing::Alike => format!(
            "no difference larger than {} percentage points",
            share(most(difference))
        ),
        Standing::Open if difference.has_interval() => format!(
            "cannot tell: between {} percentage points {} and {} {}",
            share((-lo).max(0.0)),
            words.less,
            share(hi),
            words.more
        ),
        Standing::Open => "cannot tell".to_owned(),
    }
}

/// What a ratio says, and in words.
pub fn told(ratio: Estimate, replications: u32, words: Words) -> (Standing, String) {
    let Estimate { value, lo, hi } = ratio;
    let standing = of_ratio(ratio);
    let text = match standing {
        Standing::More if lo >= TIMES => {
            let (lo, hi) = (words::number(lo), words::number(hi));
            format!("{} {}", range(&lo, &hi), words.times)
        }
        Standing::More => {
            let (lo, hi) = (share(lo - 1.0), share(hi - 1.0));
            format!("{} % {}", range(&lo, &hi), words.more)
        }
        Standing::Less => {
            let (lo, hi) = (share(1.0 - hi), share(1.0 - lo));
            format!("{} % {}", range(&lo, &hi), words.less)
        }
        Standing::Alike => {
            let largest = share(farthest(ratio).max(RESOLUTION));
            format!("no difference larger than {largest} %")
        }
        Standing::Open if ratio.has_interval() => {
            let less = share((1.0 - lo).max(0.0));
            let half = (hi - value).max(value - lo);
            let target = (value - 1.0).abs().max(LITTLE - (value - 1.0).abs());
            let needed = MARGIN * f64::from(replications) * (half / target).powi(2);
            let tens = (needed / 10.0).ceil() * 10.0;
            let more = share((hi - 1.0).max(0.0));
            format!(
                "cannot tell: between {less} % {} and {more} % {}; about {} {} would decide",
                words.less,
                words.more,
                words::load(tens),
                words.replications
            )
        }
        Standing::Open => "cannot tell".to_owned(),
    };
    (standing, text)
}

/// At most how far apart the two are, in per cent or percentage points: of what is alike.
pub fn within(change: &Changed) -> f64 {
    if identical(change) || change.now.is_some_and(f64::is_infinite) {
        0.0
    } else if change.figure.unit() == Unit::Share {
        change.difference.map_or(f64::NAN, most)
    } else {
        change.ratio.map_or(f64::NAN, farthest).max(RESOLUTION)
    }
}

/// In the cell of a table: `+7..+11`, per cent or percentage points.
pub fn cell(change: &Changed) -> String {
    let infinite = |x: Option<f64>| x.is_some_and(f64::is_infinite);
    let Some(standing) = standing(change) else {
        let unknown = if change.saturated == (true, true) {
            "saturated"
        } else {
            "–"
        };
        return unknown.to_owned();
    };
    match change.saturated {
        (false, true) if change.now.is_none() => return "saturates".to_owned(),
        (true, false) if change.before.is_none() => return "keeps up".to_owned(),
        _ => {}
    }
    if identical(change) {
        return "same".to_owned();
    }
    if infinite(change.now) || infinite(change.before) {
        let which = match (infinite(change.before), infinite(change.now)) {
            (true, true) => "∞",
            (true, false) => "was ∞",
            _ => "∞ now",
        };
        return which.to_owned();
    }
    let interval = match (change.figure.unit(), change.difference, change.ratio) {
        (Unit::Share, Some(d), _) => Some((d.lo, d.hi)),
        (Unit::Time | Unit::Rate, _, Some(r)) => Some((r.lo - 1.0, r.hi - 1.0)),
        _ => None,
    };
    let Some((lo, hi)) = interval.filter(|(lo, hi)| lo.is_finite() && hi.is_finite()) else {
        return "?".to_owned();
    };
    let (lo, hi) = (signed(lo), signed(hi));
    let ends = if lo == hi { lo } else { format!("{lo}..{hi}") };
    match standing {
        Standing::More | Standing::Less => ends,
        Standing::Alike => format!("≤ {}", share(within(change))),
        Standing::Open => format!("? {ends}"),
    }
}

/// A share in per cent, with its sign.
fn signed(fraction: f64) -> String {
    let sign = if fraction > 0.0 { "+" } else { "" };
    format!("{sign}{}", share(fraction))
}

/// `a to b`, or `a` where both are the same.
fn range(lo: &str, hi: &str) -> String {
    if lo == hi {
        lo.to_owned()
    } else {
        format!("{lo} to {hi}")
    }
}

/// A share in per cent, without the sign.
pub fn share(fraction: f64) -> String {
    words::percent(fraction).replace(" %", "")
}

#[cfg(test)]
mod tests;
