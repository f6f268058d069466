"""The API keeps its own description: schemathesis makes requests from the OpenAPI document and checks every answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.api.keys import key_with
from tests.service.conftest import Clock
from tests.service.monitoring.lives import (
    END_US,
    deliver,
    facts_from,
    order_for,
    put_on_record,
    said,
    work_until_idle,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's connection, and its transaction, open between the requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def description(clock: Clock, one_connection: None) -> BaseSchema:
    """The API's description over a record of one person."""
    put_on_record([order_for(0)])
    deliver(*said(*facts_from(3, people=1, fixes=300, statuses=60)), now_us=END_US)
    work_until_idle(now_us=END_US)
    clock.now_us = END_US
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    found.config.output.sanitization.update(enabled=False)
    return found


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_answer_is_one_that_the_description_names(description: BaseSchema) -> None:
    headers = {"Authorization": f"Bearer {key_with()}"}
    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) >= 10
    statuses: Counter[int] = Counter()
    for operation in operations:

        @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=operation.as_strategy())
        def ask(case: Case) -> None:
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            statuses[answer.status_code] += 1

        ask()
    assert {200, 400, 404} <= statuses.keys(), "the requests reached too little"
