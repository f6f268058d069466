"""The server: gunicorn with threads, started by the command line and stopped in order."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from throughcare.service.operations.loading import loaded_application
from throughcare.service.operations.tally import TALLY
from throughcare.service.operations.upgrading import prepare_database

GRACE_S = 30  # what was begun is finished within it
_LOG = logging.getLogger("throughcare.serve")


def serve(*, host: str, port: int, processes: int, threads: int, migrate: bool) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit code.

    Parameters
    ----------
    migrate : bool
        Apply pending migrations first. On invented data it is done without asking.

    Raises
    ------
    RefusedInput
        If the database does not fit this version.
    """
    applied = prepare_database(migrate=migrate or settings.CONFIGURATION.demo)
    _LOG.info("database ready", extra={"fields": {"migrations_applied": len(applied)}})
    call_command("collectstatic", verbosity=0, interactive=False)
    connections.close_all()  # nothing that is open may be shared by the processes
    options = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "threads": threads,
        "worker_class": "gthread",
        "preload_app": True,
        "graceful_timeout": GRACE_S,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 8190,
        "control_socket_disable": True,
        "proc_name": "throughcare-serve",
        "logger_class": ServerLog,
        "post_fork": _after_fork,
    }
    _Server(options).run()
    return 0


def _after_fork(server: object, worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    TALLY.take_slot(int(worker.age))


class ServerLog(Logger):  # type: ignore[misc]
    """The server's own log, through the service's: lines of JSON, and no address of a request."""

    def setup(self, cfg: object) -> None:
        """Leave the writing to the root logger."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        """Log a failure outside the application; its arguments hold what was asked for and are left out."""
        self.error_log.exception("a request failed outside the application")


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, options: dict[str, object]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:  # older gunicorns have no control socket to switch off
                self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        return loaded_application()
