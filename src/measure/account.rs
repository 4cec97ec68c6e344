//! Where one request's time went.

use super::outcome::Component;

/// Nanoseconds in each state. Kept in an order of its own: what nearly every request has comes in the first half, so that
/// a task can do without the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account(pub(crate) [u64; Component::COUNT]);

/// States in each half.
pub(crate) const HALF: usize = Component::COUNT / 2;

const PLACE: [u8; Component::COUNT] = [0, 7, 1, 8, 2, 3, 9, 10, 11, 12, 13, 4, 5, 6];

impl Account {
    /// Where a state's time stands.
    #[inline]
    pub(crate) fn place(state: Component) -> usize {
        usize::from(PLACE[state as usize])
    }

    /// Nanoseconds in a state.
    #[must_use]
    pub fn get(&self, state: Component) -> u64 {
        self.0[Self::place(state)]
    }

    /// All states, in the order of [`Component::ALL`].
    #[must_use]
    pub fn by_component(&self) -> [u64; Component::COUNT] {
        Component::ALL.map(|state| self.get(state))
    }

    /// The same, to be changed.
    #[inline]
    pub fn entry(&mut self, state: Component) -> &mut u64 {
        &mut self.0[Self::place(state)]
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Adds another.
    #[inline]
    pub fn add(&mut self, other: &Self) {
        for (sum, part) in self.0.iter_mut().zip(&other.0) {
            *sum += part;
        }
    }
}
