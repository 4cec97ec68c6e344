#![allow(missing_docs, dead_code)]
#[path = "it/support.rs"]
mod support;
#[path = "it/conformance_time/mod.rs"]
mod conformance_time;
#[path = "it/under_load.rs"]
mod under_load;
