//! The recordings in `conformance/time/`, and how far apart distributions are.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// Steps of a recorded distribution function: distances are exact to half of one.
pub const QUANTILES: usize = 400;

/// Where something was recorded.
#[derive(Clone, Copy)]
pub struct On<'b> {
    pub cores: u32,
    /// The machine, from one start to the next, and the day: machines of one kind are unlike each other, and so are days, by what else the machine
    /// below them has to do. Before it was written down there was one machine: the day alone.
    pub machine: &'b str,
}

/// The recordings of a case: of each, microseconds ascending, one for every 1/400 of the samples.
pub struct Recorded {
    whole: Vec<Vec<f64>>,
    machines: Vec<String>,
    /// Where a lone user's requests were stamped: how long after the stamp before, all recordings together.
    stages: BTreeMap<String, Vec<f64>>,
}

impl Recorded {
    /// Those of one machine.
    pub fn of(name: &str, on: &On) -> Self {
        Self::read(name, on.cores, |machine| machine == on.machine)
    }

    /// Those of all machines.
    pub fn all(name: &str, cores: u32) -> Self {
        Self::read(name, cores, |_| true)
    }

    fn read(name: &str, cores: u32, wanted: impl Fn(&str) -> bool) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("conformance/time/{name}-on-{cores}.json"));
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let list = |quantiles: &Value| -> Vec<f64> {
            let quantiles = quantiles.as_array().expect("a list");
            assert_eq!(quantiles.len(), QUANTILES);
            quantiles.iter().filter_map(Value::as_f64).collect()
        };
        let (mut whole, mut machines) = (Vec::new(), Vec::new());
        let mut stages = BTreeMap::<_, Vec<f64>>::new();
        for recording in value["recordings"].as_array().expect("recordings") {
            assert!(recording["samples"].as_u64().expect("a number") >= 2000);
            let word = |key: &str| recording[key].as_str().unwrap_or("");
            let machine = format!("{} {}", word("boot"), word("date"));
            if !wanted(machine.trim()) {
                continue;
            }
            machines.push(machine.trim().to_owned());
            whole.push(list(&recording["quantiles_us"]));
            for (name, quantiles) in recording["stages_us"].as_object().into_iter().flatten() {
                stages
                    .entry(name.clone())
                    .or_default()
                    .extend(list(quantiles));
            }
        }
        for all in stages.values_mut() {
            all.sort_by(f64::total_cmp);
        }
        assert!(!whole.is_empty(), "{name} was not recorded there");
        Self {
            whole,
            machines,
            stages,
        }
    }

    /// The machines on their days, each once.
    pub fn machines(&self) -> Vec<&str> {
        let mut machines: Vec<&str> = self.machines.iter().map(String::as_str).collect();
        machines.dedup();
        machines
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.whole.len()
    }

    /// How long after the stamp before this one came, ascending.
    pub fn stage(&self, name: &str) -> &[f64] {
        &self.stages[name]
    }

    /// All recordings together, ascending.
    pub fn pooled(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.whole.concat();
        all.sort_by(f64::total_cmp);
        all
    }

    pub fn quantile(&self, q: f64) -> f64 {
        quantile(&self.pooled(), q)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The 95th percentile of the distances between any two; and between any two of one machine on one day.
    pub fn bounds(&self) -> (f64, f64) {
        let (mut all, mut alike) = (Vec::new(), Vec::new());
        for (i, a) in self.whole.iter().enumerate() {
            for (j, b) in self.whole.iter().enumerate().skip(i + 1) {
                let apart = distance(a, b);
                all.push(apart);
                if self.machines[i] == self.machines[j] {
                    alike.push(apart);
                }
            }
        }
        let [all, alike] = [all, alike].map(|mut apart| {
            apart.sort_by(f64::total_cmp);
            quantile(&apart, 0.95)
        });
        (all, alike)
    }

    /// Of a simulation to each.
    pub fn distances(&self, simulated: &[f64]) -> Vec<f64> {
        self.whole
            .iter()
            .map(|one| distance(one, simulated))
            .collect()
    }
}

/// The element of an ascending list below which this part of it lies.
pub fn quantile(ascending: &[f64], q: f64) -> f64 {
    ascending[((ascending.len() as f64 * q) as usize).min(ascending.len() - 1)]
}

/// Kolmogorov's and Smirnov's, of two ascending lists.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        let apart = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
        most = most.max(apart.abs());
    }
    most
}
