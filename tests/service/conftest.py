"""What the tests of the service share: a clock that stands still, staff of every role, people in teams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.service.makers import NOW_US, Staff, make_staff
from throughcare.service.roles import Role


@dataclass
class Clock:
    """The present, as the tests set it."""

    now_us: int = NOW_US

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture(autouse=True)
def clock(settings: Settings) -> Clock:
    """Stand the service's clock still; a test moves it by setting ``now_us``."""
    standing = Clock()
    settings.CLOCK = standing
    return standing


@pytest.fixture(autouse=True)
def emptied_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the audit log after a test whose database is flushed: the log's triggers would refuse it."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")) and "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    append_only = import_module("throughcare.service.audit.migrations.0002_append_only")
    with connection.schema_editor() as editor:
        append_only.backwards(None, editor)
        editor.execute("DELETE FROM audit_entry")
        append_only.forwards(None, editor)


@pytest.fixture
def staff(db: None) -> dict[Role, Staff]:
    """One member of staff a role, in the first team where the role is bound to teams."""
    return make_staff()


@pytest.fixture
def signed_in(client: Client) -> object:
    """Return a function that signs a member of staff in and returns the client."""

    def sign_in(who: Staff) -> Client:
        client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
