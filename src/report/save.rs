//! All results of a study in a folder. Each file appears whole or not at all.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::carried::CAPACITIES;
use super::changes::CHANGES;
use super::raced::SETTINGS;
use super::{chart, csv, hgrm, json, table};
use crate::experiment::Study;

/// Why results could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A file or folder could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A chart of an earlier study could not be removed.
    #[error("cannot remove {path}, a chart of an earlier study: {source}")]
    Remove {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A chart could not be made.
    #[error(transparent)]
    Chart(#[from] chart::ChartError),
}

/// Writes `results.json`, `results.csv`, `summary.md`, percentile spectra and every chart as SVG and PNG; of a search for capacities `capacity.csv` too, beside a baseline `changes.csv`.
/// Everything is made before anything is written. Charts, spectra and tables of an earlier study in the folder that this one does not have are removed: a folder is
/// one study. Nothing else is.
///
/// # Errors
/// If a file cannot be written, or a chart not be removed; files before it are whole.
pub fn save(study: &Study, folder: &Path) -> Result<Vec<PathBuf>, SaveError> {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("results.json".to_owned(), json::json(study).into_bytes()),
        ("results.csv".to_owned(), csv::csv(study).into_bytes()),
        ("summary.md".to_owned(), table::markdown(study).into_bytes()),
    ];
    files.extend(
        hgrm::files(study)
            .into_iter()
            .map(|(name, text)| (name, text.into_bytes())),
    );
    if !study.carried.is_empty() {
        files.push((
            "capacity.csv".to_owned(),
            csv::sheet(&CAPACITIES, study).into_bytes(),
        ));
    }
    if !study.raced.is_empty() {
        files.push((
            "tuning.csv".to_owned(),
            csv::sheet(&SETTINGS, study).into_bytes(),
        ));
    }
    if study.changes.is_some() {
        files.push((
            "changes.csv".to_owned(),
            csv::sheet(&CHANGES, study).into_bytes(),
        ));
    }
    for chart in chart::charts(study)? {
        files.push((format!("{}.png", chart.name), chart::png(&chart.svg)?));
        files.push((format!("{}.svg", chart.name), chart.svg.into_bytes()));
    }
    let stale = stale(study, folder, &files);
    let written = files
        .iter()
        .map(|(name, bytes)| write(&folder.join(name), bytes))
        .collect::<Result<Vec<PathBuf>, SaveError>>()?;
    stale.into_iter().try_for_each(remove)?;
    Ok(written)
}

/// The charts, spectra and tables of searches that this study, or the one whose results are in the folder, may have and this one has not.
fn stale(study: &Study, folder: &Path, files: &[(String, Vec<u8>)]) -> Vec<PathBuf> {
    let mut endpoints = earlier(folder, "endpoint");
    endpoints.extend(study.endpoints.iter().cloned());
    let mut contestants = earlier(folder, "contestant");
    contestants.extend(study.contestants.iter().map(|c| c.name.clone()));
    let charts = chart::names(endpoints.iter().map(String::as_str));
    let charts = charts
        .iter()
        .flat_map(|name| ["svg", "png"].map(|kind| format!("{name}.{kind}")));
    charts
        .chain(contestants.iter().map(|name| hgrm::name(name)))
        .chain(["capacity.csv", "changes.csv", "tuning.csv"].map(str::to_owned))
        .filter(|name| files.iter().all(|(written, _)| written != name))
        .map(|name| folder.join(name))
        .collect()
}

/// The names in a column of the study whose results are in the folder; none if they cannot be read.
fn earlier(folder: &Path, column: &str) -> BTreeSet<String> {
    let Ok(text) = std::fs::read_to_string(folder.join("results.json")) else {
        return BTreeSet::new();
    };
    let results: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let rows = results["rows"].as_array().into_iter().flatten();
    rows.filter_map(|row| row[column].as_str().map(str::to_owned))
        .collect()
}

fn remove(path: PathBuf) -> Result<(), SaveError> {
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(SaveError::Remove { path, source })
        }
        _ => Ok(()),
    }
}

/// Writes a file beside its place and moves it there, so that it appears whole or not at all. Makes its folder.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<PathBuf, SaveError> {
    whole(path, bytes).map_err(|source| SaveError::Write {
        path: path.to_owned(),
        source,
    })?;
    Ok(path.to_owned())
}

fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // What a file gets that is simply created, less the process's mask; a temporary one would be its owner's alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn everything_is_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let files = save(&fixture::compare(), &folder.path().join("deep/er")).unwrap();
        let mut there: Vec<PathBuf> = std::fs::read_dir(folder.path().join("deep/er"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        let mut named = files;
        there.sort();
        named.sort();
        assert_eq!(there, named);
        assert_eq!(there.len(), 3 + 4 + 2 * 7);
    }

    #[test]
    fn a_folder_is_one_study() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut before = fixture::compare();
        for row in &mut before.rows {
            row.endpoint = row.endpoint.replace("checkout", "basket");
        }
        before.endpoints[1] = "basket".to_owned();
        save(&before, folder.path()).unwrap();
        std::fs::write(path("latency-notes.svg"), "the user's").unwrap();
        assert!(path("latency-basket.png").exists());
        let files = save(&fixture::single(), folder.path()).unwrap();
        for gone in ["latency.svg", "latency-page.png", "latency-basket.png"] {
            assert!(!path(gone).exists(), "{gone}");
        }
        assert!(path("latency-notes.svg").exists());
        let there = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(there, files.len() + 1);
    }

    #[test]
    fn a_folder_that_is_a_file_is_named_in_the_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = save(&fixture::small(), &file.path().join("x")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
    }
}
