// What Node's cluster spends on a connection: rows of cluster.csv on standard output. `node record.js > cluster.csv`
//
// A server that answers `ok`, as one process or as a primary with a worker; 16 clients at once, each request on a connection of its own
// (`fresh`) or all on the same 16 (`kept`). CPU of each process (`process.cpuUsage`) per request, after a warm-up. `handoff` is the wall
// clock of the primary's `handoff`, in which it sends a connection to the worker: with `--expose-internals`, in a run of its own. `ping` is the
// primary's CPU for a message of the worker and its answer, one at a time.
'use strict';
const { fork } = require('node:child_process');
const cluster = require('node:cluster');
const http = require('node:http');
const net = require('node:net');

const [WARM_UP, REQUESTS, CLIENTS, PINGS] = [2000, 6000, 16, 5000];
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const us = ({ user, system }) => user + system;
const rss = () => process.memoryUsage().rss / 1e6;

// ---- the server's side: parts of a process that tells its CPU when it is asked

function serve() {
  http.createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT));
}

function worker() {
  serve();
  process.on('message', (asked) => process.send(asked === 'cpu' ? { cpu: us(process.cpuUsage()) } : asked - 1));
}

function primary() {
  const spent = { calls: 0, ns: 0n };
  if (process.execArgv.includes('--expose-internals')) time(spent);
  const one = cluster.fork();
  cluster.on('listening', () => process.send('ready'));
  process.on('message', async (asked) => {
    const own = us(process.cpuUsage());
    let said = await ask(one, asked);
    if (asked === 'cpu') return process.send({ server: said.cpu, primary: own, primaryRss: rss(), calls: spent.calls, ns: Number(spent.ns) });
    while (said > 0) said = await ask(one, said);
    process.send({ pings: us(process.cpuUsage()) - own });
  });
}

function time(spent) {
  const { prototype } = require('internal/cluster/round_robin_handle');
  const { handoff } = prototype;
  prototype.handoff = function timed(...args) {
    if (this.handles._idleNext === this.handles) return handoff.apply(this, args); // none waits
    const begin = process.hrtime.bigint();
    handoff.apply(this, args);
    spent.ns += process.hrtime.bigint() - begin;
    spent.calls += 1;
  };
}

function single() {
  serve();
  process.send('ready');
  process.on('message', () => process.send({ server: us(process.cpuUsage()) }));
}

// ---- the clients' side

const next = (child) => new Promise((resolve) => { child.once('message', resolve); });
const ask = (child, what) => { const said = next(child); child.send(what); return said; };

function request(port, socket) {
  return new Promise((resolve, reject) => {
    const to = socket ?? net.connect(port, '127.0.0.1');
    to.once('error', reject);
    to.once('data', () => { to.removeListener('error', reject); resolve(to); });
    to.write(GET);
  });
}

async function client(port, times, kept) {
  let socket;
  for (let i = 0; i < times; i++) {
    socket = await request(port, kept ? socket : undefined);
    if (!kept) { const closed = new Promise((resolve) => { socket.once('close', resolve); }); socket.end(); socket.resume(); await closed; }
  }
  socket.end();
}

async function load(port, requests, kept) {
  await Promise.all(Array.from({ length: CLIENTS }, () => client(port, requests / CLIENTS, kept)));
}

async function record(role, port, kept, execArgv = []) {
  const child = fork(__filename, [], { env: { ...process.env, ROLE: role, PORT: String(port) }, execArgv });
  await next(child);
  await load(port, WARM_UP, kept);
  const before = await ask(child, 'cpu');
  await load(port, REQUESTS, kept);
  const after = await ask(child, 'cpu');
  const setup = `${role}-${kept ? 'kept' : 'fresh'}`;
  const row = (what, value) => console.log([setup, what, value.toFixed(1)].join(','));
  const each = (key) => (after[key] - before[key]) / REQUESTS;
  if (execArgv.length) row('handoff_us', (after.ns - before.ns) / (after.calls - before.calls) / 1e3);
  else {
    row(role === 'single' ? 'server_us' : 'worker_us', each('server'));
    if (role === 'primary') { row('primary_us', each('primary')); row('primary_rss_mb', after.primaryRss); }
  }
  if (role === 'primary' && kept) row('ping_us', (await ask(child, PINGS)).pings / PINGS);
  child.kill();
}

async function main() {
  console.log('setup,what,value');
  let port = 18300;
  for (let i = 0; i < 3; i++) {
    await record('single', port++, true);
    await record('single', port++, false);
    await record('primary', port++, true);
    await record('primary', port++, false);
    await record('primary', port++, false, ['--expose-internals']);
  }
}

if (cluster.isWorker) worker();
else ({ single, primary })[process.env.ROLE] ? ({ single, primary })[process.env.ROLE]() : main();
