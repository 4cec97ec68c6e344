//! Whatever a file says, reading it ends in a scenario or in messages.

use proptest::prelude::*;

use super::SCENARIO;
use crate::scenario::{check_file, embedded, load};
use std::path::Path;

/// Reads some bytes as a scenario, as any file, and as a model.
fn survives(bytes: &[u8], overrides: &[String]) {
    let shop = |path: &Path| (path == Path::new("shop.toml")).then(|| bytes.to_vec());
    let told = load(&shop, "shop.toml", overrides).map_err(|error| error.to_string());
    assert!(told.is_ok() || told.is_err_and(|text| text.starts_with("error: ")));
    let _ = check_file(&shop, "shop.toml");
    let model = |path: &Path| match path.to_str() {
        Some("shop.toml") => Some(SCENARIO.as_bytes().to_vec()),
        Some("node.toml" | "languages.toml") => Some(bytes.to_vec()),
        _ => None,
    };
    let _ = load(&model, "shop.toml", overrides).map_err(|error| error.to_string());
}

/// Words and signs that mean something somewhere.
const TOKENS: [&str; 40] = [
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "=",
    ",",
    ".",
    "\"",
    "'",
    "\n",
    "#",
    "$",
    "%",
    "-1",
    "0",
    "1e99",
    "2ms",
    "400/s",
    "4GiB",
    "5%",
    "exp(2ms)",
    "zipf(9, s=1)",
    "none",
    "auto",
    "sweep",
    "steps",
    "cpu",
    "call",
    "repeat",
    "cached",
    "model",
    "postgres",
    "executors",
    "main",
    "[params]",
    "\"$a\"",
    "µ大",
    "\0",
];

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&TOKENS[..])
}

proptest! {
    #[test]
    fn on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes, &[]);
    }

    #[test]
    fn on_any_tokens(tokens in prop::collection::vec(token(), 0..40)) {
        survives(tokens.concat().as_bytes(), &[]);
    }

    #[test]
    fn on_examples_with_a_piece_replaced(
        example in prop::sample::select(embedded::examples()),
        at in any::<prop::sample::Index>(),
        length in 0_usize..12,
        tokens in prop::collection::vec(token(), 0..3),
    ) {
        let mut bytes = example.text.as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, tokens.concat().into_bytes());
        survives(&bytes, &[]);
    }

    #[test]
    fn on_any_override(
        path in prop::collection::vec(prop::sample::select(&["contestants", "node", "endpoints", "page", "steps",
            "query", "1", "before", "work", "cpu", "params", "hosts", "app", "", "."][..]), 0..6),
        value in prop::collection::vec(token(), 0..4),
    ) {
        survives(SCENARIO.as_bytes(), &[format!("{}={}", path.join("."), value.concat())]);
    }
}

#[test]
fn on_deep_nesting() {
    let brackets = format!("a = {}1{}", "[".repeat(5000), "]".repeat(5000));
    let tables = format!("a = {}{}", "{a=".repeat(5000), "}".repeat(5000));
    let keys = format!("{}a = 1", "a.".repeat(5000));
    let steps = format!("{}{}", "[{parallel=[[],".repeat(40), "]}]".repeat(40));
    let steps = format!("[endpoints.a]\nsteps = {steps}\n[contestants.a]");
    survives(
        SCENARIO.as_bytes(),
        &[format!("{}a=1", "a.".repeat(100_000))],
    );
    for text in [brackets, tables, keys, steps] {
        survives(text.as_bytes(), &[]);
    }
}
