//! Series with known truth, for tests: a generator, normal and exponential draws, AR(1), M/M/1 by Lindley's recursion.

/// A small generator (`SplitMix64`; Steele, Lea & Flood 2014) with draws on top.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// Uniform between 0 and 1, both excluded.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Exponential with mean 1.
    pub(crate) fn exp(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// Normal with mean 0 and variance 1 (Box & Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Sojourn times of the M/M/1 with service rate 1 that starts empty: for each customer its arrival and its sojourn.
pub(crate) struct Mm1 {
    noise: Noise,
    rho: f64,
    now: f64,
    wait: f64,
    service: f64,
}

impl Mm1 {
    pub(crate) fn new(rho: f64, seed: u64) -> Self {
        Self {
            noise: Noise::new(seed),
            rho,
            now: 0.0,
            wait: 0.0,
            service: 0.0,
        }
    }
}

impl Iterator for Mm1 {
    type Item = (f64, f64);

    /// Lindley (1952): `W' = max(0, W + S − A)`.
    fn next(&mut self) -> Option<(f64, f64)> {
        let gap = self.noise.exp() / self.rho;
        self.now += gap;
        self.wait = (self.wait + self.service - gap).max(0.0);
        self.service = self.noise.exp();
        Some((self.now, self.wait + self.service))
    }
}
