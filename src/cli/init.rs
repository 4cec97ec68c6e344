//! `crossover init [DIR]`: the embedded files, or a scenario of one's own.

use std::path::{Path, PathBuf};

use super::args::Global;
use super::outcome::{Done, Failure};
use super::output;
use crate::report::save;
use crate::scenario::embedded::{self, EmbeddedFile};
use crate::scenario::schema::{FileKind, schema};
use crate::scenario::sketch::{self, OWN, Request};

/// Writes the embedded models and examples into a folder. Refuses if one of them is there already, and then writes nothing.
pub fn init(global: &Global, folder: &Path) -> Result<Done, Failure> {
    let files: Vec<&EmbeddedFile> = embedded::models()
        .iter()
        .chain(embedded::examples())
        .collect();
    refuse_what_is_there(files.iter().map(|file| folder.join(file.path)))?;
    for file in &files {
        let kind = FileKind::of_embedded(file.path);
        let below = file.path.matches('/').count();
        write(folder, file.path, &(kind.directive(below) + file.text))?;
    }
    for kind in FileKind::ALL {
        write_schema(folder, kind)?;
    }
    if !global.quiet {
        let example = folder.join("examples/quickstart.toml");
        output::show(&format!(
            "{} files written to {} and {}, and for editors {}. Edit one, then: crossover compare {}\n",
            files.len(),
            folder.join("models").display(),
            folder.join("examples").display(),
            folder.join("schema").display(),
            example.display()
        ))?;
    }
    Ok(Done::Well)
}

/// Writes a scenario in which people's own words are turned into times. Refuses if the file is there already.
pub fn sketch(global: &Global, request: &Request<'_>, folder: &Path) -> Result<Done, Failure> {
    let text = sketch::sketch(request).map_err(|e| Failure::Refused(e.to_string()))?;
    let path = folder.join(OWN);
    refuse_what_is_there([path.clone()])?;
    let kind = FileKind::Scenario;
    write(folder, OWN, &(kind.directive(0) + &text))?;
    write_schema(folder, kind)?;
    if !global.quiet {
        let path = path.display();
        output::show(&format!(
            "Written to {path}. Look for what says \"guess\", then: crossover compare {path}\n"
        ))?;
    }
    Ok(Done::Well)
}

/// Writes a schema where the directive of a file looks for it. It is made, not edited: one that is there is an older one.
fn write_schema(folder: &Path, kind: FileKind) -> Result<(), Failure> {
    write(folder, &kind.path(), &format!("{:#}\n", schema(kind)))
}

fn write(folder: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let written = save::write(&folder.join(path), text.as_bytes());
    written.map_err(|e| Failure::Failed(format!("error: {e}")))?;
    Ok(())
}

fn refuse_what_is_there(paths: impl IntoIterator<Item = PathBuf>) -> Result<(), Failure> {
    let there: Vec<String> = paths
        .into_iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("  {}\n", path.display()))
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "error: these files are there already, and nothing was written:\n{}move them away, or name another folder: crossover init DIR",
        there.concat()
    )))
}
