"""Django's settings for the tools and the tests: the service's own, with a key and a folder for the occasion."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("THROUGHCARE_SECRET_KEY", "only-for-tests-and-tools-never-for-a-service")
os.environ.setdefault("THROUGHCARE_DATA_DIR", tempfile.mkdtemp(prefix="throughcare-"))
os.environ.setdefault("THROUGHCARE_DEMO", "yes")
os.environ.setdefault("THROUGHCARE_REQUIRE_MFA", "no")

from throughcare.service.settings import *  # noqa: F403

# Straight from the sources: nothing is collected, and no page needs a manifest.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for invented staff only
