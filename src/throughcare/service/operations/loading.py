"""The application as a server process runs it: everything loaded, and left alone by the collector of garbage."""

from __future__ import annotations

import gc

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver


def loaded_application() -> WSGIHandler:
    """Load the service whole, and take what was loaded out of the collector's rounds.

    A full round over a quarter of a million objects that never go away took 120 ms of a request now and then: all
    of the slowest twentieth of the answers. Before a fork it also keeps the pages of memory shared.
    """
    application = get_wsgi_application()
    assert get_resolver().url_patterns, "reading the addresses loads every view"
    gc.collect()
    gc.freeze()
    return application
