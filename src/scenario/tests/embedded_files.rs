//! Every file of the binary is right.

use crate::scenario::{Embedded, Loader, check_file, embedded, load};
use std::path::Path;

#[test]
fn every_example_loads() {
    for file in embedded::examples() {
        match load(&Embedded, file.name, &[]) {
            Ok(scenario) => println!("{:#?}", scenario),
            Err(error) => panic!("{}\n{error}", file.path),
        }
    }
}

/// The embedded files as they lie in the repository.
struct Tree;

impl Loader for Tree {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        let all = embedded::models().iter().chain(embedded::examples());
        let mut found = all.filter(|file| Path::new(file.path) == path);
        Ok(found.next().map(|file| file.text.as_bytes().to_vec()))
    }
}

#[test]
fn every_model_checks() {
    for file in embedded::models() {
        if let Err(error) = check_file(&Tree, file.path) {
            panic!("{}\n{error}", file.path);
        }
    }
}
