//! At which ratio of the languages the winner changes.

use super::capacity::{bracket, split};
use crate::experiment::{Capacity, Flip, NoFlip, Verdict};
use crate::report::words;

/// Where the winner flips, or why that cannot be said. Nothing where there is nothing to say.
pub fn sentence(verdict: &Verdict) -> Option<String> {
    match &verdict.flip {
        Some(flip) if shown(verdict, flip) => Some(told(flip)),
        Some(_) => Some(
            "No flip: the data does not tell those who carry most apart, so no ratio of the languages is named at which the winner changes.".to_owned(),
        ),
        None => same_winner(verdict).or_else(|| Some(none(verdict.no_flip.as_ref()?))),
    }
}

/// Whether the flip is more than noise: the loser at the measured ratios wins where its language costs less, not more; it loses
/// beyond doubt as measured; and at equal CPU, if that lies on its side of the flip, it does not lose beyond doubt too.
fn shown(verdict: &Verdict, flip: &Flip) -> bool {
    let find = |capacities: &[Capacity], name: &str| {
        let found = capacities.iter().find(|c| c.contestant == name);
        found.map_or((0.0, f64::INFINITY), bracket)
    };
    let (loser, winner) = (&flip.below, &flip.above);
    let carries_more =
        |capacities: &[Capacity]| find(capacities, winner).0 >= find(capacities, loser).1;
    flip.measured > flip.ratio
        && carries_more(&verdict.capacity_measured)
        && !(flip.ratio > 1.0 && carries_more(&verdict.capacity_equal_cpu))
}

fn told(flip: &Flip) -> String {
    let Flip {
        below,
        above,
        ratio,
        measured,
    } = flip;
    format!(
        "Estimated from the bounds, the winner flips where the same logic takes about {} times as much CPU in {below}'s \
         language as in {above}'s: below that {below} carries most, above it {above}. Measured is {}.",
        words::number(*ratio),
        words::number(*measured)
    )
}

fn none(why: &NoFlip) -> String {
    match why {
        NoFlip::Unknown => {
            "No flip: the data does not say what is carried in two languages, so nothing is said of their ratio.".to_owned()
        }
        NoFlip::Alike(one, other) => format!(
            "No flip: at the measured ratios {one} and {other}, each the best of its language, are not told apart, so there is \
             no winner to change."
        ),
        NoFlip::AlikeAtEqualCpu(one, other) => format!(
            "No flip: at equal CPU {one} and {other}, each the best of its language, are not told apart, so it is not known \
             whether the winner changes on the way to the measured ratios."
        ),
        NoFlip::Never(winner, rival) => format!(
            "No flip: {winner} carries more than {rival}, the best of the other languages, at any ratio from 1/10 to 10."
        ),
    }
}

fn same_winner(verdict: &Verdict) -> Option<String> {
    let best = |capacities: &[Capacity]| match split(&capacities.iter().collect::<Vec<_>>())
        .0
        .as_slice()
    {
        [one] if capacities.len() > 1 => Some(one.contestant.clone()),
        _ => None,
    };
    let (equal, measured) = (
        best(&verdict.capacity_equal_cpu),
        best(&verdict.capacity_measured),
    );
    (equal.is_some() && equal == measured).then(|| {
        "No flip: the same contestant carries most at both: the languages' speed does not decide who wins.".to_owned()
    })
}
