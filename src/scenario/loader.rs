//! Where texts come from: the only way by which reading a scenario touches the world outside.

use std::path::Path;

/// Reads files for [`load`](super::load).
pub trait Loader {
    /// The bytes of the file at `path`; `None` if there is none.
    ///
    /// # Errors
    /// A file that is there and cannot be read: why.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String>;
}

/// The ordinary file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystem;

impl Loader for FileSystem {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
        match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), NotFound | NotADirectory | IsADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// No files at all: only what is embedded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Loader for Embedded {
    fn read(&self, _path: &Path) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

/// Any function can serve, for instance a look-up in a map.
impl<F: Fn(&Path) -> Option<Vec<u8>>> Loader for F {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        Ok(self(path))
    }
}
