//! Closed systems: users who think and ask. Exact mean value analysis, and the machine-repair model.

/// A station of a closed network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Station {
    /// One server with a queue (any of: exponential in order of arrival; processor sharing). The demand of one round.
    Queue(f64),
    /// As many servers as users: nobody waits.
    Delay(f64),
}

/// What [`mva`] says.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// Rounds per unit of time.
    pub throughput: f64,
    /// Mean time of a round outside the think time.
    pub response: f64,
    /// Mean number of users at each station.
    pub at: Vec<f64>,
}

/// Exact mean value analysis (Reiser & Lavenberg 1980; Lazowska, ch. 6) of `users` who think for `think` on average and
/// then visit every station: who arrives sees the network with one user less.
#[must_use]
pub fn mva(users: u32, think: f64, stations: &[Station]) -> Closed {
    let mut result = Closed {
        throughput: 0.0,
        response: 0.0,
        at: vec![0.0; stations.len()],
    };
    for n in 1..=users {
        let times: Vec<f64> = stations
            .iter()
            .zip(&result.at)
            .map(|(station, before)| match station {
                Station::Queue(demand) => demand * (1.0 + before),
                Station::Delay(demand) => *demand,
            })
            .collect();
        result.response = times.iter().sum();
        result.throughput = f64::from(n) / (think + result.response);
        result.at = times.iter().map(|t| t * result.throughput).collect();
    }
    result
}

/// Machines that break and `servers` who repair them; or users who think and a service with `servers` threads. Both
/// times exponential (Gross & Harris, ch. 2, "finite-source queues").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MachineRepair {
    /// Machines, users.
    pub users: u32,
    /// Mean time until one breaks, mean think time.
    pub think: f64,
    /// Mean service time.
    pub service: f64,
    /// Repairers, threads.
    pub servers: u32,
}

impl MachineRepair {
    /// Probabilities of 0, 1, ... `users` at the service: birth rates `(N − n) / think`, death rates
    /// `min(n, c) / service`.
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        let mut weights = vec![1.0];
        let mut last = 1.0f64;
        for n in 1..=self.users {
            let birth = f64::from(self.users - n + 1) / self.think;
            let death = f64::from(n.min(self.servers)) / self.service;
            last *= birth / death;
            weights.push(last);
            if last > 1e200 {
                weights.iter_mut().for_each(|x| *x /= last);
                last = 1.0;
            }
        }
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|w| w / total).collect()
    }

    /// Served per unit of time.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        let busy: f64 = (0u32..)
            .zip(self.probabilities())
            .map(|(n, p)| f64::from(n.min(self.servers)) * p)
            .sum();
        busy / self.service
    }

    /// Mean time at the service, `N / X − Z` (the interactive response time law).
    #[must_use]
    pub fn response_mean(&self) -> f64 {
        f64::from(self.users) / self.throughput() - self.think
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Lazowska, ch. 6: think 15 s, demands 0.605, 2.1 and 1.35 s, 3 users. By hand: N = 1: R = 4.055,
    /// X = 1/19.055; N = 2: R = 4.4051, X = 0.10307; N = 3: R = 4.7936, X = 0.15157.
    #[test]
    fn three_terminals() {
        let demands = [0.605, 2.1, 1.35].map(Station::Queue);
        assert!((mva(1, 15.0, &demands).throughput - 1.0 / 19.055).abs() < 1e-12);
        let three = mva(3, 15.0, &demands);
        assert!((three.throughput - 0.152).abs() < 5e-4, "{three:?}");
    }

    /// The independent computation: Buzen's convolution, `X(N) = G(N − 1) / G(N)`, think time as a factor `Zⁿ / n!`.
    #[test]
    fn mva_against_convolution() {
        let (think, demands, users) = (3.0, [0.5, 1.25, 0.8, 0.1], 25);
        let mut g = vec![1.0];
        for n in 1..=users {
            g.push(g[n - 1] * think / n as f64);
        }
        for d in demands {
            for n in 1..=users {
                g[n] += d * g[n - 1];
            }
        }
        let exact = g[users - 1] / g[users];
        let ours = mva(users as u32, think, &demands.map(Station::Queue)).throughput;
        assert!((ours / exact - 1.0).abs() < 1e-12);
    }

    /// Two machines, one repairer, both times 1: 0 broken 1/5, 1 broken 2/5, 2 broken 2/5: X = 0.8, R = 2 / 0.8 − 1 = 1.5.
    #[test]
    fn two_machines() {
        let shop = MachineRepair {
            users: 2,
            think: 1.0,
            service: 1.0,
            servers: 1,
        };
        let p = shop.probabilities();
        assert!((p[0] - 0.2).abs() < 1e-12 && (p[2] - 0.4).abs() < 1e-12);
        assert!((shop.throughput() - 0.8).abs() < 1e-12);
        assert!((shop.response_mean() - 1.5).abs() < 1e-12);
    }

    #[test]
    fn one_repairer_is_mva_and_enough_of_them_are_a_delay() {
        let shop = |servers| MachineRepair {
            users: 40,
            think: 10.0,
            service: 0.4,
            servers,
        };
        let exact = mva(40, 10.0, &[Station::Queue(0.4)]);
        assert!((shop(1).throughput() / exact.throughput - 1.0).abs() < 1e-12);
        let delay = mva(40, 10.0, &[Station::Delay(0.4)]);
        assert!((shop(40).throughput() / delay.throughput - 1.0).abs() < 1e-12);
    }
}
