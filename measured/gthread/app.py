"""The Django app that was recorded: the seven default middleware, DEBUG off, no database."""

import os
import time

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
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
)

if "SWITCH" in os.environ:
    import sys

    sys.setswitchinterval(float(os.environ["SWITCH"]))


def work(rounds):
    x = 1
    for i in range(rounds):
        x = (x * 31 + i) & 0xFFFF
    return x


MS = int(os.environ.get("ROUNDS_PER_MS", "16000"))


def hello(request):
    return HttpResponse("hello")


def cpu2(request):
    return HttpResponse(str(work(2 * MS)))


def mix(request):
    work(MS)
    time.sleep(0.020)
    return HttpResponse(str(work(MS // 10)))


urlpatterns = [path("hello", hello), path("cpu2", cpu2), path("mix1_20", mix)]
application = get_wsgi_application()
