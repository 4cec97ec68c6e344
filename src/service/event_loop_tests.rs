//! Rounds of a loop, worked out by hand.

use super::event_loop::{EventLoop, Turn};
use super::rounds::Rounds;
use crate::kernel::fifo::Links;
use crate::kernel::{Span, Time};

/// The links of sixteen tasks.
struct Few([u32; 16]);

impl Links for Few {
    fn link(&mut self, id: u32) -> &mut u32 {
        &mut self.0[id as usize]
    }
}

fn nothing(_: Span, _: u64) {}

/// What runs until the loop idles, with nothing accepted.
fn run(event_loop: &mut EventLoop, links: &mut Few) -> Vec<u32> {
    let mut ran = Vec::new();
    loop {
        match event_loop.turn(links, Time::ZERO, nothing) {
            Turn::Callback(task) => ran.push(task),
            Turn::Round => {
                let batch = event_loop.ready_len();
                if !event_loop.poll(Time::ZERO, false, batch) {
                    return ran;
                }
            }
        }
    }
}

#[test]
fn a_batch_then_timers_then_what_became_ready_meanwhile() {
    let (mut event_loop, mut links) = (EventLoop::idle(Rounds::default()), Few([0; 16]));
    event_loop.ready(&mut links, 0);
    event_loop.ready(&mut links, 1);
    event_loop.wake(Time::ZERO, nothing);
    assert_eq!(
        event_loop.turn(&mut links, Time::ZERO, nothing),
        Turn::Round
    );
    assert!(event_loop.poll(Time::ZERO, false, 2));
    assert_eq!(
        event_loop.turn(&mut links, Time::ZERO, nothing),
        Turn::Callback(0)
    );
    event_loop.ready(&mut links, 2); // too late for this batch
    event_loop.due(0, 3);
    event_loop.micro(&mut links, 4); // at once
    assert_eq!(run(&mut event_loop, &mut links), [4, 1, 3, 2]);
    assert!(event_loop.is_idle());
}

#[test]
fn a_timer_that_falls_due_among_timers_waits_for_the_next_round() {
    let (mut event_loop, mut links) = (EventLoop::idle(Rounds::default()), Few([0; 16]));
    event_loop.due(0, 0);
    event_loop.wake(Time::ZERO, nothing);
    assert!(event_loop.poll(Time::ZERO, false, 0));
    assert_eq!(
        event_loop.turn(&mut links, Time::ZERO, nothing),
        Turn::Callback(0)
    );
    event_loop.due(0, 1);
    event_loop.ready(&mut links, 2);
    assert_eq!(run(&mut event_loop, &mut links), [2, 1]);
}

#[test]
fn an_idle_loops_monitor_catches_up() {
    let ms = |ms| Time::ZERO + Span::from_millis(ms);
    let (mut event_loop, mut links) = (EventLoop::idle(Rounds::default()), Few([0; 16]));
    let mut ticks = Vec::new();
    event_loop.monitor_idle(ms(25), |interval, times| ticks.push((interval, times)));
    event_loop.monitor_idle(ms(29), |interval, times| ticks.push((interval, times)));
    event_loop.ready(&mut links, 0);
    event_loop.wake(ms(31), |interval, times| ticks.push((interval, times)));
    event_loop.monitor_idle(ms(60), |interval, times| ticks.push((interval, times))); // it does not idle
    assert!(event_loop.poll(ms(31), false, 1));
    while event_loop.turn(&mut links, ms(65), |interval, times| {
        ticks.push((interval, times));
    }) != Turn::Round
    {}
    let tick = |length, times| (Span::from_millis(length), times);
    assert_eq!(ticks, [tick(10, 2), tick(10, 1), tick(35, 1)]);
}

#[test]
fn whole_milliseconds_from_a_clock_read_now_and_then() {
    let us = |us| Time::ZERO + Span::from_micros(us);
    let rounds = Rounds {
        timers: Some(Span::from_millis(1)),
        ..Rounds::default()
    };
    let mut event_loop = EventLoop::idle(rounds);
    // At 3.7 ms the clock says 3: 2.9 ms are 2, due at 5; nothing is one millisecond.
    assert_eq!(
        event_loop.timer(us(3_700), Span::from_micros(2_900)),
        (us(5_000), 2)
    );
    assert_eq!(event_loop.timer(us(3_700), Span::ZERO), (us(4_000), 1));
    // Poll begins at 3.9 ms, when the clock still says 3, and sleeps 5 - 3 = 2 whole milliseconds: to 5.9.
    assert!(!event_loop.poll(us(3_900), false, 0));
    assert_eq!(event_loop.wakes_at(us(5_000)), us(5_900));
}

#[test]
fn rounds_and_callbacks_owe_their_cpu() {
    let rounds = Rounds {
        round: Span::from_micros(5),
        callback: Span::from_micros(2),
        ..Rounds::default()
    };
    let (mut event_loop, mut links) = (EventLoop::idle(rounds), Few([0; 16]));
    event_loop.ready(&mut links, 0);
    event_loop.ready(&mut links, 1);
    event_loop.wake(Time::ZERO, nothing);
    assert!(event_loop.poll(Time::ZERO, false, 2));
    let mut owed = Vec::new();
    while let Turn::Callback(_) = event_loop.turn(&mut links, Time::ZERO, nothing) {
        owed.push(event_loop.take_owed().0);
    }
    assert_eq!(owed, [7_000, 2_000]); // one round and a callback, a callback
}
