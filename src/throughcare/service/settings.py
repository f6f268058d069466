"""Django's settings. With cli and runners, the only place that reads the clock, randomness and environment."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from csp.constants import NONE, SELF

from throughcare.service.configuration import read_configuration

CONFIGURATION = read_configuration(os.environ)
_HERE = Path(__file__).resolve().parent


def now_us() -> int:
    """Return the present in UTC microseconds; in a demonstration, the town's."""
    if CONFIGURATION.demo_clock_us:
        return CONFIGURATION.demo_clock_us + time.monotonic_ns() // 1000
    return time.time_ns() // 1000


CLOCK = now_us  # tests put another in its place
NEW_TOKEN = secrets.token_hex

SECRET_KEY = CONFIGURATION.secret_key
DEBUG = False
ALLOWED_HOSTS = list(CONFIGURATION.hosts)
ROOT_URLCONF = "throughcare.service.urls"
WSGI_APPLICATION = "throughcare.service.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {**CONFIGURATION.database(), "ATOMIC_REQUESTS": False}}

INSTALLED_APPS = [
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "throughcare.service.pages",
    "throughcare.service.accounts",  # before allauth: our templates stand in front of its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "throughcare.service.access",
    "throughcare.service.audit",
    "throughcare.service.people",
    "throughcare.service.victims",
    "throughcare.service.orders",
    "throughcare.service.monitoring",
    "throughcare.service.desk",
    "throughcare.service.outbox",
    "throughcare.service.casework",
    "throughcare.service.risk",
    "throughcare.service.operations",
    "throughcare.service.api",
]
MIDDLEWARE = [
    "throughcare.service.operations.middleware.Measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "throughcare.service.accounts.middleware.ViewerMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "throughcare.service.pages.context.page_frame",
            ],
            "builtins": ["throughcare.service.pages.templatetags.govuk"],
        },
    }
]
FORM_RENDERER = "throughcare.service.pages.rendering.GovukRenderer"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "throughcare.service.accounts.adapters.StaffAccounts"
SOCIALACCOUNT_ADAPTER = "throughcare.service.accounts.adapters.StaffSocialAccounts"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form's way to another host would need a hole in form-action
MFA_ADAPTER = "throughcare.service.accounts.adapters.StaffSecondFactors"
# The lock-out by user name is axes'. By address the bound is wide: an office shares one.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "10/5m/key"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Throughcare"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "organisation",
                "name": CONFIGURATION.organisation_name,
                "client_id": CONFIGURATION.oidc_client_id,
                "secret": CONFIGURATION.oidc_client_secret,
                "settings": {"server_url": CONFIGURATION.oidc_server_url},
            }
        ]
        if CONFIGURATION.oidc_server_url
        else []
    }
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]  # an office shares one address: locking it would lock out everybody
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_USERNAME_CALLABLE = "throughcare.service.accounts.adapters.lockout_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"

SESSION_COOKIE_AGE = CONFIGURATION.session_minutes * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not CONFIGURATION.demo
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 0 if CONFIGURATION.demo else 31_536_000
SECURE_SSL_REDIRECT = not CONFIGURATION.demo
SECURE_REDIRECT_EXEMPT = [r"^operations/(alive|ready|metrics)$"]  # asked from inside, before the proxy
SECURE_PROXY_SSL_HEADER = None if CONFIGURATION.demo else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("cy", "Cymraeg")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

# In the database, so that attempts count once however many processes answer.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "throughcare_cache",
    }
}

STATIC_URL = "static/"
STATIC_ROOT = CONFIGURATION.data_dir / "static"
STATICFILES_DIRS = [_HERE / "static"] if (_HERE / "static").is_dir() else []  # made by tools/front_end.py
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = CONFIGURATION.max_body_mb * 1_000_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "throughcare.service.operations.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},  # below it, it writes user names
    },
}
