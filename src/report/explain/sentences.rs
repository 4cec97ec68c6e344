//! What an explanation comes to, in words.

use super::{doing_in, opened, subject};
use crate::experiment::Estimate;
use crate::experiment::explain::{Explained, Explanation, PASSES, Slice, Without};
use crate::measure::Component;
use crate::report::words;

/// An effect below this share of p99 is not worth a sentence.
const WORTH: f64 = 0.05;
/// Sentences about single waits, for each contestant.
const MOST: usize = 2;
/// An endpoint is named where it makes up this much of the slowest requests ...
const MUCH: f64 = 0.5;
/// ... and so many times its share in all.
const BEYOND: f64 = 1.5;
/// Effects add up if they miss the joint effect by no more than this share of it.
const ADDS_UP: f64 = 0.15;

/// Everybody's, in the order of the scenario, after what was decided for the user.
#[must_use]
pub fn sentences(explanation: &Explanation) -> Vec<String> {
    let mut all: Vec<String> = explanation.notes.iter().map(|note| capital(note)).collect();
    for one in &explanation.contestants {
        let mut said = vec![headline(explanation, one)];
        said.extend(slowest(explanation, one));
        said.extend(endpoint(explanation, one));
        if !explanation.interrupted() {
            said.extend(effects(one));
            said.extend(together(one));
        }
        said.extend(bottlenecks(explanation, one));
        all.push(said.join(" "));
    }
    all.extend(missing(explanation));
    all
}

/// What an interruption left undone.
fn missing(explanation: &Explanation) -> Option<String> {
    let what = match explanation.passes {
        PASSES.. => return None,
        2 => "what p99 would be without each wait is",
        _ => "what the slowest requests wait for, and what p99 would be without it, are",
    };
    Some(format!(
        "Interrupted after {} of {PASSES} passes: {what} missing.",
        explanation.passes
    ))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

fn headline(explanation: &Explanation, one: &Explained) -> String {
    let (name, which) = (&one.info.name, subject(explanation));
    match (one.row.p99_ms, one.row.p50_ms) {
        (Some(p99), Some(p50)) => format!(
            "{name}, {which}: p99 is {}, the median {}.",
            words::time(p99.value),
            words::time(p50.value)
        ),
        _ if one.row.saturated => format!("{name}, {which}: it cannot keep up."),
        _ => format!("{name}, {which}: too little data for p99."),
    }
}

fn mean(slice: &Slice) -> f64 {
    slice.account_ms.iter().sum()
}

/// In which state the slowest spend most more than the fastest.
fn slowest(explanation: &Explanation, one: &Explained) -> Option<String> {
    let (fast, slow) = (one.bands.first()?, one.bands.last()?);
    let usual = opened(fast);
    let before = |service: usize, component: Component| {
        let found = usual
            .iter()
            .find(|(s, c, _)| (*s, *c) == (service, component));
        found.map_or(0.0, |(.., ms)| *ms)
    };
    let (service, component, ms) = opened(slow)
        .into_iter()
        .max_by(|a, b| (a.2 - before(a.0, a.1)).total_cmp(&(b.2 - before(b.0, b.1))))?;
    Some(format!(
        "The slowest 1 % spend {} of their {} {}, those below the median {} of {}.",
        words::time(ms),
        words::time(mean(slow)),
        doing_in(explanation, service, component),
        words::time(before(service, component)),
        words::time(mean(fast)),
    ))
}

/// Whether the slowest are of one kind.
fn endpoint(explanation: &Explanation, one: &Explained) -> Option<String> {
    let slow = one
        .bands
        .last()
        .filter(|_| explanation.endpoint.is_none())?;
    let all: u64 = one.bands.iter().map(|band| band.requests).sum();
    let share = |index: usize| {
        let of = |band: &Slice| {
            band.endpoints
                .get(index)
                .map_or(0.0, |s| s * band.requests as f64)
        };
        one.bands.iter().map(of).sum::<f64>() / all.max(1) as f64
    };
    let (index, much) = slow
        .endpoints
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let usual = share(index);
    (much >= MUCH && much >= BEYOND * usual).then(|| {
        format!(
            "{} of them ask for {}, as {} of all do.",
            words::percent(much),
            explanation.endpoints[index],
            words::percent(usual)
        )
    })
}

/// An effect that is beyond doubt and large enough.
fn clear<'a>(one: &Explained, without: &'a Without) -> Option<(&'a Without, Estimate)> {
    let (p99, less) = (one.row.p99_ms?, without.less_ms?);
    let large = less.value.abs() >= WORTH * p99.value;
    (large && less.excludes_zero()).then_some((without, less))
}

