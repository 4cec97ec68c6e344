// The Node server that was recorded: bare http. As app.py: `/NAME` runs an endpoint, `/kept` answers with the collector's times.
// Generation 0 is a scavenge, 1 a step of incremental marking or a weak callback's phase, 2 a mark-compact.
'use strict';

const http = require('node:http');
const { PerformanceObserver, constants } = require('node:perf_hooks');

const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `<${id}>` }));
const escaped = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = () => rows.map((r) => `<li>${escaped(r.id)}: ${escaped(r.name)}`).join('');

function work(rounds) {
  let x = 1;
  for (let i = 0; i < rounds; i += 1) x = (x * 31 + i) & 0xffff;
  return x;
}

let requests = 0;
let cpu = process.cpuUsage();
let pauses = [[], [], []];
new PerformanceObserver((list) => {
  for (const { duration, detail } of list.getEntries()) {
    const generation = { [constants.NODE_PERFORMANCE_GC_MINOR]: 0, [constants.NODE_PERFORMANCE_GC_MAJOR]: 2 }[detail.kind] ?? 1;
    pauses[generation].push(duration);
  }
}).observe({ entryTypes: ['gc'] });

function kept() {
  const spent = process.cpuUsage(cpu);
  const generations = pauses.map((all) => {
    const mean = all.reduce((a, b) => a + b, 0) / all.length || 0;
    const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length || 0;
    return [all.length, mean, mean && Math.sqrt(variance) / mean, Math.max(0, ...all)];
  });
  const answer = JSON.stringify({ requests: requests - 1, cpu_ms: (spent.user + spent.system) / 1000, generations, objects: '' });
  cpu = process.cpuUsage();
  requests = 0;
  pauses = [[], [], []];
  return answer;
}

const endpoints = {
  hello: (answer) => answer('hello'),
  cpu2: (answer) => answer(String(work(1_600_000))),
  io20: (answer) => setTimeout(answer, 20, 'slept'),
  template: (answer) => answer(page()),
  kept: (answer) => answer(kept()),
};
http.createServer((request, response) => {
  requests += 1;
  endpoints[request.url.slice(1)]((body) => response.end(body));
}).listen(8198, '127.0.0.1');
