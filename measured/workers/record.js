// What worker_threads cost: rows of workers.csv on standard output. `node record.js > workers.csv`
const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads');
const v8 = require('node:v8');

const ECHO = 'const { parentPort } = require("node:worker_threads"); parentPort.on("message", (m) => parentPort.postMessage(m));';
const answer = (worker) => new Promise((resolve) => { worker.once('message', resolve); worker.postMessage(1); });
const cpuMs = (since) => { const { user, system } = process.cpuUsage(since); return (user + system) / 1e3; };
const row = (...values) => console.log(values.join(','));

// CPU and memory of a worker that is made and answers a first message.
async function start(workers) {
  const made = [];
  const [cpu, rss] = [process.cpuUsage(), process.memoryUsage().rss];
  for (let i = 0; i < workers; i++) {
    made.push(new Worker(ECHO, { eval: true }));
    await answer(made[i]);
  }
  row('start', 'cpu_ms', (cpuMs(cpu) / workers).toFixed(1));
  row('start', 'rss_mb', ((process.memoryUsage().rss - rss) / workers / 1e6).toFixed(1));
  return made;
}

// CPU of both threads for a number there and back.
async function roundTrip(worker, times) {
  const cpu = process.cpuUsage();
  for (let i = 0; i < times; i++) await answer(worker);
  row('round-trip', 'cpu_us', ((cpuMs(cpu) / times) * 1e3).toFixed(1));
}

// What the thread that posts a message and the one that takes it spend on copying it: the same thread, one after the other.
function copy(name, message, times) {
  const { port1, port2 } = new MessageChannel();
  let [writes, reads] = [0, 0];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    port1.postMessage(message);
    const posted = performance.now();
    receiveMessageOnPort(port2);
    writes += posted - begin;
    reads += performance.now() - posted;
  }
  port1.close();
  row(name, 'bytes', v8.serialize(message).length);
  row(name, 'write_us', ((writes / times) * 1e3).toFixed(1));
  row(name, 'read_us', ((reads / times) * 1e3).toFixed(1));
}

(async () => {
  row('what', 'figure', 'value');
  const workers = await start(20);
  await roundTrip(workers[0], 5000);
  const things = (count) => Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}`, price: id * 1.5 }));
  copy('buffer-100KB', Buffer.alloc(100_000), 1000);
  copy('buffer-1MB', Buffer.alloc(1_000_000), 300);
  copy('string-100KB', 'x'.repeat(100_000), 1000);
  copy('objects-42KB', things(1000), 300);
  process.exit(0);
})();
