//! The connections of pools that tasks hold.

use super::{Held, Tasks};

impl Tasks {
    /// The connections of pools that the task holds.
    pub fn held(&self, id: u32) -> &[Held] {
        let holds = usize::from(self.hot[id as usize].holds);
        self.rare
            .get(id as usize)
            .map_or(&[], |rare| &rare.held[..holds])
    }

    /// The task holds a connection of this pool. There are no more than `MAX_HELD` pools.
    pub fn hold(&mut self, id: u32, held: Held) {
        let holds = usize::from(self.hot[id as usize].holds);
        self.rare(id).held[holds] = held;
        self.hot[id as usize].holds += 1;
    }

    /// Of this pool: its place among those held.
    fn place_held(&self, id: u32, pool: u32) -> Option<usize> {
        self.held(id).iter().position(|held| held.pool == pool)
    }

    /// The connection that the task holds of this pool.
    pub fn held_of(&mut self, id: u32, pool: u32) -> Option<&mut Held> {
        let place = self.place_held(id, pool)?;
        Some(&mut self.rare[id as usize].held[place])
    }

    /// The task gives one back.
    pub fn unhold(&mut self, id: u32, pool: u32) -> Option<Held> {
        let place = self.place_held(id, pool)?;
        let hot = &mut self.hot[id as usize];
        hot.holds -= 1;
        let rare = &mut self.rare[id as usize];
        let held = rare.held[place];
        rare.held[place] = rare.held[usize::from(hot.holds)];
        Some(held)
    }
}
