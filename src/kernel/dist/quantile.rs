//! From a random word to the standard laws, with the same bits on every machine.
//!
//! **Exactly monotone.** The functions here cut the word to about 41 significant bits of its nearer tail. Neighbours on
//! that grid are at least 2⁻⁴¹ apart in the logarithm, hundreds of times the error of the arithmetic, so rounding can
//! never put two draws in the wrong order. The grid itself is 10⁻¹² of a mean: for a mean of 10 ms, 10⁻⁵ ns.
//!
//! Only `+ - × ÷` and `libm` are used, which are deterministic, and no fused multiply-add.

use std::sync::LazyLock;

/// ln 2, the distance between octaves.
const LN_2: f64 = std::f64::consts::LN_2;

/// For each 128th of an octave: ln 2 − ln(its centre), and 1 over its centre.
static OCTAVE: [(f64, f64); 128] = octave();

const fn octave() -> [(f64, f64); 128] {
    let mut table = [(0.0, 0.0); 128];
    let mut i = 0;
    while i < 128 {
        let centre = one_to_two(i as u64, 7);
        table[i] = (LN_2 - ln(centre), 1.0 / centre);
        i += 1;
    }
    table
}

/// ln of 1 to 2, by the series of artanh, at compile time.
const fn ln(x: f64) -> f64 {
    let s = (x - 1.0) / (x + 1.0); // at most 1/3, so 20 terms reach 1e-20
    let mut sum = 0.0;
    let mut k = 20;
    while k > 0 {
        k -= 1;
        sum = sum * s * s + 2.0 / (2 * k + 1) as f64;
    }
    sum * s
}

/// The exponential law of mean 1: −ln of the upper tail of `word`, between 2⁻⁴² and 45.1.
#[inline]
pub(super) fn exponential(word: u64) -> f64 {
    neg_ln(!word)
}

/// −ln(`tail` / 2⁶⁴), the tail in steps of 2⁻⁴¹ of itself; a half for no tail; absolute error below 10⁻¹⁴.
///
/// `tail` is an octave (its leading zeros), the 128th of the octave, and the offset x from the centre of that, which the
/// series x − x²/2 + … + x⁵/5 serves: |x| ≤ 2⁻⁸, so what is left out is below x⁶/6 < 10⁻¹⁵.
#[inline]
fn neg_ln(tail: u64) -> f64 {
    let zeros = tail.leading_zeros(); // of zero: 64. Were zero ruled out, x86-64's BSR would wait for the draw before
    let mantissa = tail.wrapping_shl(zeros);
    let (base, scale) = OCTAVE[(mantissa >> 56 & 0x7f) as usize];
    let x = (one_to_two(mantissa << 1 >> 24, 40) - one_to_two(mantissa << 1 >> 57, 7)) * scale;
    let x2 = x * x;
    let ln_1p = x + x2 * ((x * (1.0 / 3.0) - 0.5) + x2 * (x * 0.2 - 0.25));
    f64::from(zeros) * LN_2 + (base - ln_1p)
}

/// 1 + (n + ½) / 2^`bits`, for n below 2^`bits`. Built from its bits: a conversion would wait for the draw before.
#[inline]
const fn one_to_two(n: u64, bits: u32) -> f64 {
    f64::from_bits(0x3ff << 52 | n << (52 - bits) | 1 << (51 - bits))
}

/// The standard normal law, within ±9.2 and on a grid of 2⁻³⁸; error below 10⁻⁸.
///
/// The word is folded to its nearer tail; each 32nd of an octave of the tail has a cubic of its own.
#[inline]
pub(super) fn normal(word: u64) -> f64 {
    const GRID: f64 = 1.5 * (1u64 << 14) as f64; // its last bit is 2^-38
    let upper = (word as i64 >> 63) as u64; // all ones above the median
    let tail = word ^ upper;
    let zeros = tail.leading_zeros();
    let mantissa = tail.wrapping_shl(zeros);
    let [c0, c1, c2, c3] = NORMAL[(zeros << 5) as usize - 32 + (mantissa >> 58 & 0x1f) as usize];
    let x = one_to_two(mantissa << 6 >> 29, 35) - 1.0;
    let z = (c0 + c1 * x) + (c2 + c3 * x) * (x * x);
    let z = f64::from_bits(z.to_bits() ^ (!word & 1 << 63)); // below the median it is negative
    (z + GRID) - GRID
}

