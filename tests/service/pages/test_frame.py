"""The frame: signing in, what a role may not open, what does not exist."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.service.makers import PASSWORD, make_user
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db


def test_without_a_sign_in_the_front_door_leads_to_it(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/account/login/"


def test_a_member_of_staff_signs_in_and_sees_their_roles(client: Client) -> None:
    make_user(Role.SENIOR, name="Sam")
    answer = client.post("/account/login/", {"login": "sam", "password": PASSWORD}, follow=True)
    assert "Senior probation officer" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.PRACTITIONER, "/casework/cases/"),
        (Role.SENIOR, "/casework/cases/"),
        (Role.MONITORING_OFFICER, "/desk/items/"),
        (Role.FIELD_OFFICER, "/orders/installations"),
        (Role.ANALYST, "/desk/workload/"),
        (Role.AUDITOR, "/audit/"),
        (Role.ADMINISTRATOR, "/staff/accounts/"),
    ],
)
def test_each_role_starts_at_its_own_main_list(client: Client, role: Role, address: str) -> None:
    client.force_login(make_user(role, name="Sam").user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").headers["Location"] == address
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("root", "address"), [("/desk/", "/desk/items/"), ("/casework/", "/casework/cases/")]
)
def test_the_roots_lead_to_their_lists(client: Client, root: str, address: str) -> None:
    assert client.get(root).headers["Location"] == address


def test_nobody_can_sign_themselves_up(client: Client) -> None:
    assert "sign up" not in client.get("/account/login/").content.decode().lower()
    assert client.get("/account/signup/").status_code == 404
    assert client.post("/account/signup/", {"username": "new", "password1": PASSWORD}).status_code == 404
