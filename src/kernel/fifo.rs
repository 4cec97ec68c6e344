//! Queues of things that live elsewhere: a link in each thing, two ends in the queue. Nothing is allocated.

/// No thing.
pub const NONE: u32 = u32::MAX;

/// Where the things keep their links.
pub trait Links {
    /// The link of a thing, for the one queue it may stand in.
    fn link(&mut self, id: u32) -> &mut u32;
}

/// First come, first served.
#[derive(Clone, Copy, Debug)]
pub struct Fifo {
    head: u32,
    tail: u32,
    len: u32,
}

impl Default for Fifo {
    fn default() -> Self {
        Self {
            head: NONE,
            tail: NONE,
            len: 0,
        }
    }
}

impl Fifo {
    /// How many stand in it.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// True if nobody does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Who is first.
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        (self.head != NONE).then_some(self.head)
    }

    /// Joins the end of the queue.
    #[inline]
    pub fn push(&mut self, links: &mut impl Links, id: u32) {
        *links.link(id) = NONE;
        if self.head == NONE {
            self.head = id;
        } else {
            *links.link(self.tail) = id;
        }
        self.tail = id;
        self.len += 1;
    }

    /// Joins ahead of all others.
    pub fn push_front(&mut self, links: &mut impl Links, id: u32) {
        *links.link(id) = self.head;
        if self.head == NONE {
            self.tail = id;
        }
        self.head = id;
        self.len += 1;
    }

    /// Takes the first.
    #[inline]
    pub fn pop(&mut self, links: &mut impl Links) -> Option<u32> {
        if self.head == NONE {
            return None;
        }
        let first = self.head;
        self.head = *links.link(first);
        self.len -= 1;
        Some(first)
    }
}
