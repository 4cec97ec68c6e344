//! When requests came and what became of them, for the few that somebody asked for.

use crate::kernel::{Span, Time};
use crate::measure::{Account, Failure};

/// Which requests are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These, by number, from 1 in the order of coming.
    Numbers(Vec<u64>),
    /// The slowest of those answered that came after a time.
    Slowest {
        /// How many.
        count: usize,
        /// Those that came before do not count.
        after: Time,
        /// Of this endpoint only, as in the app.
        endpoint: Option<u32>,
    },
}

/// A request that has ended, or will not end within the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its number, from 1 in the order of coming.
    pub number: u64,
    /// Its endpoint, as in the app.
    pub endpoint: u32,
    /// When its client meant to send it.
    pub begun: Time,
    /// How long it took; `None`: longer than the run.
    pub latency: Option<Span>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// Where its time went. Empty for one that has not ended; where a client gave up in the middle of a stretch on a core, that stretch is
    /// not divided.
    pub account: Account,
}

/// The requests of one replication.
#[derive(Debug)]
pub(in crate::world) struct Diary {
    wanted: Wanted,
    /// By task: the number of its request.
    numbers: Vec<u64>,
    kept: Vec<Ended>,
}

impl Diary {
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            numbers: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// A request comes.
    pub fn begin(&mut self, task: u32, number: u64, endpoint: u32, now: Time) {
        let task = task as usize;
        if self.numbers.len() <= task {
            self.numbers.resize(task + 1, u64::MAX);
        }
        self.numbers[task] = number;
        if let Wanted::Numbers(numbers) = &self.wanted
            && numbers.contains(&number)
        {
            self.kept.push(Ended {
                number,
                endpoint,
                begun: now,
                latency: None,
                failure: None,
                account: Account::default(),
            });
        }
    }

    /// The number of a client's request.
    pub fn number(&self, task: u32) -> Option<u64> {
        self.numbers.get(task as usize).copied()
    }

    /// Whether this number was asked for.
    pub fn chosen(&self, number: u64) -> bool {
        matches!(&self.wanted, Wanted::Numbers(numbers) if numbers.contains(&number))
    }

    /// A request ends as its client sees it.
    pub fn end(
        &mut self,
        task: u32,
        endpoint: u32,
        begun: Time,
        now: Time,
        end: (Option<Failure>, Account),
    ) {
        let Some(number) = self.number(task) else {
            return;
        };
        let (failure, account) = end;
        let ended = Ended {
            number,
            endpoint,
            begun,
            latency: Some(now.since(begun)),
            failure,
            account,
        };
        match &self.wanted {
            Wanted::Numbers(_) => {
                if let Some(kept) = self.kept.iter_mut().find(|kept| kept.number == number) {
                    *kept = ended;
                }
            }
            &Wanted::Slowest {
                count,
                after,
                endpoint: only,
            } => {
                if failure.is_none() && begun >= after && only.is_none_or(|only| only == endpoint) {
                    self.keep_slow(ended, count);
                }
            }
        }
    }

    /// Slowest first; of equals the one that came first.
    fn keep_slow(&mut self, ended: Ended, count: usize) {
        let slower = |kept: &Ended| {
            (kept.latency, std::cmp::Reverse(kept.number))
                > (ended.latency, std::cmp::Reverse(ended.number))
        };
        let at = self.kept.partition_point(slower);
        if at < count {
            self.kept.insert(at, ended);
            self.kept.truncate(count);
        }
    }

    /// What was asked for: slowest first, or by number.
    pub fn ended(mut self) -> Vec<Ended> {
        if matches!(self.wanted, Wanted::Numbers(_)) {
            self.kept.sort_unstable_by_key(|kept| kept.number);
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(diary: &mut Diary, number: u64, begun: u64, took: u64) {
        let none = (None, Account::default());
        diary.begin(0, number, 0, Time(begun));
        diary.end(0, 0, Time(begun), Time(begun + took), none);
    }

    /// Latencies 5, 9, 9, 2, 7 of which the first came too early: the two slowest are those of 9, the earlier first.
    #[test]
    fn the_slowest_are_kept_in_order() {
        let mut diary = Diary::new(Wanted::Slowest {
            count: 2,
            after: Time(10),
            endpoint: None,
        });
        for (number, begun, took) in [(0, 0, 50), (1, 10, 9), (2, 11, 9), (3, 12, 2), (4, 13, 7)] {
            end(&mut diary, number, begun, took);
        }
        let kept: Vec<u64> = diary.ended().iter().map(|kept| kept.number).collect();
        assert_eq!(kept, [1, 2]);
    }

    #[test]
    fn numbers_are_found_and_stay_open_until_they_end() {
        let mut diary = Diary::new(Wanted::Numbers(vec![7, 3]));
        end(&mut diary, 3, 1, 4);
        end(&mut diary, 4, 2, 4);
        diary.begin(0, 7, 1, Time(9));
        let kept = diary.ended();
        assert_eq!((kept[0].number, kept[0].latency), (3, Some(Span(4))));
        assert_eq!((kept[1].number, kept[1].latency, kept.len()), (7, None, 2));
    }
}
