//! At which ratio of the languages the winner changes.

use super::capacity::{bracket, split};
use crate::experiment::{Capacity, Flip, Verdict};
use crate::report::words;

/// Where the winner flips, or why that cannot be said. Nothing where there is nothing to say.
pub fn sentence(verdict: &Verdict) -> Option<String> {
    match &verdict.flip {
        Some(flip) if shown(verdict, flip) => Some(told(flip)),
        Some(_) => Some(
            "Those who carry most are not told apart, so no ratio of the languages is named at which the winner flips.".to_owned(),
        ),
        None => same_winner(verdict),
    }
}

/// Whether the winner at the measured ratios carries more than the other beyond doubt, and at equal CPU, if that lies on the other
/// side of the flip, not less.
fn shown(verdict: &Verdict, flip: &Flip) -> bool {
    let side = |ratio: f64| {
        if ratio < flip.ratio {
            (&flip.below, &flip.above)
        } else {
            (&flip.above, &flip.below)
        }
    };
    let find = |capacities: &[Capacity], name: &str| {
        capacities
            .iter()
            .find(|c| c.contestant == name)
            .map(bracket)
    };
    let (winner, loser) = side(flip.measured);
    let measured =
        find(&verdict.capacity_measured, winner).zip(find(&verdict.capacity_measured, loser));
    let (winner, loser) = side(1.0);
    let equal =
        find(&verdict.capacity_equal_cpu, winner).zip(find(&verdict.capacity_equal_cpu, loser));
    measured.is_some_and(|(winner, loser)| winner.0 >= loser.1)
        && equal.is_none_or(|(winner, loser)| winner.1 > loser.0)
}

fn told(flip: &Flip) -> String {
    let Flip {
        below,
        above,
        ratio,
        measured,
    } = flip;
    // The ratio is of the language of whoever carries less at the measured one, over the other's.
    let (loser, winner) = if measured > ratio {
        (below, above)
    } else {
        (above, below)
    };
    format!(
        "Estimated from the bounds, the winner flips where the same logic takes about {} times as much CPU in {loser}'s \
         language as in {winner}'s: below that {below} carries most, above it {above}. Measured is {}.",
        words::number(*ratio),
        words::number(*measured)
    )
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
        "The same contestant carries most at both: the languages' speed does not decide who wins.".to_owned()
    })
}
