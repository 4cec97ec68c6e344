//! From a random word to the standard laws, with the same bits on every machine.
//!
//! **Exactly monotone.** The functions here cut the word to about 41 significant bits of its nearer tail. Neighbours on
//! that grid are at least 2⁻⁴¹ apart in the logarithm, hundreds of times the error of the arithmetic, so rounding can
//! never put two draws in the wrong order. The grid itself is 10⁻¹² of a mean: for a mean of 10 ms, 10⁻⁵ ns.
//!
//! Only `+ - × ÷` and `libm` are used, which are deterministic, and no fused multiply-add.

/// ln 2, the distance between octaves.
const LN_2: f64 = std::f64::consts::LN_2;

/// For each 128th of an octave: ln 2 − ln(its centre), and 2⁻⁴⁰ over its centre.
static OCTAVE: [(f64, f64); 128] = octave();

const fn octave() -> [(f64, f64); 128] {
    let mut table = [(0.0, 0.0); 128];
    let mut i = 0;
    while i < 128 {
        let centre = 1.0 + (i as f64 + 0.5) / 128.0;
        table[i] = (LN_2 - ln(centre), 1.0 / (centre * (1u64 << 40) as f64));
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

/// The exponential law of mean 1: −ln of the upper tail of `word`, between 2⁻⁴² and 44.4.
#[inline]
pub(super) fn exponential(word: u64) -> f64 {
    neg_ln(!word)
}

/// −ln(`tail` / 2⁶⁴), the tail in steps of 2⁻⁴¹ of itself and never below 2⁻⁶⁴; absolute error below 10⁻¹⁴.
///
/// `tail` is an octave (its leading zeros), the 128th of the octave, and the offset x from the centre of that, which the
/// series x − x²/2 + … + x⁵/5 serves: |x| ≤ 2⁻⁸, so what is left out is below x⁶/6 < 10⁻¹⁵.
#[inline]
fn neg_ln(tail: u64) -> f64 {
    let tail = tail | 1;
    let zeros = tail.leading_zeros();
    let mantissa = tail << zeros;
    let (base, scale) = OCTAVE[(mantissa >> 56 & 0x7f) as usize];
    let cell = (mantissa >> 23 & 0x1_ffff_ffff) as i64 - (1 << 32);
    let x = (cell as f64 + 0.5) * scale;
    let x2 = x * x;
    let ln_1p = x + x2 * ((x * (1.0 / 3.0) - 0.5) + x2 * (x * 0.2 - 0.25));
    f64::from(zeros) * LN_2 + (base - ln_1p)
}

/// The standard normal law, within ±9.1 and on a grid of 2⁻³⁸; error below 10⁻¹¹.
///
/// M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988),
/// 477–484, routine PPND16 (relative error 10⁻¹⁶).
#[inline]
pub(super) fn normal(word: u64) -> f64 {
    let q = (((word >> 22) as i64 - (1 << 41)) as f64 + 0.5) * (1.0 / (1u64 << 42) as f64);
    let z = if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        q * polynomial(&A, r) / polynomial(&B, r)
    } else if q < 0.0 {
        -normal_tail(word)
    } else {
        normal_tail(!word)
    };
    const GRID: f64 = 1.5 * (1u64 << 14) as f64; // its last bit is 2^-38
    (z + GRID) - GRID
}

/// The (positive) normal deviate that is exceeded with probability `tail` / 2⁶⁴ < 0.075.
fn normal_tail(tail: u64) -> f64 {
    let r = libm::sqrt(neg_ln(tail));
    if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    }
}

/// e to the `x` in −100 … 100, cut to a grid of 2⁻⁴⁴ (where `libm::exp`, right to the last bit but one, is monotone).
#[inline]
pub(super) fn exp(x: f64) -> f64 {
    const GRID: f64 = 1.5 * (1u64 << 8) as f64; // its last bit is 2^-44
    libm::exp((x.clamp(-100.0, 100.0) + GRID) - GRID)
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
