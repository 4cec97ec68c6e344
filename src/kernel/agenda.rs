//! The event queue: what happens next, in the order (time, insertion).
//!
//! Two structures share one sequence number, and the earlier head of the two is next.
//!
//! - **Slots**, for what can be pending only once (the next arrival of a source, the end of a core's burst, the next
//!   deadline of a lane): a tournament tree over fixed leaves. Setting a slot replays one path to the root, whatever was
//!   there before, so that cancelling and moving are the same operation as setting. With a handful of slots (one server:
//!   two leaves) this is a comparison or two, and no queue at all.
//! - **A heap** for the rest (requests in I/O, packets on the wire, thinking users): four children a node, the four in one
//!   cache line, and the hole a pop leaves is filled by the next push where there is one. At 100,000 pending a pop and a
//!   push touch about eight lines each. A calendar queue is a little faster from 10,000 pending on, but must learn its
//!   bucket width from the model, and a wrong width costs more than it gains (measured by others at 2–4 ×). What costs
//!   most at that size is not the heap but the cold record an event belongs to, so the heap tells which event comes next
//!   ([`Agenda::next_index`]) and its owner begins to load that record in time: at 100,000 pending a quarter off a
//!   customer's cost.
//!
//! Nothing may be set before the event popped last: time does not go back. An event is one 128-bit integer: time, sequence
//! number, kind and index from the top down. Order is integer order, and ties in time are first come, first served. The sequence has 35 bits: 34 thousand million schedulings a replication.

use super::time::Time;

/// Bits of the index of an event: 16 million things can be pending.
const INDEX_BITS: u32 = 24;
/// Bits of the kind.
const KIND_BITS: u32 = 5;
const SEQUENCE_BITS: u32 = 64 - INDEX_BITS - KIND_BITS;
const NEVER: u128 = u128::MAX;
/// The most things an event can tell apart.
pub const MAX_INDEX: u32 = (1 << INDEX_BITS) - 1;

/// Something that happens at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Time,
    /// What, a number below 32 that the owner of the agenda gives meaning to.
    pub kind: u8,
    /// To whom, at most [`MAX_INDEX`].
    pub index: u32,
}

/// Four heap nodes, the children of one other.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u128; 4]);

/// The pending events.
pub struct Agenda {
    /// Tournament: the root at 1, the children of `i` at `2i` and `2i + 1`, leaves from `leaves` on. Any number will do,
    /// since it does not matter in which order leaves are compared; the first slots are nearest to the root.
    tree: Vec<u128>,
    leaves: usize,
    /// The event popped last, if it came from a slot: unless the slot is set anew, its leaf must be emptied.
    fired: u128,
    /// Heap node `i` at place `i + 3`, so that the children of `i` fill line `i + 1`; unused places hold `NEVER`.
    heap: Vec<Line>,
    len: usize,
    /// The heap's root was popped and nothing has taken its place yet.
    hole: bool,
    sequence: u64,
}

