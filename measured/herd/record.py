"""How many of gunicorn's sync workers wake for a connection, and what that costs: rows of herd.csv on standard output.

    python -m venv v && v/bin/pip install gunicorn==27.0.1 && v/bin/python record.py v/bin/gunicorn > herd.csv

Linux only: run time and voluntary switches of each worker are read from /proc before and after so many requests, one at a
time, each over a connection of its own.
"""
import errno
import os
import select
import socket
import subprocess
import sys
import tempfile
import time

REQUESTS = 1500


def ask(port):
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while server.recv(4096):
            pass


def used(pid):
    """Nanoseconds on a core, and voluntary switches."""
    with open(f"/proc/{pid}/schedstat") as file:
        ran = int(file.read().split()[0])
    with open(f"/proc/{pid}/status") as file:
        switches = next(line for line in file if line.startswith("voluntary"))
    return ran, int(switches.split()[1])


def record(gunicorn, workers, rate, port):
    server = subprocess.Popen(
        [gunicorn, "-w", str(workers), "-b", f"127.0.0.1:{port}", "--log-level", "error", "app:app"],
        cwd=os.path.dirname(os.path.abspath(__file__)),
    )
    time.sleep(3)
    for _ in range(200):
        ask(port)
    with open(f"/proc/{server.pid}/task/{server.pid}/children") as file:
        pids = file.read().split()
    assert len(pids) == workers
    time.sleep(0.2)
    before = [used(pid) for pid in pids]
    begin = time.perf_counter()
    for n in range(REQUESTS):
        wait = begin + n / rate - time.perf_counter() if rate else 0
        if wait > 0:
            time.sleep(wait)
        ask(port)
    time.sleep(0.2)
    after = [used(pid) for pid in pids]
    server.terminate()
    server.wait()
    both = list(zip(before, after))
    cpu = sum(b[0] - a[0] for a, b in both) / REQUESTS / 1e3
    switches = sum(b[1] - a[1] for a, b in both) / REQUESTS
    print(f"{workers},{rate or 'back-to-back'},{REQUESTS},{cpu:.1f},{switches:.2f}", flush=True)


def turn():
    """What a worker does between two sleeps that found nothing (workers/sync.py, run_for_one): CPU, microseconds."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    pipe, _ = os.pipe()
    with tempfile.TemporaryFile() as beat:
        begin = time.thread_time_ns()
        for _ in range(20_000):
            for last in (False, True):
                now = time.monotonic()
                os.utime(beat.fileno(), (now, now))
                if last:
                    select.select([listener, pipe], [], [], 0)
                    continue
                try:
                    listener.accept()
                except OSError as problem:
                    assert problem.errno == errno.EAGAIN
                os.getppid()
    print(f"# a turn in vain, warm: {(time.thread_time_ns() - begin) / 20_000 / 1e3:.1f} us", file=sys.stderr)


if __name__ == "__main__":
    turn()
    print("workers,rate,requests,cpu_us_per_request,voluntary_switches_per_request")
    port = 9300
    for _ in range(3):
        for rate in (200, 0):
            for workers in (1, 9):
                port += 1
                record(sys.argv[1], workers, rate, port)
