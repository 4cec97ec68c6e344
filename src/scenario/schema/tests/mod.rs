//! The schemas against the readers.
//!
//! Schema and reader agree if what the schema refuses, the reader refuses; and what the reader refuses for its structure (an unknown
//! key, a missing one, a wrong kind of value), the schema refuses. Names and meanings only the reader knows.

mod agreement;
mod keys;

use std::path::Path;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

use super::*;
use crate::scenario::{Checked, Diagnostics, EmbeddedFile, check_file, embedded};

/// The four schemas, compiled.
struct Validator {
    schemas: Schemas,
    kinds: Vec<SchemaIndex>,
}

impl Validator {
    fn new() -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V7);
        let kinds = FileKind::ALL.map(|kind| {
            let place = format!("http://crossover/{}.json", kind.name());
            compiler.add_resource(&place, schema(kind)).expect("JSON");
            compiler.compile(&place, &mut schemas).expect("a schema")
        });
        let kinds = kinds.into();
        Self { schemas, kinds }
    }

    /// What is wrong with a file.
    fn refuses(&self, kind: FileKind, file: &Value) -> Option<String> {
        let index = self.kinds[kind as usize];
        let refused = self.schemas.validate(file, index).err();
        refused.map(|error| error.to_string())
    }
}

/// Where a file of this kind is read, for the reader to take it for one.
fn place(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Host => "hosts/file.toml",
        _ => "file.toml",
    }
}

/// Reads a file, with nothing beside it.
fn read(kind: FileKind, file: &Value) -> Result<Checked, Diagnostics> {
    let text = toml::to_string(file).expect("TOML");
    let loader = |path: &Path| (path == Path::new(place(kind))).then(|| text.clone().into_bytes());
    check_file(&loader, place(kind))
}

/// A text as the schema sees it.
fn value(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

fn files() -> impl Iterator<Item = &'static EmbeddedFile> {
    embedded::models().iter().chain(embedded::examples())
}

#[test]
fn every_embedded_file_is_valid() {
    let validator = Validator::new();
    for file in files() {
        let kind = FileKind::of_embedded(file.path);
        if let Some(error) = validator.refuses(kind, &value(file.text)) {
            panic!("{}: {error}", file.path);
        }
    }
}

#[test]
fn a_scenario_from_words_is_valid() {
    use crate::scenario::sketch::{Request, sketch};
    let request = Request {
        app: "queries=3x4ms, render=100 rows, api=1x80ms, writes=5%",
        load: "20000 visits/day, peak x6",
        cores: 4,
        memory: "2GiB",
    };
    let text = sketch(&request).expect("a scenario");
    let refused = Validator::new().refuses(FileKind::Scenario, &value(&text));
    assert_eq!(refused, None);
}

#[test]
fn the_page_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/format.md");
    let page = std::fs::read_to_string(path).expect("it is committed");
    assert!(
        page == reference(),
        "docs/format.md is old: crossover schema reference > docs/format.md"
    );
}

#[test]
fn a_directive_leads_to_the_schema() {
    let line = FileKind::Host.directive(2);
    assert_eq!(line, "#:schema ../../schema/crossover-host.json\n");
}
