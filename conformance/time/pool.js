'use strict';
// node-postgres' pool of one connection to a stub: /MS asks the backend through it, then computes so long. pool.js PORT

const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const Pool = require(`${process.env.TIME_MODULES}/pg-pool`);
const { EventEmitter } = require('node:events');

// When a lone user's request came where: a line each, nanoseconds.
const file = process.env.TIME_STAMPS && fs.openSync(process.env.TIME_STAMPS, 'a');
let seen = [];
function stamp() {
  if (file) seen.push(process.hrtime.bigint());
}
function end() {
  if (file) fs.writeSync(file, `${seen.join(' ')}\n`);
  seen = [];
}

class Client extends EventEmitter {
  // What pg-pool asks of pg's client before it keeps it.
  _queryable = true;
  _ending = false;

  connect(done) {
    this.waiting = [];
    this.socket = net.connect(Number(process.env.TIME_BACKEND), '127.0.0.1', () => done());
    this.socket.setNoDelay(true);
    this.socket.on('data', (data) => {
      for (let i = 0; i < data.length; i += 1) this.waiting.shift()(null, { rows: [] });
    });
  }

  query(text, values, done) {
    this.waiting.push(done);
    stamp();
    this.socket.write('q');
  }

  end(done) {
    this.socket.end(done);
  }
}

const pool = new Pool({ Client, max: 1 });

// The clock on the wall: nothing else of this process computes.
function compute(ms) {
  const until = process.hrtime.bigint() + BigInt(ms * 1e6);
  while (process.hrtime.bigint() < until);
}

http
  .createServer((request, response) => {
    pool.query('select 1', [], () => {
      stamp();
      compute(Number(request.url.slice(1)));
      stamp();
      response.setHeader('Content-Length', 5);
      response.end('hello');
      end();
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
