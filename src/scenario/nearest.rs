//! "Did you mean ...?"

/// The candidate that `word` most likely stands for, if any is near enough.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|c| ((edits(&lower, &c.to_lowercase()), distance(word, c)), c))
        .filter(|&((d, _), c)| d <= limit && d < c.chars().count().max(2))
        .min_by_key(|&(d, _)| d)
        .map(|(_, c)| c)
}

/// The most names told at once.
const SEVERAL: usize = 3;

/// The candidates that `word` may stand for, the likeliest first: as [`nearest`], and those of which it is a part between hyphens.
pub(super) fn several<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<Vec<&'c str>> {
    let lower = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|c| nearest(word, [*c]).is_some() || c.split('-').any(|part| part == lower))
        .map(|c| (distance(&lower, c), c))
        .collect();
    near.sort();
    near.dedup();
    near.truncate(SEVERAL);
    (!near.is_empty()).then(|| near.into_iter().map(|(_, c)| c).collect())
}

/// All candidates, the likeliest first, each once.
pub(super) fn likeliest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Vec<&'c str> {
    let lower = word.to_lowercase();
    let mut all: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|c| (edits(&lower, &c.to_lowercase()), c))
        .collect();
    all.sort_by_key(|(far, _)| *far);
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Their distance; a word that the other begins with is one edit away.
fn edits(word: &str, candidate: &str) -> usize {
    let (short, long) = match word.len() < candidate.len() {
        true => (word, candidate),
        false => (candidate, word),
    };
    let begun = short.len() >= 3 && long.starts_with(short);
    if begun {
        1.min(long.len() - short.len())
    } else {
        distance(word, candidate)
    }
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j - 1] + same).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("wieght", "weight"), 1);
        assert_eq!(distance("ca", "abc"), 3);
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(
            nearest("proceses", ["processes", "place"]),
            Some("processes")
        );
        assert_eq!(nearest("linux", ["linux-vm", "lines"]), Some("linux-vm"));
        assert_eq!(nearest("x", ["weight", "steps"]), None);
        assert_eq!(nearest("fastcgi", ["postgres", "redis"]), None);
    }

    #[test]
    fn suggests_several() {
        let names = ["quickstart", "io-bound", "cpu-bound", "bounds", "gc"];
        assert_eq!(several("quikstart", names), Some(vec!["quickstart"]));
        assert_eq!(
            several("bound", names),
            Some(vec!["bounds", "io-bound", "cpu-bound"])
        );
        assert_eq!(several("nosuch", names), None);
    }
}
