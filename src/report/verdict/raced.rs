//! What a race of settings says in words: the answer, the runner-up, how flat the optimum is, what binds, what was ruled out, what to
//! paste.

use super::carried::{missed, unfound};
use crate::experiment::{Carried, Closest, Fate, Raced, Reach, Study};
use crate::report::{view, words};

/// Settings named in one sentence.
const NAMED: usize = 6;

/// The sentences, the answer first.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut out = vec![words::goal(&study.slo)];
    let best = study.raced.iter().find(|raced| raced.fate == Fate::Best);
    match best.and_then(|best| Some((best, best.carried.as_ref()?))) {
        Some((best, carried)) => {
            out.push(answer(study, best, carried));
            out.extend(runner_up(study));
            out.extend(flat(study));
        }
        None => out.push(nobody(study)),
    }
    out.push(ruled_out(study));
    out.extend(paste(study));
    out
}

fn answer(study: &Study, best: &Raced, carried: &Carried) -> String {
    let unit = view::unit(study);
    let name = &best.setting;
    let Some(load) = carried.load.filter(|_| carried.reach == Reach::UpTo) else {
        let highest = carried.highest.map_or_else(String::new, |load| {
            format!(", up to {} {unit}", words::load(load))
        });
        if carried.reach == Reach::Unfound {
            return unfound(study, carried);
        }
        return format!(
            "Nothing was found that limits {name}: it meets the objective at every load looked at{highest}."
        );
    };
    let good = carried.good_to.map_or_else(String::new, |load| {
        format!(", good to {}", words::number(words::round_down(load)))
    });
    let binding = match (&carried.binding, &carried.bottleneck) {
        (Some(objective), Some((name, used))) => {
            format!(
                "; beyond it {} is missed, with {} {} in use",
                words::limited(objective),
                words::resource(name),
                words::percent(*used)
            )
        }
        (None, Some((name, used))) => format!(
            "; beyond it it saturates, with {} {} in use",
            words::resource(name),
            words::percent(*used)
        ),
        _ => String::new(),
    };
    let alike = study.raced.iter().any(|r| r.fate == Fate::Alike);
    let most = match (alike, carried.memory_mb > 0.0) {
        (false, _) => "carries most",
        (true, true) => "carries as much as any, and none of those takes less memory",
        (true, false) => "carries as much as any",
    };
    // Where it saturates before it is late its ends are loads that were visited, and no 95 % are meant.
    let level = match carried.binding {
        Some(_) => "95 %: ",
        None => "",
    };
    format!(
        "{name} {most}: {} {unit} ({level}{}–{}){good}{binding}.",
        words::number(load.value),
        words::number(load.lo),
        words::number(load.hi)
    )
}

