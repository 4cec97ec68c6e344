"""How long three round trips over a socket take a thread, beside so many that only compute.

convoy.py THREADS INTERVAL_MS SAMPLES: a line each, nanoseconds, then what each call to send took, the lock and all. The other end is a process that
answers after 0.2 ms.
"""

import os
import socket
import subprocess
import sys
import threading
import time

TRIPS = 3


def compute():
    while True:
        pass


def main(threads, interval_ms, samples):
    here, there = socket.socketpair()
    subprocess.Popen([os.environ["TIME_TOOLS"], "answer", "200", str(there.fileno())], pass_fds=[there.fileno()])
    there.close()
    sys.setswitchinterval(interval_ms / 1000)
    for _ in range(threads):
        threading.Thread(target=compute, daemon=True).start()
    took = []
    for _ in range(samples + 50):
        sent = []
        begun = time.monotonic_ns()
        for _ in range(TRIPS):
            before = time.monotonic_ns()
            here.send(b"q")
            sent.append(time.monotonic_ns() - before)
            here.recv(1)
        took.append([time.monotonic_ns() - begun, *sent])
    print("\n".join(" ".join(map(str, row)) for row in took[50:]), flush=True)
    os._exit(0)


main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
