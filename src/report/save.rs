//! All results of a study in a folder. Each file appears whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{chart, csv, json, table};
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
    /// A chart could not be made.
    #[error(transparent)]
    Chart(#[from] chart::ChartError),
}

/// Writes `results.json`, `results.csv`, `summary.md` and every chart as SVG and PNG. Everything is made before anything is written.
///
/// # Errors
/// If a file cannot be written; those before it are whole.
pub fn save(study: &Study, folder: &Path) -> Result<Vec<PathBuf>, SaveError> {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("results.json".to_owned(), json::json(study).into_bytes()),
        ("results.csv".to_owned(), csv::csv(study).into_bytes()),
        ("summary.md".to_owned(), table::markdown(study).into_bytes()),
    ];
    for chart in chart::charts(study)? {
        files.push((format!("{}.png", chart.name), chart::png(&chart.svg)?));
        files.push((format!("{}.svg", chart.name), chart.svg.into_bytes()));
    }
    files
        .iter()
        .map(|(name, bytes)| write(&folder.join(name), bytes))
        .collect()
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
        assert_eq!(there.len(), 3 + 2 * 7);
    }

    #[test]
    fn a_folder_that_is_a_file_is_named_in_the_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = save(&fixture::small(), &file.path().join("x")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
    }
}