impl Agenda {
    /// An empty agenda with this many slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        let leaves = slots.max(1);
        Self {
            tree: vec![NEVER; 2 * leaves],
            leaves,
            fired: 0,
            heap: vec![Line([NEVER; 4])],
            len: 0,
            hole: false,
            sequence: 0,
        }
    }

    #[inline(always)]
    fn entry(&mut self, time: Time, kind: u8, index: u32) -> u128 {
        debug_assert!(index <= MAX_INDEX && u32::from(kind) < 1 << KIND_BITS);
        self.sequence += 1;
        debug_assert!(
            self.sequence < 1 << SEQUENCE_BITS,
            "too many events for one replication"
        );
        let low = self.sequence << (INDEX_BITS + KIND_BITS)
            | u64::from(kind) << INDEX_BITS
            | u64::from(index);
        u128::from(time.0) << 64 | u128::from(low)
    }

    /// How many schedulings are left before sequence numbers run out.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.sequence >= (1 << SEQUENCE_BITS) - (1 << 20)
    }

    /// Sets what the slot waits for, in place of whatever it waited for before.
    #[inline(always)]
    pub fn set(&mut self, slot: usize, time: Time, kind: u8, index: u32) {
        let entry = self.entry(time, kind, index);
        self.replay(slot, entry);
    }

    /// Whether the slot waits for nothing. (The one whose event was popped last may say that it still does.)
    #[inline]
    #[must_use]
    pub fn is_clear(&self, slot: usize) -> bool {
        self.tree[self.leaves + slot] == NEVER
    }

    /// Empties the slot.
    #[inline]
    pub fn clear(&mut self, slot: usize) {
        self.replay(slot, NEVER);
    }

    #[inline(always)]
    fn replay(&mut self, slot: usize, entry: u128) {
        let mut node = self.leaves + slot;
        self.tree[node] = entry;
        while node > 1 {
            node >>= 1;
            self.tree[node] = self.tree[2 * node].min(self.tree[2 * node + 1]);
        }
    }

    /// Adds an event to the heap.
    #[inline]
    pub fn schedule(&mut self, time: Time, kind: u8, index: u32) {
        let entry = self.entry(time, kind, index);
        if self.hole {
            self.hole = false;
            self.sift_down(entry);
        } else {
            self.len += 1;
            self.sift_up(self.len - 1, entry);
        }
    }

    /// Takes the next event.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Event> {
        if self.tree[1] == self.fired {
            self.replay(self.leaf_of(self.fired), NEVER);
        }
        if self.hole {
            self.close_hole();
        }
        let (slotted, heaped) = (self.tree[1], self.heap[0].0[3]);
        let entry = slotted.min(heaped);
        if entry == NEVER {
            return None;
        }
        if slotted <= heaped {
            self.fired = entry;
        } else {
            self.hole = true;
        }
        Some(Event {
            time: Time((entry >> 64) as u64),
            kind: (entry >> INDEX_BITS) as u8 & ((1 << KIND_BITS) - 1),
            index: entry as u32 & MAX_INDEX,
        })
    }

    /// The index of the next event of the heap, if it is known already.
    #[inline(always)]
    #[must_use]
    pub fn next_index(&self) -> Option<u32> {
        (self.len > 0 && !self.hole).then(|| self.heap[0].0[3] as u32 & MAX_INDEX)
    }

    /// The slot at whose leaf the winner stands.
    #[inline(always)]
    fn leaf_of(&self, entry: u128) -> usize {
        let mut node = 1;
        while node < self.leaves {
            node = 2 * node + usize::from(self.tree[2 * node] != entry);
        }
        node - self.leaves
    }

    #[inline(always)]
    fn place(index: usize) -> (usize, usize) {
        ((index + 3) >> 2, (index + 3) & 3)
    }

    /// Fills the root with the last node.
    fn close_hole(&mut self) {
        self.hole = false;
        self.len -= 1;
        let (line, at) = Self::place(self.len);
        let last = std::mem::replace(&mut self.heap[line].0[at], NEVER);
        if self.len > 0 {
            self.sift_down(last);
        }
    }

    #[inline]
    fn sift_up(&mut self, mut index: usize, entry: u128) {
        if Self::place(index).0 >= self.heap.len() {
            self.heap.push(Line([NEVER; 4]));
        }
        while index > 0 {
            let parent = (index - 1) >> 2;
            let (line, at) = Self::place(parent);
            let above = self.heap[line].0[at];
            if above <= entry {
                break;
            }
            let (line, at) = Self::place(index);
            self.heap[line].0[at] = above;
            index = parent;
        }
        let (line, at) = Self::place(index);
        self.heap[line].0[at] = entry;
    }

    /// Lets `entry` sink from the root.
    #[inline]
    fn sift_down(&mut self, entry: u128) {
        let mut index = 0;
        while let Some(Line(children)) = self.heap.get(index + 1) {
            let left = usize::from(children[1] < children[0]);
            let right = 2 + usize::from(children[3] < children[2]);
            let least = if children[right] < children[left] {
                right
            } else {
                left
            };
            let child = children[least];
            if entry <= child {
                break;
            }
            let (line, at) = Self::place(index);
            self.heap[line].0[at] = child;
            index = 4 * index + 1 + least;
        }
        let (line, at) = Self::place(index);
        self.heap[line].0[at] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drain(agenda: &mut Agenda) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| agenda.pop())
            .map(|event| (event.time.0, event.index))
            .collect()
    }

    #[test]
    fn earliest_first_and_first_come_among_equals() {
        let mut agenda = Agenda::new(2);
        agenda.schedule(Time(5), 0, 1);
        agenda.set(1, Time(3), 0, 2);
        agenda.schedule(Time(3), 0, 3);
        agenda.set(0, Time(5), 0, 4);
        agenda.schedule(Time(4), 0, 5);
        assert_eq!(drain(&mut agenda), [(3, 2), (3, 3), (4, 5), (5, 1), (5, 4)]);
    }

    #[test]
    fn a_slot_holds_one_event_and_can_be_moved_and_cleared() {
        let mut agenda = Agenda::new(3);
        agenda.set(0, Time(1), 0, 0);
        agenda.set(0, Time(9), 0, 1);
        agenda.set(2, Time(2), 0, 2);
        agenda.clear(2);
        assert_eq!(drain(&mut agenda), [(9, 1)]);
        agenda.set(1, Time(7), 0, 7);
        assert_eq!(agenda.pop().map(|e| e.index), Some(7));
        agenda.set(1, Time(8), 0, 8);
        assert_eq!(drain(&mut agenda), [(8, 8)]);
    }

    proptest! {
        /// Against the obvious twin: a list searched for the least (time, insertion).
        #[test]
        fn agrees_with_a_list(script in prop::collection::vec((0u8..4, 0u64..50, 0usize..5), 0..400)) {
            let mut agenda = Agenda::new(5);
            let mut list: Vec<(u64, usize, Option<usize>)> = Vec::new();
            let mut now = 0;
            for (order, (action, later, slot)) in script.into_iter().enumerate() {
                let time = now + later;
                match action {
                    0 => {
                        agenda.set(slot, Time(time), 1, order as u32);
                        list.retain(|entry| entry.2 != Some(slot));
                        list.push((time, order, Some(slot)));
                    }
                    1 => {
                        agenda.schedule(Time(time), 1, order as u32);
                        list.push((time, order, None));
                    }
                    2 if later < 10 => {
                        agenda.clear(slot);
                        list.retain(|entry| entry.2 != Some(slot));
                    }
                    _ => {
                        let expected = list.iter().min().copied();
                        list.retain(|entry| Some(*entry) != expected);
                        now = expected.map_or(now, |entry| entry.0);
                        prop_assert_eq!(agenda.pop().map(|e| (e.time.0, e.index as usize)), expected.map(|e| (e.0, e.1)));
                    }
                }
            }
            list.sort_unstable();
            let rest: Vec<_> = list.iter().map(|entry| (entry.0, entry.1 as u32)).collect();
            prop_assert_eq!(drain(&mut agenda), rest);
        }
    }
}
