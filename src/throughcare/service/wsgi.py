"""The service as a WSGI application, for gunicorn and the like."""

from __future__ import annotations

import os

from throughcare.service.operations.loading import loaded_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughcare.service.settings")
application = loaded_application()
