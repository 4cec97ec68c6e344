"""Records latency under load of gunicorn's gthread worker: a row of gthread-load.csv for each run, on standard output.

    python3 -m venv venv && venv/bin/pip install gunicorn==27.0.1 django==5.2.19
    cc -O2 -o load load.c -lm
    PYTHON=venv/bin/python python3 record.py THREADS ENDPOINT SHARES REPEATS [SECONDS [CAPACITY]]

as in `record.py 16 mix1_20 0.5,0.7,0.85 2 18`. Server on core 0, generator on core 1: leave the machine alone meanwhile.
"""

import glob
import os
import signal
import subprocess
import sys
import time

threads, endpoint, shares, repeats = int(sys.argv[1]), sys.argv[2], [float(x) for x in sys.argv[3].split(",")], int(sys.argv[4])
seconds = float(sys.argv[5]) if len(sys.argv) > 5 else 20
port, here = 8199, os.path.dirname(os.path.abspath(__file__))
os.sched_setaffinity(0, {1})


def run(core, *args):
    return subprocess.run(["taskset", "-c", str(core), here + "/load", *map(str, args)], check=True, capture_output=True, text=True).stdout.split()


def counters(pid):
    """CPU seconds, seconds runnable without a core, times on a core, switches (voluntary, not), all threads; main thread's CPU."""
    total = [0] * 6
    for task in glob.glob(f"/proc/{pid}/task/*"):
        cpu, delay, slices = map(int, open(task + "/schedstat").read().split())
        switches = [int(line.split()[1]) for line in open(task + "/status") if "ctxt_switches" in line]
        for i, x in enumerate([cpu / 1e9, delay / 1e9, slices, *switches]):
            total[i] += x
        total[5] += cpu / 1e9 if task.endswith(f"/{pid}") else 0
    return total


server = subprocess.Popen(
    ["taskset", "-c", "0", os.path.abspath(os.environ["PYTHON"]), "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", str(threads), "-b", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "error", "app"],
    cwd=here)
try:
    time.sleep(2.0)
    worker = int(open(f"/proc/{server.pid}/task/{server.pid}/children").read().split()[0])
    run(1, port, "/" + endpoint, "closed", threads * 2, 1)
    capacity = float(sys.argv[6]) if len(sys.argv) > 6 else float(run(1, port, "/" + endpoint, "closed", threads * 2, 4)[0])
    time.sleep(1.0)  # what those users still wanted is served
    for repeat in range(repeats):
        for share in shares:
            before = float(run(0, "spin")[0])
            c0 = counters(worker)
            out = run(1, port, "/" + endpoint, "open", capacity * share, 2, seconds, 100 * repeat + int(100 * share), f"{here}/lat-{threads}-{endpoint}-{int(100 * share)}-{repeat}.txt")
            c1 = counters(worker)
            after = float(run(0, "spin")[0])
            all_sent = int(out[0]) * (seconds + 2) / seconds
            per = [(b - a) / all_sent for a, b in zip(c0, c1)]
            row = [threads, endpoint, share, repeat, f"{seconds:.0f}", f"{capacity:.1f}"]
            row += [f"{int(n) / seconds:.2f}" for n in out[:2]] + out[2:3] + out[4:10]
            row += [f"{1000 * x:.4f}" for x in per[:2]] + [f"{x:.2f}" for x in per[2:5]] + [f"{1000 * per[5]:.4f}"]
            print(*row, f"{before:.2f}", f"{after:.2f}", sep=",", flush=True)
finally:
    server.send_signal(signal.SIGTERM)
    server.wait(10)
