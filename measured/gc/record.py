"""Records the collectors of CPython under Django and of Node: rows of gc.csv, on standard output.

    python3 -m venv venv && venv/bin/pip install gunicorn==27.0.1 django==5.2.19 'psycopg[binary]==3.3.9'
    cc -O2 -o load ../gthread/load.c -lm
    PGHOST=/run/postgresql PYTHON=venv/bin/python python3 record.py [SECONDS]

One gunicorn worker (sync, then gthread with 4 threads), then Node, on core 0; on core 1 two clients that send the next request at
once, so that the server never waits. PostgreSQL should be on core 1 too (`PGHOST`: its socket's folder; user postgres, trusted, with
Django's table django_content_type and a row in it; without PGHOST there is no `db`).
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

seconds = sys.argv[1] if len(sys.argv) > 1 else "3"
port, here = 8198, os.path.dirname(os.path.abspath(__file__))
os.sched_setaffinity(0, {1})
endpoints = ["hello", "cpu2", "io20", "template", "template_cached"] + (["db"] if "PGHOST" in os.environ else [])


def get(name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=10) as answer:
        return answer.read()


def record(name, command, endpoints):
    server = subprocess.Popen(["taskset", "-c", "0", *command], cwd=here)
    keep = {} if "sync" not in name else {"CLOSE": "1"}

    def load(endpoint, seconds):
        subprocess.run([here + "/load", str(port), "/" + endpoint, "closed", "2", seconds], check=True, capture_output=True, env={**os.environ, **keep})

    try:
        for _ in range(100):
            time.sleep(0.1)
            try:
                get("hello")
                break
            except OSError:
                pass
        for endpoint in endpoints:
            load(endpoint, "0")  # and a second before it
            get("kept")
            load(endpoint, str(3 * float(seconds)) if endpoint == "hello" else seconds)
            kept = json.loads(get("kept"))
            for generation, (n, mean, cv, most) in enumerate(kept["generations"]):
                row = [name, endpoint, kept["requests"], f"{kept['cpu_ms'] / kept['requests']:.4f}", generation, n, f"{mean:.4f}", f"{cv:.2f}", f"{most:.3f}", kept["objects"]]
                print(*row, sep=",", flush=True)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


print("server,endpoint,requests,cpu_ms_per_request,generation,collections,mean_ms,cv,max_ms,objects")
gunicorn = [os.path.abspath(os.environ["PYTHON"]), "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "error"]
record("gunicorn-sync-1", [*gunicorn, "-k", "sync", "app"], endpoints)
record("gunicorn-gthread-1x4", [*gunicorn, "-k", "gthread", "--threads", "4", "app"], endpoints)
record("node-http", ["node", "node.js"], ["hello", "cpu2", "io20", "template"])
