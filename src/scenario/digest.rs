//! A short name for what a scenario says, for provenance.
//!
//! The digest is 64-bit FNV-1a over the `Debug` text of the checked scenario: every number in its base unit, every
//! model merged, every default filled in. Comments, formatting, the order of keys, units (`"2ms"` or `"0.002s"`), the
//! scenario's and the models' titles, and the seed (which stands beside the digest in every result) make no difference.
//! It is stable within a version of the program.

use std::fmt::{self, Write};

use super::checked::{RunSettings, Scenario};

/// 64-bit FNV-1a of everything written to it.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

/// The digest of everything but `name`, `title`, `digest` and the seed: 16 hexadecimal digits.
pub(super) fn digest(scenario: &Scenario) -> String {
    let mut contestants = scenario.contestants.clone();
    for service in contestants.iter_mut().flat_map(|c| &mut c.system.services) {
        service.model.title.clear();
    }
    let run = RunSettings {
        seed: 0,
        ..scenario.run
    };
    let parts = (
        &scenario.cpu_measured_in,
        &scenario.arrivals,
        run,
        &scenario.slo,
        contestants,
    );
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    // Writing into a hash cannot fail.
    let _ = write!(hash, "{parts:?}");
    if let Some(expected) = scenario.expected {
        let _ = write!(hash, "{expected:?}");
    }
    format!("{:016x}", hash.0)
}
