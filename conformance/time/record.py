"""Records how long things take on real runtimes: the fixtures beside this file. See ../README.md.

conformance/record time [NAME ...] [--repeats N] [--on CORES] [--add]

Each case runs on one core and on two, or on as many as `--on` says, N times in turn with the others, each time in a process of
its own. `--add` keeps the repeats that are there.
"""

import argparse
import ctypes
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
PYTHON, NODE = "3.11.7", "20.20.2"
PACKAGES = ["gunicorn==27.0.1", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0", "django==5.2.19", "asgiref==3.13.0"]
POOL = "pg-pool@3.14.0"
SAMPLES = 2000
QUANTILES = 400
PORT, BACKEND = 8491, 8492
SETTLE_S = 0.3
# Of one core: more that is used by others than the recorded programs spoils a repeat.
FOREIGN = 0.08
ATTEMPTS = 20
# Requests of users that are left out at the start, as in tools.c.
UNCOUNTED = 100
# Stamps with a meaning here: Django signals the request; the view has its answer; the user has it.
STARTED, DONE, USER = "started", "done", "user"
PR_SET_CHILD_SUBREAPER = 36

GUNICORN = ["-m", "gunicorn", "-b", f"127.0.0.1:{PORT}", "--workers", "1", "--log-level", "error"]
GTHREAD = [*GUNICORN, "-k", "gthread", "--threads", "4"]
UVICORN = ["-m", "uvicorn", "--port", str(PORT), "--loop", "uvloop", "--http", "httptools", "--log-level", "error"]




def served(title, server, path, users, keep, latency_us=0, backend_us=None, stamps=None):
    """A server under a closed loop of users. Stamps: where a lone user's request is seen; it is answered after `DONE`."""
    return {
        "title": title, "server": server, "backend_us": backend_us, "stamps": stamps,
        "users": {"users": users, "keep_alive": keep, "latency_us": latency_us, "path": path},
    }  # fmt: skip


def gil(threads, interval_ms):
    """A sleeper beside threads that compute."""
    title = f"A sleep of 0.5 to 1.5 ms beside {threads} computing threads, switch interval {interval_ms} ms: how late it ends"
    return {"title": title, "command": ["python", "gil.py", str(threads), str(interval_ms), str(SAMPLES)]}


def convoy(threads, interval_ms):
    """An I/O thread beside one that computes."""
    title = f"Three round trips over a socket (0.2 ms each) beside {threads} computing threads, switch interval {interval_ms} ms"
    return {"title": title, "command": ["python", "convoy.py", str(threads), str(interval_ms), str(SAMPLES)], "others": "sent"}


# Where requests are seen: by the app; by Django's signals and its view; with the pool's connection, before and after the query,
# and without the connection.
WSGI = ["called", DONE]
VIEW = [STARTED, "viewed", DONE]
PAGE = ["acquired", "asked", "answered", DONE, "released"]
POOLED = ["asked", "answered", DONE]

CASES = {
    "gil-0": gil(0, 5),
    "gil-1": gil(1, 5),
    "gil-3": gil(3, 1),
    "gil-7": gil(7, 0.5),
    "gil-3-default": gil(3, 5),
    "gil-7-default": gil(7, 5),
    "convoy-0": convoy(0, 1),
    "convoy-1": convoy(1, 1),
    "timeout": {
        "title": "Up to 1 ms of computation, then a setTimeout of 2 ms: how long both take",
        "command": ["node", "timeout.js", str(SAMPLES)],
    },
    "gthread-1": served("gthread, 4 threads: a user who opens a connection for each request of 2 ms CPU", [*GTHREAD, "app:wsgi"], "/2", 1, 0, stamps=WSGI),
    "gthread-8": served("gthread, 4 threads: eight such users", [*GTHREAD, "app:wsgi"], "/2", 8, 0),
    "sync-0": served("A sync worker: a user 0 ms away, a connection for each request of 1 ms CPU", [*GUNICORN, "app:wsgi"], "/1", 1, 0, stamps=WSGI),
    "sync-1": served("A sync worker: a user 1 ms away, a connection for each request of 1 ms CPU", [*GUNICORN, "app:wsgi"], "/1", 1, 0, 1000, stamps=WSGI),
    "sync-3": served("A sync worker: three such users", [*GUNICORN, "app:wsgi"], "/1", 3, 0, 1000),
    "asgi-0": served("Django's sync view under uvicorn: one user, 0.5 ms CPU", [*UVICORN, "app:django_asgi"], "/view/0/500", 1, 1, stamps=VIEW),
    "asgi-1": served("Django's sync view under uvicorn: one user, 5 ms sleep, then 0.5 ms CPU", [*UVICORN, "app:django_asgi"], "/view/5/500", 1, 1, stamps=VIEW),
    "asgi-8": served("Django's sync view under uvicorn: eight users", [*UVICORN, "app:django_asgi"], "/view/5/500", 8, 1),
    "hold-django-1": served("Django, a pool of one connection: one user, a query of 2 ms, then 1 ms CPU", [*GTHREAD, "app:django_wsgi"], "/page/1000", 1, 1, 0, 2000, PAGE),
    "hold-django-4": served("Django, a pool of one connection: four users", [*GTHREAD, "app:django_wsgi"], "/page/1000", 4, 1, 0, 2000),
    "hold-node-1": served("node-postgres' pool of one connection: one user, a query of 2 ms, then 1 ms CPU", ["pool.js", str(PORT)], "/1", 1, 1, 0, 2000, POOLED),
    "hold-node-4": served("node-postgres' pool of one connection: four users", ["pool.js", str(PORT)], "/1", 4, 1, 0, 2000),
}  # fmt: skip


def fail(message):
    """Ends with a message."""
    sys.exit(f"record: {message}")


class Bench:
    """What the programs need, installed once."""

    def __init__(self):
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "crossover-conformance"
        self.cache = cache
        self.node = shutil.which("node") or fail("needs node")
        if subprocess.check_output([self.node, "--version"], text=True).strip() != f"v{NODE}":
            fail(f"needs Node {NODE}")
        if platform.python_version() != PYTHON:
            fail(f"needs Python {PYTHON}; this is {platform.python_version()}")
        if not (cache / "python" / "bin" / "python").exists():
            venv.create(cache / "python", with_pip=True)
        self.python = str(cache / "python" / "bin" / "python")
        subprocess.check_call([self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES])
        if not (cache / "node_modules" / "pg-pool").exists():
            subprocess.check_call(["npm", "install", "--silent", "--no-audit", "--legacy-peer-deps", "--prefix", str(cache), POOL])
        self.tools = str(pathlib.Path(tempfile.mkdtemp(prefix="time-")) / "tools")
        subprocess.check_call(["cc", "-O2", "-pthread", "-o", self.tools, str(HERE / "tools.c")])
        self.environment = {
            "PATH": os.environ["PATH"], "TIME_TOOLS": self.tools, "TIME_BACKEND": str(BACKEND),
            "TIME_MODULES": str(cache / "node_modules"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def start(self, cores, command, **more):
        """Starts a program on these cores."""
        return subprocess.Popen(
            ["taskset", "-c", cores, *command], cwd=HERE, env=self.environment, text=True, start_new_session=True, **more
        )

    def quiet(self, case, cores):
        """One repeat that nobody disturbed."""
        used = ["cpu0"] if cores == 1 and "command" in case else ["cpu"]
        for _ in range(ATTEMPTS):
            before, begun = foreign_s(used), time.monotonic()
            found = self.run(case, cores)
            share = (foreign_s(used) - before) / (time.monotonic() - begun)
            if share <= FOREIGN:
                return found
            print(f"others used {share:.0%} of a core: once more", flush=True)
        fail("the machine is not quiet")

    def run(self, case, cores):
        """One repeat: its samples, ascending, and where its requests were seen."""
        server_cores, user_cores = ("0", "1") if cores == 1 else ("0,1", "0,1")
        if "command" in case:
            program, *rest = case["command"]
            text = self.finish(self.start(server_cores, [self.node if program == "node" else self.python, *rest], stdout=subprocess.PIPE))
        else:
            text = self.serve(case, server_cores, user_cores)
        rows = [list(map(int, line.split())) for line in text.splitlines()]
        if len(rows) < SAMPLES:
            fail(f"only {len(rows)} samples")
        if case.get("stamps"):
            stages = self.stages(case, rows)
        elif case.get("others"):
            stages = {case["others"]: sorted(span for row in rows for span in row[1:])}
        else:
            stages = {}
        return sorted(row[0] for row in rows), stages

    def stages(self, case, rows):
        """Between which stamps requests spent how long: nanoseconds, ascending."""
        lines = pathlib.Path(self.environment["TIME_STAMPS"]).read_text().splitlines()[UNCOUNTED:]
        names = case["stamps"]
        found = {name: [] for name in [*names, USER]}
        for (latency, begun), line in zip(rows, lines):
            seen = list(map(int, line.split()))
            if len(seen) != len(names):
                fail(f"stamps {seen} are not {names}")
            for name, before, here in zip(names, [begun, *seen], seen):
                found[name].append(here - before)
            found[USER].append(begun + latency - seen[names.index(DONE)])
        return {name: sorted(spans) for name, spans in found.items()}

    def serve(self, case, server_cores, user_cores):
        """Runs users against a server."""
        for port in (PORT, BACKEND):
            if listens(port):
                fail(f"something listens on {port} already")
        started = []
        try:
            if case["backend_us"]:
                started.append(self.start(user_cores, [self.tools, "backend", str(case["backend_us"]), str(BACKEND)]))
                await_port(BACKEND)
            self.environment.pop("TIME_STAMPS", None)
            self.environment.pop("TIME_VIEWS", None)
            if case["stamps"]:
                stamps = pathlib.Path(self.tools).with_name("stamps")
                stamps.write_text("")
                self.environment["TIME_STAMPS"] = str(stamps)
                if STARTED in case["stamps"]:
                    self.environment["TIME_VIEWS"] = "1"
            program = self.node if case["server"][0] == "pool.js" else self.python
            started.append(self.start(server_cores, [program, *case["server"]]))
            await_port(PORT)
            users = case["users"]
            arguments = [users["users"], users["keep_alive"], users["latency_us"], SAMPLES, PORT, users["path"]]
            return self.finish(self.start(user_cores, [self.tools, "users", *map(str, arguments)], stdout=subprocess.PIPE))
        finally:
            for process in reversed(started):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                reap(process.pid)

    def finish(self, process):
        """What a program printed."""
        try:
            text, _ = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            fail(f"{process.args} takes too long")
        if process.returncode != 0:
            fail(f"{process.args} ended with {process.returncode}")
        return text


def reap(group):
    """Waits for what a killed program leaves behind, so that its CPU time is known."""
    try:
        while True:
            os.waitpid(-group, 0)
    except ChildProcessError:
        pass


def foreign_s(cores):
    """CPU seconds that these cores have spent on others than this program and its ended children."""
    rows = [line.split() for line in open("/proc/stat")]
    busy = 0
    for _, user, nice, system, _, _, irq, softirq, steal, *_ in (row for row in rows if row[0] in cores):
        busy += sum(map(int, (user, nice, system, irq, softirq, steal))) / os.sysconf("SC_CLK_TCK")
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return busy - sum(usage.ru_utime + usage.ru_stime for usage in own)


def listens(port):
    """Whether somebody listens on a port."""
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def await_port(port):
    """Waits until somebody listens, and then until it has settled."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            time.sleep(SETTLE_S)
            return
        except OSError:
            time.sleep(0.05)
    fail(f"nobody listens on {port}")


def machine():
    """What it was recorded on."""
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "date": datetime.date.today().isoformat(),
        "boot": pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()[:8],
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "glibc": platform.libc_ver()[1],
        "cpu": models[0],
        "of_cores": len(models),
        "python": PYTHON,
        "node": NODE,
        "packages": PACKAGES + [POOL.replace("@", "==")],
    }


def quantiles(samples):
    """Microseconds at (i + 1/2) / QUANTILES."""
    return [round(samples[(2 * i + 1) * len(samples) // (2 * QUANTILES)] / 1e3, 1) for i in range(QUANTILES)]


def save(name, cores, samples, stages, add):
    """Writes a fixture, or adds a repeat to it."""
    path = HERE / f"{name}-on-{cores}.json"
    case = {key: value for key, value in CASES[name].items() if value is not None}
    repeats = json.loads(path.read_text())["recordings"] if add and path.exists() else []
    repeats.append({"samples": len(samples), **machine(), "quantiles_us": quantiles(samples)})
    if stages:
        repeats[-1]["stages_us"] = {stage: quantiles(spans) for stage, spans in stages.items()}
    keys = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in {**case, "cores": cores}.items()]
    rows = ",\n".join("    " + json.dumps(repeat) for repeat in repeats)
    path.write_text("{\n" + ",\n".join(keys) + f',\n  "recordings": [\n{rows}\n  ]\n}}\n')


def main():
    """Records what was asked for."""
    parser = argparse.ArgumentParser(prog="conformance/record time")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(CASES))
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--on", type=int, choices=(1, 2), help="on so many cores only")
    parser.add_argument("--add", action="store_true", help="keep the repeats that are there")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in CASES:
            fail(f"there is no case {name}")
    if (os.cpu_count() or 1) < 2:
        fail("needs two cores")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    bench = Bench()
    for repeat in range(asked.repeats):
        for name in asked.names or CASES:
            for cores in (asked.on,) if asked.on else (1, 2):
                begun = time.monotonic()
                samples, stages = bench.quiet(CASES[name], cores)
                save(name, cores, samples, stages, asked.add or repeat > 0)
                shown = "  ".join(f"{samples[int(q * len(samples))] / 1e6:9.3f}" for q in (0.01, 0.5, 0.9, 0.99))
                print(f"{name:14} on {cores}  {shown} ms  in {time.monotonic() - begun:4.1f} s", flush=True)


main()
