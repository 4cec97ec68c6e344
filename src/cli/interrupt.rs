//! Ctrl-C: the first asks to stop and keeps what is finished, the second kills.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::output;

/// What a shell reports of a command ended by Ctrl-C.
const KILLED: i32 = 130;

/// Raised by the first Ctrl-C.
pub fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let listening = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::SeqCst) {
            std::process::exit(KILLED);
        }
        output::remark("\nStopping; what is finished is kept. Again to stop at once.");
    });
    if let Err(error) = listening {
        output::remark(&format!("Ctrl-C will lose what is finished: {error}"));
    }
    flag
}
