'use strict';
// node-postgres' pool of one connection to a stub: /MS asks the backend through it, then computes so long. pool.js PORT

const http = require('node:http');
const net = require('node:net');
const Pool = require(`${process.env.TIME_MODULES}/pg-pool`);
const { EventEmitter } = require('node:events');

class Client extends EventEmitter {
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
      compute(Number(request.url.slice(1)));
      response.setHeader('Content-Length', 5);
      response.end('hello');
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
