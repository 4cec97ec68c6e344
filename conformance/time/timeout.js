'use strict';
// How long a computation of up to 1 ms and a setTimeout of 2 ms take: a line each, nanoseconds. timeout.js SAMPLES
// The computation makes the timer begin at any place within the loop's millisecond.

const samples = Number(process.argv[2]);
const took = [];
let seed = 1;

// A generator of its own, so that every recording computes the same.
function random() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

function once() {
  const begun = process.hrtime.bigint();
  const until = begun + BigInt(Math.floor(random() * 1e6));
  while (process.hrtime.bigint() < until);
  setTimeout(() => {
    took.push(process.hrtime.bigint() - begun);
    if (took.length < samples + 50) setImmediate(once);
    else process.stdout.write(`${took.slice(50).join('\n')}\n`);
  }, 2);
}

once();