fn effects(one: &Explained) -> Vec<String> {
    if one.row.saturated {
        return relieved(one);
    }
    let Some(p99) = one.row.p99_ms else {
        return Vec::new();
    };
    let helping = one.without.iter().filter_map(|without| clear(one, without));
    let mut said: Vec<String> = helping
        .filter(|(_, less)| less.value > 0.0)
        .take(MOST)
        .filter_map(|(without, less)| {
            Some(format!(
                "Without {} p99 would be {} instead of {} ({} to {} less).",
                without.title,
                words::time(without.p99_ms?.value),
                words::time(p99.value),
                words::number(less.lo),
                words::time(less.hi),
            ))
        })
        .collect();
    if said.is_empty() {
        said.push(alone(one));
    }
    said.extend(harm(one));
    said
}

/// What to say where no single wait counts.
fn alone(one: &Explained) -> String {
    let all = one.together.as_ref().and_then(|all| clear(one, all));
    let large = one.without.iter().chain(&one.together).filter(|w| {
        let (less, p99) = (w.less_ms.map(|l| l.value), one.row.p99_ms.map(|p| p.value));
        less.zip(p99).is_some_and(|(less, p99)| less >= WORTH * p99)
    });
    match (one.without.len(), all) {
        (1.., None) if large.count() > 0 => {
            "What each wait counts for is less than its uncertainty: more --replications would tell.".to_owned()
        }
        (0, _) => "They wait for nothing to speak of: it is the work itself.".to_owned(),
        (_, None) => format!(
            "No wait that was taken away lowers it by {}: it is the work itself.",
            words::percent(WORTH)
        ),
        (_, Some(_)) => format!(
            "No single wait that was taken away lowers it by {} beyond doubt.",
            words::percent(WORTH)
        ),
    }
}

/// Where one wait keeps a worse one away.
fn harm(one: &Explained) -> Option<String> {
    let mut worse = one.without.iter().filter_map(|without| clear(one, without));
    let (without, _) = worse.rfind(|(_, less)| less.value < 0.0)?;
    Some(format!(
        "Without {} it would be {}: what is waited for then is worse.",
        without.title,
        words::time(without.p99_ms?.value)
    ))
}

/// Who could keep up without what.
fn relieved(one: &Explained) -> Vec<String> {
    let would = one.without.iter().filter_map(|without| {
        let p99 = without.p99_ms.filter(|_| !without.saturated)?;
        Some(format!(
            "{} (p99 {})",
            without.title,
            words::time(p99.value)
        ))
    });
    let would: Vec<String> = would.take(MOST).collect();
    if would.is_empty() {
        vec!["Nothing taken away alone would let it.".to_owned()]
    } else {
        vec![format!("It would without {}.", would.join(", or without "))]
    }
}

/// What all together take away, and whether the parts add up.
fn together(one: &Explained) -> Option<String> {
    let (all, less) = clear(one, one.together.as_ref()?)?;
    let single: f64 = one
        .without
        .iter()
        .filter_map(|w| Some(w.less_ms?.value))
        .sum();
    let what = format!(
        "Without any wait at all it would be {}",
        words::time(all.p99_ms?.value)
    );
    let compared = if (single - less.value).abs() <= ADDS_UP * less.value.abs() {
        "the parts add up".to_owned()
    } else {
        let why = if single < less.value {
            "where one is taken away, the next is waited for"
        } else {
            "they are in part the same wait"
        };
        format!(
            "the parts come to {} instead of {}: {why}",
            words::time(single),
            words::time(less.value)
        )
    };
    Some(format!("{what}; {compared}."))
}

fn bottlenecks(explanation: &Explanation, one: &Explained) -> Option<String> {
    let unit = match explanation.load_unit {
        crate::experiment::LoadUnit::Rps => "requests/s",
        crate::experiment::LoadUnit::Users => "users",
    };
    let mut bounds = one.info.bounds.iter();
    let first = bounds.next()?;
    let at = |bound: &crate::experiment::Bound| {
        format!(
            "{} at {}",
            words::resource(&bound.resource),
            words::load_about(bound.load)
        )
    };
    let then = bounds
        .next()
        .map_or_else(String::new, |next| format!(", after it {}", at(next)));
    Some(format!("First to be full: {} {unit}{then}.", at(first)))
}
