//! Timers of an event loop that are due, and their order.

use super::rounds::DueOrder;

/// A timer that is due, and how long it was set for, in multiples of the resolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub length: u32,
    pub task: u32,
}

/// Puts those that are due, by due time, into the order in which they run.
pub(super) fn put_in_order(due: &mut [Due], order: DueOrder) {
    match order {
        DueOrder::Alone => {}
        DueOrder::Lists => by_length(due),
        DueOrder::LastSetFirst => {
            by_length(due);
            due.chunk_by_mut(|a, b| a.length == b.length)
                .for_each(<[Due]>::reverse);
        }
        DueOrder::LongestFirst => due.sort_by_key(|due| u32::MAX - due.length),
    }
}

/// Puts those of one length together, in the order in which each length's first is due.
fn by_length(due: &mut [Due]) {
    let mut from = 0;
    while from < due.len() {
        let length = due[from].length;
        let mut to = from + 1;
        while to < due.len() && due[to].length == length {
            to += 1;
        }
        let mut at = to;
        while at < due.len() {
            if due[at].length == length {
                due[to..=at].rotate_right(1);
                to += 1;
            }
            at += 1;
        }
        from = to;
    }
}
