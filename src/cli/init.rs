//! `crossover init [DIR]`.

use std::path::Path;

use super::args::Global;
use super::outcome::{Done, Failure};
use super::output;
use crate::report::save;
use crate::scenario::embedded::{self, EmbeddedFile};

/// Writes the embedded models and examples into a folder. Refuses if one of them is there already, and then writes nothing.
pub fn init(global: &Global, folder: &Path) -> Result<Done, Failure> {
    let files: Vec<&EmbeddedFile> = embedded::models()
        .iter()
        .chain(embedded::examples())
        .collect();
    let there: Vec<String> = files
        .iter()
        .map(|file| folder.join(file.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("  {}\n", path.display()))
        .collect();
    if !there.is_empty() {
        return Err(Failure::Refused(format!(
            "error: these files are there already, and nothing was written:\n{}move them away, or name another folder: crossover init DIR",
            there.concat()
        )));
    }
    for file in &files {
        let path = folder.join(file.path);
        save::write(&path, file.text.as_bytes())
            .map_err(|e| Failure::Failed(format!("error: {e}")))?;
    }
    if !global.quiet {
        let example = folder.join("examples/quickstart.toml");
        output::show(&format!(
            "{} files written to {} and {}. Edit one, then: crossover compare {}\n",
            files.len(),
            folder.join("models").display(),
            folder.join("examples").display(),
            example.display()
        ))?;
    }
    Ok(Done::Well)
}
