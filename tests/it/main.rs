//! The simulator against the outside: closed forms, traces worked out by hand, properties, and the files people edit.
//!
//! One binary. `support` runs scenario texts on the ordinary engine.

mod beside;
mod conformance;
mod conformance_time;
mod drawn;
mod expected;
mod explain;
mod fingerprints;
mod interrupted;
mod one_search;
mod profile;
mod progress;
mod properties;
mod random;
mod support;
mod theory;
mod traces;
mod under_load;
mod watching;
