"""An officer, a senior of the same team, and a person whom both may see."""

from __future__ import annotations

import pytest

from tests.service.makers import Staff, make_person
from throughcare.service.people.models import Person
from throughcare.service.roles import Role


@pytest.fixture
def officer(staff: dict[Role, Staff]) -> Staff:
    return staff[Role.PRACTITIONER]


@pytest.fixture
def senior(staff: dict[Role, Staff]) -> Staff:
    return staff[Role.SENIOR]


@pytest.fixture
def person(officer: Staff) -> Person:
    return make_person("R1", officer=officer.user)
