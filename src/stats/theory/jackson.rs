//! Open networks of queues: Jackson (1957). Each station behaves as if it were an M/M/c on its own.

use super::Mmc;

/// An open network: Poisson arrivals from outside, exponential services, random routing.
#[derive(Clone, Debug, PartialEq)]
pub struct Jackson {
    /// Arrivals from outside at each station.
    pub outside: Vec<f64>,
    /// Service rate of a server and number of servers, for each station.
    pub stations: Vec<(f64, u32)>,
    /// `routing[i][j]`: the probability of going to `j` after `i`; what is missing to 1 leaves.
    pub routing: Vec<Vec<f64>>,
}

/// Why a network has no solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JacksonError {
    /// The lists do not have the same length.
    #[error("the network's lists do not have the same length")]
    Shape,
    /// Someone inside can never leave.
    #[error("the routing never lets customers leave")]
    Trapped,
}

impl Jackson {
    /// A row of stations, each visited once.
    #[must_use]
    pub fn tandem(lambda: f64, stations: &[(f64, u32)]) -> Self {
        let n = stations.len();
        let mut outside = vec![0.0; n];
        if let Some(first) = outside.first_mut() {
            *first = lambda;
        }
        let routing = (0..n)
            .map(|i| (0..n).map(|j| f64::from(u8::from(j == i + 1))).collect())
            .collect();
        Self {
            outside,
            stations: stations.to_vec(),
            routing,
        }
    }

    /// One station, to which customers come back with probability `again`.
    #[must_use]
    pub fn feedback(lambda: f64, mu: f64, servers: u32, again: f64) -> Self {
        Self {
            outside: vec![lambda],
            stations: vec![(mu, servers)],
            routing: vec![vec![again]],
        }
    }

    /// Visits per unit of time at each station, from the traffic equations `λⱼ = γⱼ + Σᵢ λᵢ rᵢⱼ` (Gross & Harris, ch. 4)
    /// by Gaussian elimination.
    ///
    /// # Errors
    /// If the lists do not fit each other or the equations have no solution.
    pub fn rates(&self) -> Result<Vec<f64>, JacksonError> {
        let n = self.stations.len();
        let square = self.routing.len() == n && self.routing.iter().all(|row| row.len() == n);
        if self.outside.len() != n || !square {
            return Err(JacksonError::Shape);
        }
        let row = |j: usize| {
            let mut row: Vec<f64> = (0..n)
                .map(|i| f64::from(u8::from(i == j)) - self.routing[i][j])
                .collect();
            row.push(self.outside[j]);
            row
        };
        eliminate((0..n).map(row).collect()).ok_or(JacksonError::Trapped)
    }

    /// Mean time from coming in to leaving, over all visits, by Little's law; infinite if a station cannot keep up.
    ///
    /// # Errors
    /// As [`Jackson::rates`].
    pub fn sojourn_mean(&self) -> Result<f64, JacksonError> {
        let rates = self.rates()?;
        let inside: f64 = rates
            .iter()
            .zip(&self.stations)
            .filter(|(lambda, _)| **lambda > 0.0)
            .map(|(&lambda, &(mu, servers))| {
                lambda
                    * Mmc {
                        lambda,
                        mu,
                        servers,
                    }
                    .sojourn_mean()
            })
            .sum();
        Ok(inside / self.outside.iter().sum::<f64>())
    }
}

/// Solves the linear equations whose rows end in their right-hand side; none if they have no single solution.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for column in 0..n {
        let pivot =
            (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        if rows[pivot][column].abs() < 1e-12 {
            return None;
        }
        rows.swap(column, pivot);
        let lead = rows[column].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column {
                let factor = row[column] / lead[column];
                row.iter_mut()
                    .zip(&lead)
                    .for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    Some((0..n).map(|i| rows[i][n] / rows[i][i]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// λ = 1 through μ = 2 and μ = 4: 1 / (2 − 1) + 1 / (4 − 1) = 4/3.
    #[test]
    fn tandem() {
        let network = Jackson::tandem(1.0, &[(2.0, 1), (4.0, 1)]);
        assert!((network.sojourn_mean().unwrap() - 4.0 / 3.0).abs() < 1e-12);
    }

    /// λ = 1, half of them come back: 2 visits each, the station sees 2 per unit; μ = 4: each visit 1 / (4 − 2), two of
    /// them 1.0.
    #[test]
    fn feedback() {
        let network = Jackson::feedback(1.0, 4.0, 1, 0.5);
        assert!((network.rates().unwrap()[0] - 2.0).abs() < 1e-12);
        assert!((network.sojourn_mean().unwrap() - 1.0).abs() < 1e-12);
    }

    /// The central-server shape: CPU → disk with 0.75, disk → CPU always: CPU 4 visits, disk 3. λ = 1, μ = 8 and 6:
    /// 4/(8 − 4) + 3/(6 − 3) = 2 inside, sojourn 2.
    #[test]
    fn central_server() {
        let network = Jackson {
            outside: vec![1.0, 0.0],
            stations: vec![(8.0, 1), (6.0, 1)],
            routing: vec![vec![0.0, 0.75], vec![1.0, 0.0]],
        };
        let rates = network.rates().unwrap();
        assert!((rates[0] - 4.0).abs() < 1e-12 && (rates[1] - 3.0).abs() < 1e-12);
        assert!((network.sojourn_mean().unwrap() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_solution() {
        assert_eq!(
            Jackson::feedback(1.0, 1.0, 1, 1.0).rates(),
            Err(JacksonError::Trapped)
        );
        let mut odd = Jackson::tandem(1.0, &[(2.0, 1)]);
        odd.routing.clear();
        assert_eq!(odd.rates(), Err(JacksonError::Shape));
    }
}
