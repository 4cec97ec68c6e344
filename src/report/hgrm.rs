//! Percentile spectra as HdrHistogram writes them (`.hgrm`), for its plotter and whatever else reads that text.
//!
//! ```text
//!        Value     Percentile TotalCount 1/(1-Percentile)
//!
//!       23.117 0.500000000000       5012           2.00
//! ```
//!
//! Values are milliseconds, as latency tools commonly have it. A spectrum ends where there are too few requests beyond to say anything, so
//! the last line is no maximum, and the summary lines have none. Format: HdrHistogram 2.1, `outputPercentileDistribution`.

use std::fmt::Write;

use crate::experiment::{Row, Study};

use super::view::{self, ALL};

/// The spectra of a study: file name, text. One for each contestant, at the load of the percentile chart; without those that have none.
/// A sweep has no such load.
#[must_use]
pub fn files(study: &Study) -> Vec<(String, String)> {
    let load = view::common_load(study).filter(|_| study.sweep.is_none());
    let Some((load, _)) = load else {
        return Vec::new();
    };
    let rows = view::contestants(study)
        .into_iter()
        .filter_map(|name| view::row(study, name, load, ALL));
    rows.filter_map(|row| Some((name(&row.contestant), hgrm(row)?)))
        .collect()
}

/// The file of a contestant's spectrum.
#[must_use]
pub fn name(contestant: &str) -> String {
    format!("percentiles-{}.hgrm", view::file_stem(contestant))
}

/// The spectrum of a row; `None` if it has none.
fn hgrm(row: &Row) -> Option<String> {
    let mut out = String::from("       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
    for &(q, ms) in &row.spectrum {
        let count = (q * row.requests as f64).round();
        let beyond = 1.0 / (1.0 - q);
        // Writing into a text cannot fail.
        let _ = writeln!(out, "{ms:12.3} {q:14.12} {count:10} {beyond:14.2}");
    }
    let (mean, sd) = (row.mean_ms?.value, row.sd_ms?.value);
    let requests = row.requests;
    let _ = writeln!(out, "#[Mean    = {mean:12.3}, StdDeviation   = {sd:12.3}]");
    let _ = writeln!(out, "#[Total count    = {requests:12}]");
    (!row.spectrum.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Estimate;
    use crate::report::fixture;

    /// 1,000 requests: half of them are 500, the slowest hundredth begins behind 990.
    #[test]
    fn lines_are_hdrhistograms() {
        let mut study = fixture::single();
        let row = study
            .rows
            .iter_mut()
            .find(|row| row.endpoint == ALL)
            .unwrap();
        row.spectrum = vec![(0.0, 1.0), (0.5, 12.3456), (0.99, 250.0)];
        row.requests = 1000;
        (row.mean_ms, row.sd_ms) = (Some(Estimate::bare(20.0)), Some(Estimate::bare(31.5)));
        assert_eq!(
            hgrm(row).unwrap(),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n\n\
             \x20      1.000 0.000000000000          0           1.00\n\
             \x20     12.346 0.500000000000        500           2.00\n\
             \x20    250.000 0.990000000000        990         100.00\n\
             #[Mean    =       20.000, StdDeviation   =       31.500]\n\
             #[Total count    =         1000]\n"
        );
    }

    /// As HdrHistogram's plotter reads a file (`GoogleChartsExample/plotFiles.html`): of the lines that do not begin with # and have four words between spaces, the
    /// first as the latency and the last as the place on an axis that begins at 1, if both are numbers.
    fn plotted(text: &str) -> Vec<(f64, f64)> {
        let lines = text.lines().map(str::trim);
        let words = lines
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(' ').filter(|word| !word.is_empty()).collect());
        let point = |words: Vec<&str>| match words[..] {
            [y, _, _, x] => Some((x.parse().ok()?, y.parse().ok()?)),
            _ => None,
        };
        words.filter_map(point).collect()
    }

    /// All points, even where the columns are full: a latency of four months of milliseconds, and nine nines.
    #[test]
    fn the_plotter_sees_every_point() {
        let mut study = fixture::single();
        let row = &mut study.rows[0];
        row.requests = u64::MAX;
        row.spectrum = vec![
            (0.0, 0.001),
            (0.5, 23.1),
            (0.99, 250.5),
            (0.999_999_999, 12_345_678_901.5),
        ];
        let points = plotted(&hgrm(row).unwrap());
        assert_eq!(points.len(), 4);
        for ((x, y), (q, ms)) in points.into_iter().zip(&row.spectrum) {
            let place: f64 = 1.0 / (1.0 - q);
            assert!(x >= 1.0 && (x / place - 1.0).abs() < 0.01, "{x} for {q}");
            assert_eq!(y, *ms);
        }
    }

    #[test]
    fn what_has_no_latencies_has_no_file() {
        let mut study = fixture::single();
        let all = files(&study).len();
        assert!(all > 0);
        study.rows[0].spectrum.clear();
        assert_eq!(files(&study).len(), all - 1);
    }
}
