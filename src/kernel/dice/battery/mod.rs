//! Statistical tests of the dice, on the sequences that a simulation draws.
//!
//! Ordinary batteries test one stream; here every *address* must look independent of its neighbours, so each test runs
//! over consecutive ordinals, steps, seeds, replications, iterations and attempts. The seeds were fixed before the
//! first run. Every test yields a p-value, uniform if the dice are good, and fails below 10⁻⁷ (either end): with some
//! 1100 p-values, good dice would have failed with probability 10⁻⁴ when the seeds were chosen.

mod statistics;

use super::*;
use statistics::all_tests;

/// A p-value below this one is a failure.
const CRITICAL: f64 = 1e-7;

/// Words of each sequence.
const N: usize = 1 << 18;

/// A named sequence of words, as long as asked.
type Sequence = (&'static str, Word);

/// The i-th word of a sequence.
type Word = fn(u64) -> u64;

/// The word at an address with these bits flipped in one part of it.
type Flip = fn(u64, u64) -> u64;

fn request(i: u64) -> Key {
    Key::root(1, 0).at(Path::ROOT.child("arrivals")).nth(i)
}

fn step(i: u64) -> Path {
    Path::ROOT.child("page").child(&format!("step{i}"))
}

/// How a simulation addresses its draws. Each function maps consecutive numbers to words.
const SEQUENCES: [Sequence; 18] = [
    ("ordinals", |i| request(i).word(Path::ROOT.child("product"))),
    ("ordinals, strided", |i| {
        request(i << 20).word(Path::ROOT.child("product"))
    }),
    ("ordinals, high", |i| {
        request(i.rotate_left(46)).word(Path::ROOT.child("product"))
    }),
    ("three steps of each request", |i| {
        request(i / 3).word(Path::ROOT.child(["parse", "product", "render"][i as usize % 3]))
    }),
    ("steps", |i| request(7).word(step(i))),
    ("short names", |i| {
        request(7).word(Path::ROOT.child(std::str::from_utf8(&letters(i)).unwrap()))
    }),
    ("seeds", |i| Key::root(i, 0).nth(0).word(Path::ROOT)),
    ("seeds, high", |i| {
        Key::root(i.rotate_left(46), 0).nth(0).word(Path::ROOT)
    }),
    ("seeds that nearly cancel a constant", |i| {
        Key::root(P0 ^ P2.rotate_left(32) ^ i, 0)
            .nth(0)
            .word(Path::ROOT)
    }),
    ("replications", |i| Key::root(1, i).nth(0).word(Path::ROOT)),
    ("seeds by replications", |i| {
        Key::root(i % 512, i / 512).nth(3).word(Path::ROOT)
    }),
    ("sources", |i| {
        Key::root(1, 0).nth(i).nth(0).word(Path::ROOT)
    }),
    ("users by their requests", |i| {
        Key::root(1, 0).nth(i % 1024).nth(i / 1024).word(Path::ROOT)
    }),
    ("requests by attempts", |i| {
        request(i / 4).nth(i % 4).word(Path::ROOT)
    }),
    ("iterations of a step", |i| {
        request(i / 32).at(step(0)).nth(i % 32).word(step(1))
    }),
    ("iterations within iterations", |i| {
        request(i / 64).nth(i / 8 % 8).nth(i % 8).word(step(1))
    }),
    ("calls", |i| {
        request(i).at(step(0)).at(step(1)).word(step(2))
    }),
    ("priorities without a step", |i| request(i).word(Path::ROOT)),
];

fn letters(i: u64) -> [u8; 5] {
    [0, 5, 10, 15, 20].map(|shift| b'@' + (i >> shift & 0x1f) as u8)
}

/// Runs all tests on the sequences, `n` words each.
fn run(n: usize) {
    let mut failed = Vec::new();
    for (sequence, word) in SEQUENCES {
        let words: Vec<u64> = (0..n as u64).map(word).collect();
        let bad = all_tests(&words).into_iter().filter(|(_, p)| *p < CRITICAL);
        failed.extend(bad.map(|(test, p)| format!("{sequence}: {test}: p = {p:e}")));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn keyed_sequences_pass_the_battery() {
    run(N);
}

#[test]
#[ignore = "the same with 16 times as many words: minutes"]
fn long_keyed_sequences_pass_the_battery() {
    run(N << 4);
}

/// The battery is able to fail: a counter, a Weyl sequence and a good sequence with one sticky bit are all caught.
#[test]
fn the_battery_catches_bad_words() {
    let bad: [Word; 3] = [
        |i| i,
        |i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        |i| {
            if i % 64 == 0 {
                request(i).word(Path::ROOT) | 1
            } else {
                request(i).word(Path::ROOT)
            }
        },
    ];
    for word in bad {
        let words: Vec<u64> = (0..N as u64).map(word).collect();
        let mut distinct = words.clone();
        distinct.dedup();
        assert_eq!(distinct.len(), N);
        assert!(all_tests(&words).iter().any(|(_, p)| *p < CRITICAL));
    }
}

/// Draws at the same ordinal under two addresses that differ in one part: uncorrelated, bit by bit.
#[test]
fn neighbouring_addresses_are_independent() {
    let path = Path::ROOT.child("product");
    let other = Path::ROOT.child("producu");
    let pairs: [(&str, Word, Word); 6] = [
        (
            "seeds",
            |i| Key::root(1, 0).nth(i).word(Path::ROOT),
            |i| Key::root(2, 0).nth(i).word(Path::ROOT),
        ),
        (
            "replications",
            |i| Key::root(1, 0).nth(i).word(Path::ROOT),
            |i| Key::root(1, 1).nth(i).word(Path::ROOT),
        ),
        (
            "swapped",
            |i| Key::root(1, 2).nth(i).word(Path::ROOT),
            |i| Key::root(2, 1).nth(i).word(Path::ROOT),
        ),
        (
            "attempts",
            |i| request(i).nth(0).word(Path::ROOT),
            |i| request(i).nth(1).word(Path::ROOT),
        ),
        (
            "word and body",
            |i| request(i).word(Path::ROOT),
            |i| request(i).at(Path::ROOT).word(Path::ROOT),
        ),
        (
            "one bit of the seed",
            |i| Key::root(i, 0).word(Path::ROOT),
            |i| Key::root(i ^ 1 << 63, 0).word(Path::ROOT),
        ),
    ];
    for (name, one, two) in pairs {
        // Interleaved, lag 1 compares the pair; a lag of 2 would compare neighbours in one sequence.
        let words: Vec<u64> = (0..N as u64 / 2).flat_map(|i| [one(i), two(i)]).collect();
        let bad: Vec<_> = all_tests(&words)
            .into_iter()
            .filter(|(_, p)| *p < CRITICAL)
            .collect();
        assert!(bad.is_empty(), "{name}: {bad:?}");
    }
    let words: Vec<u64> = (0..N as u64 / 2)
        .flat_map(|i| [request(i).word(path), request(i).word(other)])
        .collect();
    assert!(all_tests(&words).iter().all(|(_, p)| *p >= CRITICAL));
}

/// Each input bit flips each output bit half of the time. For 2¹⁴ inputs the standard deviation of a rate is
/// 1/2 · 2⁻⁷ = 0.0039; of 64 · 64 rates the largest deviation exceeds 6.5 of them once in 3 · 10⁶.
#[test]
fn avalanche() {
    let flips: [(&str, Flip); 5] = [
        ("the seed", |x, flip| {
            Key::root(x ^ flip, 0).word(Path::ROOT)
        }),
        ("the replication", |x, flip| {
            Key::root(1, x ^ flip).word(Path::ROOT)
        }),
        ("the ordinal", |x, flip| {
            Key::root(1, 0).nth(x ^ flip).word(Path::ROOT)
        }),
        ("the key", |x, flip| {
            Key(request(x).0 ^ flip).word(Path::ROOT)
        }),
        ("the path", |x, flip| {
            request(1).word(Path(Path::ROOT.0 ^ x ^ flip))
        }),
    ];
    const INPUTS: u64 = 1 << 14;
    for (name, word) in flips {
        for input in 0..64 {
            let mut flipped = [0u32; 64];
            for x in 0..INPUTS {
                let change = word(x, 0) ^ word(x, 1 << input);
                flipped
                    .iter_mut()
                    .enumerate()
                    .for_each(|(bit, count)| *count += (change >> bit & 1) as u32);
            }
            for (output, &count) in flipped.iter().enumerate() {
                let z = (2.0 * f64::from(count) - INPUTS as f64) / (INPUTS as f64).sqrt();
                assert!(
                    z.abs() < 6.5,
                    "{name}: bit {input} flips bit {output} {count} times"
                );
            }
        }
    }
}

/// A product with zero is zero, one with all ones is all ones. A key cancels a constant only by chance (2⁻⁶⁴), but a
/// seed could be chosen to, and zeros are common: no address collapses, and none meets another.
#[test]
fn no_address_collapses() {
    let cancels_inside_root = P0 ^ P2.rotate_left(32);
    let plain = [
        0,
        1,
        2,
        P0,
        P1,
        P2,
        P0 ^ P2,
        P1 ^ P2,
        Path::ROOT.0,
        cancels_inside_root,
        1 << 32,
    ];
    let mut seeds: Vec<u64> = plain
        .iter()
        .flat_map(|&x| [x, !x, x.rotate_left(32), !x.rotate_left(32)])
        .collect();
    seeds.sort_unstable();
    seeds.dedup();
    let numbers = [
        0,
        1,
        2,
        3,
        255,
        256,
        65_535,
        65_536,
        1 << 31,
        u64::from(u32::MAX),
        1 << 32,
        1 << 47,
        u64::MAX,
    ];
    let mut words = Vec::new();
    for &seed in &seeds {
        for root in numbers.map(|replication| Key::root(seed, replication)) {
            words.push(root.0);
            words.extend(numbers.map(|ordinal| root.nth(ordinal).0));
            words.extend(numbers.map(|ordinal| root.nth(ordinal).nth(0).0));
        }
    }
    let n = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), n, "addresses meet");
    // A random word has fewer than 8 ones (or zeros) with probability 8e-11.
    assert!(
        words
            .iter()
            .all(|word| (8..=56).contains(&word.count_ones())),
        "a light word"
    );
}

/// The dice are frozen: these words are in every result file ever written.
#[test]
fn golden_words() {
    let key = Key::root(1, 0);
    let path = Path::ROOT.child("page").child("product");
    let words = [
        key.0,
        path.0,
        key.word(path),
        key.nth(0).word(path),
        key.nth(1_000_000).word(path),
        key.nth(5).nth(1).at(path).word(Path::ROOT),
        Key::root(0, 0).0,
        Key::root(u64::MAX, u64::MAX)
            .nth(u64::MAX)
            .word(Path::ROOT.child("")),
    ];
    let golden = [
        0x1757_7e0d_a387_df17,
        0x3415_002a_6988_51c4,
        0x6973_f9f0_9094_35c9,
        0xf866_3cf7_a354_4102,
        0x368f_1701_0bab_c04e,
        0xa0ab_e32b_7cd9_e7fa,
        0x2d15_efaf_5997_2165,
        0xf7ce_93e4_a434_7fcb,
    ];
    assert_eq!(words, golden, "{words:#x?}");
}

/// Names that are split differently, ordered differently, or numbered are different paths.
#[test]
fn paths_differ() {
    let root = Path::ROOT;
    let mut paths = vec![
        root,
        root.child(""),
        root.child("").child(""),
        root.child("ab"),
        root.child("a").child("b"),
        root.child("b").child("a"),
        root.child("ba"),
        root.child("a\0"),
        root.child("\0a"),
    ];
    paths.extend((0..1u64 << 16).map(step));
    let mut words: Vec<u64> = paths.iter().map(|path| path.0).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), paths.len());
}
