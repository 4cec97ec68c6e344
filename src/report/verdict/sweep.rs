//! A sweep in one or two sentences: who wins up to where, with the uncertainty of that place.

mod tally;

use crate::experiment::{
    Estimate, LoadUnit, MapCrossing, Sheet, Study, Sweep, SweptAxis, SweptFigure, SweptMap,
    SweptPoint,
};
use crate::report::table::sweep::{matters, ratios, times};
use crate::report::{view, words};
use tally::Tally;

/// A share of the map below which it is not worth a word.
const FEW: f64 = 0.005;
/// One in so many rows may be crossed more than once.
const WAVERS: usize = 5;

/// A sentence for each exponent of the languages' ratios, and one for the ratio at which the winner flips.
pub fn sentences(study: &Study, sweep: &Sweep) -> Vec<String> {
    let names = view::contestants(study);
    let mut out: Vec<String> = Vec::new();
    for sheet in &sweep.sheets {
        let Some(map) = &sheet.map else { continue };
        let told = Told {
            study,
            sweep,
            sheet,
            map,
            names: &names,
        };
        let sentence = if unknown(sheet) {
            "too little data to tell anybody apart: raise run.requests.".to_owned()
        } else {
            told.sentence()
        };
        out.push(match ratios(sweep, sheet) {
            "" if names.iter().any(|name| sentence.starts_with(name)) => sentence,
            "" => capital(&sentence),
            ratios => format!("{}: {sentence}", capital(ratios)),
        });
    }
    out.extend(flips(sweep, &names));
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    first + chars.as_str()
}

/// At which ratio the winner at the measured ratios is no longer the winner.
fn flips(sweep: &Sweep, names: &[&str]) -> Option<String> {
    let Some((low, high, measured)) = sweep.flips else {
        let [first, second] = &sweep.sheets[..] else {
            return None;
        };
        let alone = |sheet: &Sheet| {
            let winners = Tally::of(sheet.map.as_ref()?);
            match winners.winners()[..] {
                [one] => Some(one),
                _ => None,
            }
        };
        let one = alone(first).filter(|one| alone(second) == Some(*one))?;
        return Some(format!(
            "{} wins at both, so the languages' speed does not decide it, and no ratio from 1/10 to 10 was found that flips it.",
            names[one]
        ));
    };
    let range = if high / low < 1.05 {
        format!("about {} times", words::number(low))
    } else {
        format!(
            "{} times (or {}, depending on the place)",
            words::number(high),
            words::number(low)
        )
    };
    Some(format!(
        "Estimated from the bounds: for another winner the same logic may take at most {range} as much CPU in the loser's language as in \
         the winner's; measured is {}.",
        words::number(measured)
    ))
}

/// Whether at no point two contestants have a figure, so that nothing was compared.
fn unknown(sheet: &Sheet) -> bool {
    let compared = |point: &SweptPoint| point.figures.iter().flatten().count() > 1;
    !sheet.points.is_empty() && !sheet.points.iter().any(compared)
}

/// The least that anybody carries anywhere, at 95 %; `None` where that is not known or nothing limits anybody.
fn least(sheet: &Sheet) -> Option<f64> {
    let figures = sheet.points.iter().flat_map(|point| &point.figures);
    let at_least = |e: Estimate| if e.has_interval() { e.lo } else { e.value };
    let all: Option<Vec<f64>> = figures.map(|figure| figure.map(at_least)).collect();
    let least = all?.into_iter().min_by(f64::total_cmp)?;
    least.is_finite().then_some(least)
}

/// Rounded down to two digits.
fn two_digits_below(value: f64) -> f64 {
    let unit = libm::pow(10.0, libm::log10(value).floor() - 1.0);
    // What is two digits already stays.
    let below = (value / unit + 1e-9).floor() * unit;
    format!("{below:.1e}").parse().unwrap_or(below)
}

struct Told<'a> {
    study: &'a Study,
    sweep: &'a Sweep,
    sheet: &'a Sheet,
    map: &'a SweptMap,
    names: &'a [&'a str],
}

