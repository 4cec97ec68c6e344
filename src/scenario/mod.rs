//! The files people edit: parsing, units, defaults, overrides, and checks that point into the text.

pub mod checked;

pub use checked::*;
