//! The dice: every random word has an address instead of a place in a sequence.
//!
//! A draw is addressed by (seed, replication, source, ordinal of the arrival or user, attempt, step path, iteration).
//! The address is folded into a [`Key`] as far as it is known (a request carries its key) and the last part, the
//! step's [`Path`], gives the word. Nothing counts draws, nothing is shared between requests, so the order in which
//! servers get to requests cannot change what a request is.
//!
//! The mixer is named and frozen here: **`mum64x2`**, two rounds of multiply–fold (the 64 × 64 → 128 bit product,
//! its halves xor-ed, as in Wang Yi's wyhash, public domain), each against an odd constant. Changing it changes every
//! result file; the fingerprint tests would say so.

/// The dice of one owner (a request, a user, a mechanism): an address so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

/// The address of a step within its program, hashed once when the program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path(u64);

const P0: u64 = 0xa076_1d64_78bd_642f;
const P1: u64 = 0xe703_7ed1_a0b4_28db;
const P2: u64 = 0x8ebc_6af0_9c88_c6e3;

/// The 128-bit product of two words, its halves folded together.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Two rounds: every bit of `a` and `b` reaches every bit of the result.
#[inline(always)]
fn mix(a: u64, b: u64) -> u64 {
    let first = fold(a ^ P0, b ^ P1);
    fold(first ^ P2, b.rotate_left(32) ^ a ^ P0)
}

impl Key {
    /// The dice of one replication of a study.
    #[must_use]
    pub fn root(seed: u64, replication: u64) -> Self {
        Self(mix(mix(seed, P2), replication))
    }

    /// The dice of a part: the `ordinal`-th arrival of a source, an iteration of a loop, an attempt.
    #[inline]
    #[must_use]
    pub fn nth(self, ordinal: u64) -> Self {
        Self(mix(self.0, ordinal))
    }

    /// The dice of what a step starts elsewhere: the request it sends, its body's key.
    #[inline]
    #[must_use]
    pub fn at(self, path: Path) -> Self {
        Self(mix(self.0, path.0))
    }

    /// The random word of one draw.
    #[inline]
    #[must_use]
    pub fn word(self, path: Path) -> u64 {
        mix(self.0, path.0)
    }
}

impl Path {
    /// The start of all paths.
    pub const ROOT: Self = Self(0x9e37_79b9_7f4a_7c15);

    /// The path of a part with this name.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        let mut hash = self.0;
        for &byte in name.as_bytes() {
            hash = mix(hash, u64::from(byte));
        }
        Self(mix(hash, name.len() as u64 | 1 << 32))
    }
}

#[cfg(test)]
mod battery;