/// The next best: one that was searched, or else the one that came nearest.
fn runner_up(study: &Study) -> Option<String> {
    let rivals = study
        .raced
        .iter()
        .filter(|r| matches!(r.fate, Fate::Alike | Fate::Less));
    let place = |r: &&Raced| {
        let behind = r.behind.map_or(f64::INFINITY, |behind| behind.value);
        (r.carried.is_none(), behind)
    };
    let runner = rivals.min_by(|a, b| {
        let (a, b) = (place(a), place(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })?;
    let load = runner.carried.as_ref().and_then(|c| Some(c.load?.value));
    let with = load.map_or_else(String::new, |load| format!(" with {}", words::number(load)));
    let range = |lo: f64, hi: f64| format!("{} to {}", words::number(lo), words::number(hi));
    let told = match runner.behind {
        Some(b) if b.lo > 0.0 => format!(", {} less", range(b.lo, b.hi)),
        Some(b) if b.hi < 0.0 => format!(
            ", {} more, which is within the tolerance of {}",
            range(-b.hi, -b.lo),
            words::percent(study.precision)
        ),
        _ => ", not told apart from it".to_owned(),
    };
    Some(format!("Runner-up: {}{with}{told}.", runner.setting))
}

/// Settings that are as good as far as anybody can tell, or as matters.
fn flat(study: &Study) -> Option<String> {
    let alike: Vec<&str> = study
        .raced
        .iter()
        .filter(|r| r.fate == Fate::Alike)
        .map(|r| r.setting.as_str())
        .collect();
    let tolerance = words::percent(study.precision);
    if alike.is_empty() {
        return Some(format!(
            "No other setting is within {tolerance} of it or not told apart from it."
        ));
    }
    let more = alike.len().saturating_sub(NAMED);
    let mut named: Vec<String> = alike
        .iter()
        .take(NAMED)
        .map(|name| format!("({name})"))
        .collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let verb = if alike.len() == 1 { "is" } else { "are" };
    Some(format!(
        "Flat: of {} settings {} {verb} within {tolerance} of it or not told apart from it: {}.",
        study.raced.len(),
        alike.len(),
        words::list(&named)
    ))
}

fn nobody(study: &Study) -> String {
    if study.raced.iter().any(|r| r.fate == Fate::Unfinished) {
        return "Nothing was finished: there is no best setting yet.".to_owned();
    }
    let multiple = |c: &Closest| {
        c.value
            .map_or(f64::INFINITY, |value| value / c.objective.limit)
    };
    let seen = study.raced.iter().filter_map(|raced| {
        let closest = raced.carried.as_ref()?.closest.as_ref()?;
        Some((raced, closest))
    });
    let nearest = seen.min_by(|a, b| multiple(a.1).total_cmp(&multiple(b.1)));
    let unfound = study.raced.iter().any(|r| r.fate == Fate::Unfound);
    let nobody = match unfound {
        true => "No setting was found to meet the objective at any load looked at",
        false => "No setting meets the objective at any load",
    };
    match nearest {
        Some((raced, closest)) => format!(
            "{nobody}: {}, with {}.",
            missed(study, closest),
            raced.setting
        ),
        None => format!("{nobody}."),
    }
}

/// How many went out, and why.
fn ruled_out(study: &Study) -> String {
    let count =
        |which: &dyn Fn(&Fate) -> bool| study.raced.iter().filter(|r| which(&r.fate)).count();
    let kinds = [
        (
            count(&|f| matches!(f, Fate::Bound { .. })),
            "out by the bounds of their demands, without a run".to_owned(),
        ),
        (
            count(&|f| matches!(f, Fate::Missed(_) | Fate::Less)),
            "found to carry less".to_owned(),
        ),
        (
            count(&|f| matches!(f, Fate::Never)),
            "met it at no load".to_owned(),
        ),
        (
            count(&|f| matches!(f, Fate::Unfound)),
            "not found to meet it at any load looked at".to_owned(),
        ),
        (
            count(&|f| matches!(f, Fate::Memory(_))),
            "over the host's memory".to_owned(),
        ),
        (
            count(&|f| matches!(f, Fate::Connections { .. })),
            connections(study),
        ),
        (count(&|f| matches!(f, Fate::Refused(_))), refused(study)),
        (
            count(&|f| matches!(f, Fate::Unfinished)),
            "not finished".to_owned(),
        ),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    let events: u64 = study.raced.iter().map(|r| r.events).sum();
    let told = if told.is_empty() {
        String::new()
    } else {
        format!(": {}", words::list(&told))
    };
    format!(
        "{} settings, {} million events{told}.",
        study.raced.len(),
        words::number(events as f64 * 1e-6)
    )
}

/// Of those whose pools are too large, the least.
fn connections(study: &Study) -> String {
    let over = study.raced.iter().filter_map(|r| match &r.fate {
        Fate::Connections {
            service,
            most,
            limit,
        } => Some((most, service, limit)),
        _ => None,
    });
    over.min()
        .map_or_else(String::new, |(most, service, limit)| {
            format!(
                "whose pools may open more than {service}'s {limit} connections ({most} and more)"
            )
        })
}

fn refused(study: &Study) -> String {
    let why = study.raced.iter().find_map(|r| match &r.fate {
        Fate::Refused(why) => Some(why.as_str()),
        _ => None,
    });
    format!("refused ({})", why.unwrap_or_default())
}

fn paste(study: &Study) -> Vec<String> {
    let file = |(file, lines): &(String, Vec<String>)| {
        let lines: String = lines.iter().map(|line| format!("\n    {line}")).collect();
        format!("To paste, in {file}:{lines}")
    };
    study.paste.iter().map(file).collect()
}