impl Told<'_> {
    fn sentence(&self) -> String {
        let tally = Tally::of(self.map);
        let mut text = match tally.winners()[..] {
            [] if tally.alike == 0 => return format!("nobody {} anywhere here.", self.survives()),
            [] => return "nowhere here are the best two told apart by more than 2 %.".to_owned(),
            [one] => self.everywhere(one, &tally),
            _ => self.line().unwrap_or_else(|| self.shares(&tally)),
        };
        let rest = [
            (
                tally.alike,
                "the best two are not told apart, or by less than 2 %".to_owned(),
            ),
            (tally.dead, format!("nobody {}", self.survives())),
        ];
        for (count, what) in rest {
            if tally.share(count) > FEW {
                text.push_str(&format!(
                    "; on {} of {} {what}",
                    words::percent(tally.share(count)),
                    self.whole()
                ));
            }
        }
        text + &self.all_carry() + "."
    }

    /// "; below 40 requests/s it does not matter": the most that everybody carries wherever it was simulated, by the lower end of each interval and in two digits.
    fn all_carry(&self) -> String {
        let least = match self.sweep.figure {
            SweptFigure::Capacity if self.names.len() > 1 => least(self.sheet),
            _ => None,
        };
        let Some(load) = least.map(two_digits_below).filter(|load| *load > 0.0) else {
            return String::new();
        };
        let load = match self.study.load_unit {
            LoadUnit::Rps => load,
            LoadUnit::Users => load.floor(),
        };
        let load_text = if load < 10.0 {
            load.to_string()
        } else {
            words::load(load)
        };
        let all = if self.names.len() == 2 { "both" } else { "all" };
        format!(
            "; below {} {} it does not matter, as {all} carry that everywhere here",
            load_text,
            view::unit(self.study)
        )
    }

    fn survives(&self) -> &'static str {
        match self.sweep.figure {
            SweptFigure::Capacity => "meets the objective at any load",
            SweptFigure::Latency => "keeps up",
        }
    }

    fn whole(&self) -> &'static str {
        if self.sweep.axes.len() > 1 {
            "the map"
        } else {
            "the range"
        }
    }

    fn wins(&self) -> &'static str {
        match (self.sweep.figure, self.names.len()) {
            (SweptFigure::Capacity, 2) => "carries more",
            (SweptFigure::Capacity, _) => "carries most",
            (SweptFigure::Latency, _) => "has the lower p99",
        }
    }

    /// A contestant with its settings, `django-gthread with 9 × 4 threads`.
    fn named(&self, contestant: usize) -> String {
        let name = self.names[contestant];
        let settings = words::settings(&self.study.contestants[contestant]);
        settings.map_or_else(
            || name.to_owned(),
            |settings| format!("{name} with {settings}"),
        )
    }

    fn everywhere(&self, one: usize, tally: &Tally) -> String {
        let by = match tally.ratio {
            (low, high) if high - low < 0.01 => times(low),
            (low, high) => format!("{} to {}", times(low), times(high)),
        };
        let next = if self.names.len() == 2 {
            "the other"
        } else {
            "the next"
        };
        let measure = match self.sweep.figure {
            SweptFigure::Capacity => format!("{by} as much as {next}"),
            SweptFigure::Latency => format!("{next}'s is {by} as high"),
        };
        format!("{} {} throughout, {measure}", self.named(one), self.wins())
    }

    /// "A carries more until 6.2 ± 0.4 ms of cpu (at io 50ms); beyond it B does", if the map is cut by one line.
    fn line(&self) -> Option<String> {
        let horizontal = self.one_each(true);
        let vertical = self.one_each(false);
        let crossings = if horizontal.len() * self.map.width >= vertical.len() * self.map.height {
            horizontal
        } else {
            vertical
        };
        let (first, last) = (crossings.first()?, crossings.last()?);
        let middle = crossings[crossings.len() / 2];
        let along = self.sweep.axes.get(usize::from(!middle.horizontal))?;
        let scale = along.scale.as_ref()?;
        let number = |c: &MapCrossing| {
            let at = |place: f64| scale.at(place);
            let e = Estimate {
                value: at(c.place.value),
                lo: at(c.place.lo),
                hi: at(c.place.hi),
            };
            place(e, &scale.unit)
        };
        let (before, after) = (self.named(middle.before), self.named(middle.after));
        let name = along.name();
        let mut text = format!("{before} {} until {name} = {}", self.wins(), number(middle));
        if let Some(other) = self
            .sweep
            .axes
            .get(usize::from(middle.horizontal))
            .filter(|_| self.sweep.axes.len() > 1)
        {
            text.push_str(&format!(
                " (where {} = {})",
                other.name(),
                other.short(middle.other)
            ));
        }
        text.push_str(&format!("; beyond it {after} does"));
        if self.sweep.axes.len() > 1 && crossings.len() > 2 {
            let other = &self.sweep.axes[usize::from(middle.horizontal)];
            text.push_str(&format!(
                ". The line runs from {} at {} = {} to {} at {}",
                number(first),
                other.name(),
                other.short(first.other),
                number(last),
                other.short(last.other)
            ));
            text.push_str(&self.beside(&crossings, other));
        }
        Some(text)
    }

    /// Where the line does not reach.
    fn beside(&self, crossings: &[&MapCrossing], other: &SweptAxis) -> String {
        let covered = crossings.len();
        let all = other.values.len();
        if covered == all {
            return String::new();
        }
        let horizontal = crossings[0].horizontal;
        let missing = (0..all).find(|i| crossings.iter().all(|c| c.other != *i));
        let Some(missing) = missing else {
            return String::new();
        };
        let middle = |n: usize| (n - 1) as f64 / 2.0;
        let (x, y) = if horizontal {
            (middle(self.map.width), missing as f64)
        } else {
            (missing as f64, middle(self.map.height))
        };
        let spot = self.map.spot(x, y);
        if !spot.alive || !spot.sure() {
            return String::new();
        }
        let edge = if missing == 0 {
            format!("below {}", other.short(crossings[0].other))
        } else {
            format!("elsewhere (such as {})", other.short(missing))
        };
        format!(
            "; {edge} {} {} throughout",
            self.names[spot.winner],
            self.wins()
        )
    }

    /// The crossings of the commonest kind, if hardly any row (or column) has more than one, in the order of rows.
    fn one_each(&self, horizontal: bool) -> Vec<&MapCrossing> {
        let all: Vec<&MapCrossing> = self
            .map
            .crossings
            .iter()
            .filter(|c| c.horizontal == horizontal && self.both_win(c))
            .collect();
        let kind = |c: &MapCrossing| (c.before, c.after);
        let count = |k: (usize, usize)| all.iter().filter(|c| kind(c) == k).count();
        let Some(common) = all
            .iter()
            .map(|c| kind(c))
            .max_by_key(|k| (count(*k), std::cmp::Reverse(*k)))
        else {
            return Vec::new();
        };
        let mut of_kind: Vec<&MapCrossing> =
            all.iter().copied().filter(|c| kind(c) == common).collect();
        let odd = all.len() - of_kind.len();
        of_kind.sort_by_key(|c| c.other);
        let before = of_kind.len();
        of_kind.dedup_by_key(|c| c.other);
        let twice = before - of_kind.len();
        // A line that wavers in a few rows is still one line.
        if (odd + twice) * WAVERS > of_kind.len() {
            Vec::new()
        } else {
            of_kind
        }
    }

    /// Whether both win beyond doubt somewhere on their side of a crossing: an edge where all are alike has lines of chance.
    fn both_win(&self, crossing: &MapCrossing) -> bool {
        let length = if crossing.horizontal {
            self.map.width
        } else {
            self.map.height
        };
        (0..length).fold((false, false), |(before, after), i| {
            let (along, other) = (i as f64, crossing.other as f64);
            let spot = if crossing.horizontal {
                self.map.spot(along, other)
            } else {
                self.map.spot(other, along)
            };
            let wins = |who: usize| matters(&spot) && spot.winner == who;
            let here = along <= crossing.place.value;
            (
                before || here && wins(crossing.before),
                after || !here && wins(crossing.after),
            )
        }) == (true, true)
    }

    /// Who wins on how much of the map, where no single line says it.
    fn shares(&self, tally: &Tally) -> String {
        let mut winners = tally.winners();
        winners.sort_by_key(|c| std::cmp::Reverse(tally.wins[*c]));
        let each: Vec<String> = winners
            .into_iter()
            .map(|c| {
                format!(
                    "{} on {}",
                    self.names[c],
                    words::percent(tally.share(tally.wins[c]))
                )
            })
            .collect();
        format!(
            "who {} depends on the place: {} of {}",
            self.wins(),
            words::list(&each),
            self.whole()
        )
    }
}

/// `6.2 ± 0.4 ms`; the ends where they are lopsided.
fn place(e: Estimate, unit: &str) -> String {
    let unit = if unit.is_empty() || unit.starts_with('/') {
        unit.to_owned()
    } else {
        format!(" {unit}")
    };
    if !e.has_interval() || e.hi <= e.lo {
        return format!("{}{unit}", words::number(e.value));
    }
    let (below, above) = (e.value - e.lo, e.hi - e.value);
    if below.max(above) > 2.0 * below.min(above) {
        return format!(
            "{} ({}–{}){unit}",
            words::number(e.value),
            words::number(e.lo),
            words::number(e.hi)
        );
    }
    let half = 0.5 * (e.hi - e.lo);
    let value = words::number(e.value);
    let decimals = value.split_once('.').map_or(0, |(_, d)| d.len());
    format!("{value} ± {half:.decimals$}{unit}")
}

#[cfg(test)]
mod tests;
