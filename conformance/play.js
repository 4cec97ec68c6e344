'use strict';
// Runs one fixture's program once in this fresh process and writes the labels in the order they were logged, as one JSON array.
// `record` starts it. What each op means is in README.md.

const fs = require('node:fs');

const { program } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const fifos = process.env.ORDER_FIFOS; // A directory with the FIFOs 0, 1, 2, ...
const iterationsPerMs = Number(process.env.ORDER_ITERATIONS_PER_MS);

const order = [];
process.on('exit', () => fs.writeSync(1, JSON.stringify(order)));

const whole = (text) => {
  const ms = /^(\d+)ms$/.exec(text);
  if (!ms) throw new Error(`${text}: expected a whole number of milliseconds, such as 5ms`);
  return Number(ms[1]);
};

function count(value, key) {
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + count(item, key), 0);
  if (value === null || typeof value !== 'object') return 0;
  return (key in value ? 1 : 0) + Object.values(value).reduce((sum, item) => sum + count(item, key), 0);
}

// What the program needs is loaded and open before it begins.
const needs = (...keys) => keys.some((key) => count(program, key) > 0);
const crypto = needs('hash') && require('node:crypto');
const dns = needs('lookup') && require('node:dns');
const net = needs('ready', 'close', 'connect') && require('node:net');
const spawnSync = needs('connect') && require('node:child_process').spawnSync;
if (needs('hash')) crypto.pbkdf2Sync('warm', 'up', 1000, 32, 'sha256');

let nextFifo = 0;
const openFifo = () => fs.openSync(`${fifos}/${nextFifo++}`, 'r+');

const readies = Array.from({ length: count(program, 'ready') }, () => {
  const fd = openFifo();
  const ready = { fd, ops: null, socket: null };
  ready.socket = new net.Socket({
    fd,
    readable: true,
    writable: false,
    // The buffer's callback runs straight from libuv's read, without a stream's events in between.
    onread: {
      buffer: Buffer.alloc(16),
      callback: () => {
        ready.socket.unref();
        run(ready.ops);
        return true;
      },
    },
  });
  ready.socket.unref();
  return ready;
});

const closables = Array.from({ length: count(program, 'close') }, () => {
  const socket = new net.Socket({ fd: openFifo(), readable: false, writable: true });
  socket.unref();
  return socket;
});

function repeat(times, ops) {
  setImmediate(() => {
    run(ops);
    if (times > 1) repeat(times - 1, ops);
  });
}

function connect(clients, ops) {
  let accepted = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.unref();
    accepted += 1;
    if (accepted === clients) server.unref();
    run(ops);
  });
  server.listen(0); // Without an address it listens before it returns.
  const { port } = server.address();
  // The clients are connected, hence queued in the kernel, when this returns; this process's loop has not turned meanwhile.
  const script = Array.from({ length: clients }, (_, i) => `exec ${i + 3}<>/dev/tcp/127.0.0.1/${port}`).join('\n');
  const { status } = spawnSync('bash', ['-c', script], { stdio: 'ignore' });
  if (status !== 0) throw new Error('the clients could not connect');
}

function awaited(what) {
  if (what === 'resolved') return Promise.resolve();
  if (what === 'immediate') return new Promise((resolve) => setImmediate(resolve));
  if (Number.isFinite(what.timeout)) return new Promise((resolve) => setTimeout(resolve, what.timeout));
  throw new Error(`cannot await ${JSON.stringify(what)}`);
}

async function runAsync(ops) {
  for (const op of ops) {
    if ('await' in op) await awaited(op.await);
    else step(op);
  }
}

function step(op) {
  if ('log' in op) order.push(op.log);
  else if ('tick' in op) process.nextTick(() => run(op.tick));
  else if ('micro' in op) Promise.resolve().then(() => run(op.micro));
  else if ('repeat' in op) repeat(op.repeat, op.immediate);
  else if ('immediate' in op) setImmediate(() => run(op.immediate));
  else if ('timeout' in op) setTimeout(() => run(op.run), op.timeout);
  else if ('block' in op) {
    const end = performance.now() + whole(op.block);
    while (performance.now() < end);
  } else if ('hash' in op) {
    const iterations = Math.round(whole(op.hash) * iterationsPerMs);
    crypto.pbkdf2('password', 'salt', iterations, 32, 'sha256', (error) => {
      if (error) throw error;
      run(op.run);
    });
  } else if ('read' in op) {
    fs.stat('/', (error) => {
      if (error) throw error;
      run(op.read);
    });
  } else if ('lookup' in op) {
    whole(op.lookup);
    dns.lookup(op.lookup, { family: 4 }, (error) => {
      if (error) throw error;
      run(op.run);
    });
  } else if ('close' in op) {
    const socket = closables.shift();
    socket.once('close', () => run(op.close));
    socket.destroy();
  } else if ('ready' in op) {
    const ready = readies.shift();
    ready.ops = op.ready;
    ready.socket.ref();
    fs.writeSync(ready.fd, 'x');
  } else if ('async' in op) {
    runAsync(op.async);
  } else if ('connect' in op) {
    connect(op.connect, op.each);
  } else {
    throw new Error(`unknown op ${JSON.stringify(op)}`);
  }
}

function run(ops) {
  for (const op of ops) step(op);
}

run(program);
