"""A database behind a pool of one connection: SQLite in memory, whose function `backend()` asks the backend and waits.

When a connection is taken and given back is left to Django; CONN_MAX_AGE is 0.
"""

import os
import socket
import threading

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3 import base

from stamps import end, stamp

POOL = threading.Semaphore(1)
SPARE = []


def ask():
    """One query: a round trip to the backend."""
    link = SPARE.pop() if SPARE else socket.create_connection(("127.0.0.1", int(os.environ["TIME_BACKEND"])))
    stamp()
    link.send(b"q")
    link.recv(1)
    stamp()
    SPARE.append(link)
    return 1


class DatabaseWrapper(base.DatabaseWrapper):
    """Holds the pool's connection from opening to closing."""

    def get_new_connection(self, conn_params):
        POOL.acquire()
        stamp()
        opened = super().get_new_connection(conn_params)
        opened.create_function("backend", 0, ask)
        return opened

    def close(self):
        held = self.connection is not None
        BaseDatabaseWrapper.close(self)  # SQLite's own does not close what is in memory
        if held:
            POOL.release()
            stamp()
            end()
