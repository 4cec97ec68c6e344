//! What is seen of a simulation: tallies per endpoint and sixteenth of the run, the account of time, a coarse series.

pub mod account;
pub mod bands;
pub mod outcome;
pub mod recorder;

pub use account::Account;
pub use bands::{BANDS, Band, Bands};
pub use outcome::*;
pub use recorder::Recorder;
