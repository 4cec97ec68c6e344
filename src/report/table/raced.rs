//! What became of the settings in a race: those that were searched, most first, then the rest.

use super::Table;
use super::carried;
use crate::experiment::{Fate, Raced, Study};
use crate::report::{view, words};

/// Settings that are told one by one; the others are counted in the verdict and all are in `tuning.csv`.
const MOST: usize = 12;

/// One row per setting, the best first.
pub fn table(study: &Study) -> Table {
    let header = [
        "",
        "carries",
        "95 % interval",
        "good to",
        "missed first",
        "in use most",
        "memory",
        "events",
        "behind",
    ];
    let goal = words::searched(&study.slo).unwrap_or_default();
    let all = ranked(study);
    let more = all.len().saturating_sub(MOST);
    let note = match more {
        0 => String::new(),
        n => format!("{n} further settings are in tuning.csv"),
    };
    Table {
        title: format!(
            "Settings by the highest load inside the objective ({goal}), {}",
            view::unit(study)
        ),
        header: header.map(str::to_owned).to_vec(),
        rows: all.into_iter().take(MOST).map(row).collect(),
        note,
    }
}

/// The best, those not told apart from it, those that carry less, then by what they carry or are known not to.
pub fn ranked(study: &Study) -> Vec<&Raced> {
    let place = |raced: &Raced| match raced.fate {
        Fate::Best => 0,
        Fate::Alike => 1,
        Fate::Less => 2,
        Fate::Missed(_) => 3,
        Fate::Bound { .. } => 4,
        _ => 5,
    };
    let load = |raced: &Raced| {
        let searched = raced.carried.as_ref().and_then(|c| Some(c.load?.value));
        let bound = match raced.fate {
            Fate::Bound { load, .. } => load,
            _ => 0.0,
        };
        searched.unwrap_or(bound)
    };
    let behind = |raced: &Raced| raced.behind.map_or(f64::INFINITY, |behind| behind.value);
    let mut all: Vec<&Raced> = study.raced.iter().collect();
    all.sort_by(|a, b| {
        let known = place(a).cmp(&place(b)).then(load(b).total_cmp(&load(a)));
        known.then(behind(a).total_cmp(&behind(b)))
    });
    all
}

fn row(raced: &Raced) -> Vec<String> {
    let mut cells = vec![raced.setting.clone()];
    match &raced.carried {
        Some(carried) => cells.extend(carried::cells(carried)),
        None => cells.extend(asked(&raced.fate)),
    }
    cells.push(carried::millions(raced.events));
    cells.push(match (&raced.fate, raced.behind) {
        (Fate::Best, _) => "best".to_owned(),
        (Fate::Alike, None) => "not told apart".to_owned(),
        (_, Some(behind)) => words::plus_minus_signed(behind),
        (Fate::Refused(_) | Fate::Memory(_) | Fate::Connections { .. }, None) => {
            "not possible".to_owned()
        }
        (_, None) => "less".to_owned(),
    });
    cells
}

/// What is known of a setting that was not searched, in the columns of those that were.
fn asked(fate: &Fate) -> [String; 6] {
    let none = || "–".to_owned();
    let mut cells = [none(), none(), none(), none(), none(), none()];
    match fate {
        Fate::Bound { resource, load } => {
            cells[0] = format!("< {}", words::number(*load));
            cells[4] = format!("{} 100 %", words::resource(resource));
        }
        Fate::Missed(load) => cells[0] = format!("< {}", words::number(*load)),
        Fate::Never => cells[0] = "nothing".to_owned(),
        Fate::Unfound => cells[0] = "not found".to_owned(),
        Fate::Memory(mb) => cells[5] = format!("{} MB", words::number(*mb)),
        _ => {}
    }
    cells
}