/// The cubics in x = 0 … 1 for each 32nd of the octaves 2⁻² … 2⁻⁶⁵ of the tail t. They have the right values and
/// slopes, dz/dt = −1/φ(z), where they meet, hence are smooth and monotone.
static NORMAL: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| {
    let slice = |i: u32| {
        let width = libm::ldexp(1.0, -(2 + i as i32 / 32)) / 32.0;
        let t = f64::from(32 + i % 32) * width;
        let (z0, z1) = (wichura(t), wichura(t + width));
        let slope = |z: f64| -width * libm::exp(0.5 * z * z + LN_SQRT_2PI);
        hermite(z0, slope(z0), z1, slope(z1))
    };
    (0..64 * 32).map(slice).collect()
});

/// ln √2π.
pub(super) const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_7;

/// The cubic with these values and slopes at 0 and 1, lowest coefficient first.
pub(super) fn hermite(y0: f64, m0: f64, y1: f64, m1: f64) -> [f64; 4] {
    let rise = y1 - y0;
    [y0, m0, 3.0 * rise - 2.0 * m0 - m1, m0 + m1 - 2.0 * rise]
}

/// The normal deviate that is exceeded with probability `t` ≤ 1/2, with a relative error of 10⁻¹⁶.
///
/// M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988),
/// 477–484, routine PPND16.
fn wichura(t: f64) -> f64 {
    let q = 0.5 - t;
    let r = libm::sqrt(-libm::log(t));
    if q <= 0.425 {
        let r = 0.180_625 - q * q;
        q * polynomial(&A, r) / polynomial(&B, r)
    } else if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    }
}

/// 2 to the 0, 1/64 … 63/64.
static ROOTS: [f64; 64] = roots();

const fn roots() -> [f64; 64] {
    let mut table = [1.0; 64];
    let mut i = 0;
    while i < 64 {
        let (x, mut sum, mut k) = (i as f64 / 64.0 * LN_2, 1.0, 24);
        while k > 0 {
            sum = 1.0 + sum * x / k as f64; // the series of e^x, from its 24th term
            k -= 1;
        }
        table[i] = sum;
        i += 1;
    }
    table
}

/// e to the `x`, which is kept within ±100 and cut to a grid of 2⁻⁴⁴; relative error of the rest 10⁻¹⁵.
///
/// x = (64 k + j) ln 2 / 64 + r with |r| ≤ ln 2 / 128, so that eˣ = 2ᵏ · 2^(j/64) · eʳ, and r⁶/720 < 10⁻¹⁶.
#[inline]
pub(super) fn exp(x: f64) -> f64 {
    const GRID: f64 = 1.5 * (1u64 << 8) as f64; // its last bit is 2^-44
    const WHOLE: f64 = 1.5 * (1u64 << 52) as f64; // its last bit is 1
    const STEP: f64 = LN_2 / 64.0;
    const HIGH: f64 = (STEP * (1u64 << 38) as f64) as i64 as f64 / (1u64 << 38) as f64; // times 2^14 it is exact
    const LOW: f64 = (STEP - HIGH) + 2.319_046_813_846_299_6e-17 / 64.0; // with what LN_2 leaves of ln 2
    let x = (x.clamp(-100.0, 100.0) + GRID) - GRID;
    let steps = (x * (1.0 / STEP) + WHOLE) - WHOLE;
    let r = (x - steps * HIGH) - steps * LOW;
    let steps = steps as i64;
    let root = ROOTS[(steps & 63) as usize];
    let power = f64::from_bits(root.to_bits().wrapping_add_signed(steps >> 6 << 52));
    let r2 = r * r;
    power + power * (r + r2 * ((0.5 + r * (1.0 / 6.0)) + r2 * ((1.0 / 24.0) + r * (1.0 / 120.0))))
}

/// A polynomial of degree 7, lowest coefficient first, in Estrin's order (short chains).
#[inline]
fn polynomial(c: &[f64; 8], x: f64) -> f64 {
    let x2 = x * x;
    let low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    let high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    low + high * (x2 * x2)
}

// The coefficients of PPND16, to the digits that a double holds.
const A: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const B: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const C: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const E: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const F: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];
