"""The recorded applications: bare WSGI for gunicorn's workers, Django for what Django itself decides."""

import os
import time

import django
from django.conf import settings
from django.core import signals
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.urls import path

from stamps import end, stamp

BODY = b"hello"


def compute(ms):
    """Uses so much CPU time of this thread, whatever the core's speed."""
    until = time.thread_time_ns() + int(ms * 1e6)
    while time.thread_time_ns() < until:
        for _ in range(200):
            pass


def wsgi(environ, start_response):
    """/MS: computes so long."""
    stamp()
    compute(float(environ["PATH_INFO"][1:]))
    stamp()
    end()
    start_response("200 OK", [("Content-Length", str(len(BODY)))])
    return [BODY]


def view(request, ms, work):
    """Waits and computes."""
    stamp()
    if ms > 0:
        time.sleep(ms / 1000)
    compute(work / 1000)
    stamp()
    end()
    return HttpResponse(BODY, headers={"Content-Length": len(BODY)})


def page(request, work):
    """One query, then computes."""
    with connection.cursor() as cursor:
        cursor.execute("select backend()")
        cursor.fetchall()
    compute(work / 1000)
    stamp()
    return HttpResponse(BODY, headers={"Content-Length": len(BODY)})


urlpatterns = [
    path("view/<int:ms>/<int:work>", view),
    path("page/<int:work>", page),
]

settings.configure(
    ROOT_URLCONF="app",
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="none",
    DATABASES={"default": {"ENGINE": "stub", "NAME": ":memory:"}},
)
django.setup()
if "TIME_VIEWS" in os.environ:
    signals.request_started.connect(lambda **_: stamp(), weak=False)
django_wsgi = get_wsgi_application()
django_asgi = get_asgi_application()
