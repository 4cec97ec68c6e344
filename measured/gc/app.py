"""The Django app that was recorded: the seven default middleware, DEBUG off; it keeps the collector's times of its process.

`/NAME` runs an endpoint of profile.csv, `/kept` answers with what was kept since it was asked last, as JSON.
"""

import gc
import json
import math
import os
import time

from django.conf import settings
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.template import engines
from django.urls import path

settings.configure(
    DEBUG=False,
    SECRET_KEY="recording",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres", "HOST": os.environ.get("PGHOST", ""), "CONN_MAX_AGE": 600}},
)
django = get_wsgi_application()


def application(environ, start_response):
    kept.requests += 1
    return django(environ, start_response)


from django.contrib.contenttypes.models import ContentType  # noqa: E402 (needs the settings)

rows = [{"id": i, "name": f"<{i}>"} for i in range(100)]
page = engines["django"].from_string("{% for r in rows %}<li>{{ r.id }}: {{ r.name }}{% endfor %}")


def work(rounds):
    x = 1
    for i in range(rounds):
        x = (x * 31 + i) & 0xFFFF
    return x


def hello(request):
    return HttpResponse("hello")


def cpu2(request):
    return HttpResponse(str(work(32_000)))


def io20(request):
    time.sleep(0.020)
    return HttpResponse("slept")


def db(request):
    return HttpResponse(ContentType.objects.get(pk=1).model)


def template(request):
    return HttpResponse(page.render({"rows": rows}))


def template_cached(request):
    return HttpResponse(cache.get_or_set("page", lambda: page.render({"rows": rows})))


class Kept:
    """Requests, CPU, and the pauses of each generation since `clear`: count, sum, sum of squares and longest, ms."""

    def clear(self):
        self.requests = 0
        self.cpu = time.process_time_ns()
        self.pauses = [[0, 0.0, 0.0, 0.0] for _ in range(3)]

    def __call__(self, phase, info):
        if phase == "start":
            self.begun = time.perf_counter_ns()
            return
        ms = (time.perf_counter_ns() - self.begun) / 1e6
        of = self.pauses[info["generation"]]
        of[0] += 1
        of[1] += ms
        of[2] += ms * ms
        of[3] = max(of[3], ms)


kept = Kept()
kept.clear()
gc.callbacks.append(kept)


def report(request):
    cpu_ms = (time.process_time_ns() - kept.cpu) / 1e6
    generations = []
    for n, total, squares, most in kept.pauses:
        mean = total / n if n else 0.0
        cv = math.sqrt(max(squares / n - mean * mean, 0.0)) / mean if n else 0.0
        generations.append([n, mean, cv, most])
    answer = json.dumps({"requests": kept.requests - 1, "cpu_ms": cpu_ms, "generations": generations, "objects": len(gc.get_objects())})
    kept.clear()
    return HttpResponse(answer)


urlpatterns = [path(view.__name__, view) for view in (hello, cpu2, io20, db, template, template_cached)] + [path("kept", report)]
