"""How late a thread has the interpreter again after a sleep, beside so many threads that only compute.

gil.py THREADS INTERVAL_MS SAMPLES: a line each, nanoseconds from the moment it meant to wake.
"""

import os
import random
import sys
import threading
import time


def compute():
    while True:
        pass


def main(threads, interval_ms, samples):
    sys.setswitchinterval(interval_ms / 1000)
    rng = random.Random(1)
    for _ in range(threads):
        threading.Thread(target=compute, daemon=True).start()
    late = []
    for _ in range(samples + 50):
        due = time.monotonic_ns() + rng.randrange(500_000, 1_500_000)
        time.sleep(max(due - time.monotonic_ns(), 0) / 1e9)
        late.append(time.monotonic_ns() - due)
    print("\n".join(map(str, late[50:])), flush=True)
    os._exit(0)


main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
