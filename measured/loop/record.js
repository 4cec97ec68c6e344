// Measures what a round and a callback of Node's loop cost, on standard output as CSV (loop-costs.csv). Node 20, no packages:
//
//     taskset -c 0 node record.js
//
// Each series runs K callbacks a round, round after round, and takes the CPU of the process (user and system, getrusage: the
// scheduler's nanoseconds) and, where the loop never blocks, the time. The cost of a round is what is left at K = 0, the cost of a
// callback the slope.
//
//   immediates   K setImmediate callbacks re-arm themselves: poll does not block
//   timers       K setTimeout(1) callbacks re-arm themselves: poll blocks until the next millisecond, the core goes idle
//   ticks, microtasks   K of them in each round's one immediate: the slope is one of them
'use strict';

const SERIES = { immediates: [1, 2, 4, 8, 16], timers: [1, 4, 16, 64], ticks: [0, 4, 16, 64], microtasks: [0, 4, 16, 64] };
const REPEATS = 7;
const SECONDS = 0.25;

// Runs a series for SECONDS (`more` counts a round and says whether there is another); resolves to nanoseconds a round, CPU and time.
function measure(start) {
  return new Promise((resolve) => {
    const cpu = process.cpuUsage();
    const from = process.hrtime.bigint();
    const until = from + BigInt(SECONDS * 1e9);
    let rounds = 0;
    start(() => {
      rounds += 1;
      return process.hrtime.bigint() < until;
    }, () => {
      const spent = process.cpuUsage(cpu);
      resolve({ cpu: ((spent.user + spent.system) * 1000) / rounds, time: Number(process.hrtime.bigint() - from) / rounds });
    });
  });
}

// K callbacks that `arm` calls once a round each; only the first looks at the clock.
function each(arm, k) {
  return (more, done) => {
    let going = true;
    let left = k;
    const end = () => { left -= 1; if (left === 0) done(); };
    const first = () => { going = more(); if (going) arm(first); else end(); };
    const other = () => { if (going) arm(other); else end(); };
    arm(first);
    for (let i = 1; i < k; i += 1) arm(other);
  };
}

// K times `queue` in one immediate a round.
function inside(queue, k) {
  const nothing = () => {};
  return (more, done) => {
    const round = () => {
      for (let i = 0; i < k; i += 1) queue(nothing);
      if (more()) setImmediate(round); else done();
    };
    setImmediate(round);
  };
}

const STARTS = {
  immediates: (k) => each(setImmediate, k),
  timers: (k) => each((f) => setTimeout(f, 1), k),
  ticks: (k) => inside(process.nextTick, k),
  microtasks: (k) => inside(queueMicrotask, k),
};

async function main() {
  for (const [name, counts] of Object.entries(SERIES)) for (const k of counts) await measure(STARTS[name](k)); // compiles
  console.log('series,callbacks_per_round,repeat,cpu_ns_per_round,time_ns_per_round');
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const [name, counts] of Object.entries(SERIES)) {
      for (const k of counts) {
        const { cpu, time } = await measure(STARTS[name](k));
        console.log([name, k, repeat, cpu.toFixed(0), time.toFixed(0)].join());
      }
    }
  }
  console.error(`Node ${process.versions.node}, libuv ${process.versions.uv}, V8 ${process.versions.v8}`);
}

main();
