"""What an administrator does with accounts: make, give a role for a time, end it, close."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.service.conftest import Clock
from tests.service.makers import NOW_US, PASSWORD, Staff, make_team, make_user
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.service.accounts import actions
from throughcare.service.accounts.actions import Refused
from throughcare.service.accounts.models import PasswordLink, User
from throughcare.service.accounts.queries import viewer_of
from throughcare.service.audit.models import Entry
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
OPEN = {"full_name": "Alex Doe", "username": "alex", "email": "alex@example.org"}


@pytest.fixture
def administrator(signed_in: SignIn) -> Client:
    return signed_in(make_user(Role.ADMINISTRATOR))


def make_alex(administrator: Client) -> tuple[User, str]:
    page = administrator.post("/staff/accounts/new", OPEN).content.decode()
    return User.objects.get(username="alex"), re.search(r"/staff/password/\w+", page)[0]


def test_a_new_colleague_sets_their_own_password_once(administrator: Client) -> None:
    alex, link = make_alex(administrator)
    assert not alex.has_usable_password()
    client = Client()
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.post("/account/login/", {"login": "alex", "password": PASSWORD}).status_code == 302
    assert Client().get(link).status_code == 410
    assert (
        Client().post(link, {"password": "another one again", "again": "another one again"}).status_code
        == 410
    )


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [("short", "short", "too short"), ("password1234", "password1234", "too common"),
     ("alex@example.org", "alex@example.org", "too similar"), (PASSWORD, "x", "not the same")],
)  # fmt: skip
def test_a_weak_or_mistyped_password_is_refused(
    administrator: Client, password: str, again: str, words: str
) -> None:
    _, link = make_alex(administrator)
    answer = Client().post(link, {"password": password, "again": again})
    assert words in answer.content.decode()


def test_a_link_ends_with_its_time_or_with_the_next_one(administrator: Client, clock: Clock) -> None:
    alex, first = make_alex(administrator)
    page = administrator.post(f"/staff/accounts/{alex.pk}/link").content.decode()
    second = re.search(r"/staff/password/\w+", page)[0]
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    clock.now_us += actions.LINK_HOURS * HOUR_US
    assert Client().get(second).status_code == 410


def test_the_link_itself_is_not_in_the_database(administrator: Client) -> None:
    _, link = make_alex(administrator)
    assert link.rsplit("/", 1)[1] not in str(list(PasswordLink.objects.values()))


def test_a_role_is_given_until_a_day_and_ends_by_itself(administrator: Client, clock: Clock) -> None:
    alex, _ = make_alex(administrator)
    team = make_team()
    answer = administrator.post(
        f"/staff/accounts/{alex.pk}", {"role": "practitioner", "team": team.pk, "last_day": "2026-03-10"}
    )
    assert answer.status_code == 302
    viewer = viewer_of(alex.pk, now_us=NOW_US)
    assert (viewer.roles, viewer.team_ids) == ({Role.PRACTITIONER}, {team.pk})
    assert not viewer_of(alex.pk, now_us=NOW_US + 2 * DAY_US).roles


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"role": "practitioner", "last_day": "2026-03-10"}, "Choose the team"),
        ({"role": "auditor", "last_day": "2026-03-08"}, "today or within a year"),
        ({"role": "auditor", "last_day": "2027-04-01"}, "today or within a year"),
        ({"role": "king", "last_day": "2026-03-10"}, "king"),
    ],
)
def test_a_role_that_does_not_fit_is_refused_beside_its_field(
    administrator: Client, data: dict[str, str], words: str
) -> None:
    alex, _ = make_alex(administrator)
    assert words in administrator.post(f"/staff/accounts/{alex.pk}", data).content.decode()
    assert not viewer_of(alex.pk, now_us=NOW_US).roles


def test_an_administrator_ends_a_role(administrator: Client) -> None:
    who = make_user(Role.SENIOR)
    grant = who.user.grants.get()
    administrator.post(f"/staff/accounts/{who.user.pk}/roles/{grant.pk}/end")
    assert not viewer_of(who.user.pk, now_us=NOW_US).roles


@pytest.mark.parametrize("act", [actions.close_account, actions.remove_second_factors])
def test_nobody_closes_or_weakens_their_own_account(act: Callable[..., None]) -> None:
    who = make_user(Role.ADMINISTRATOR)
    with pytest.raises(Refused):
        act(by=who.viewer, now_us=NOW_US, user_id=who.user.pk)


def test_nobody_gives_themself_a_role(signed_in: SignIn) -> None:
    who = make_user(Role.ADMINISTRATOR)
    answer = signed_in(who).post(
        f"/staff/accounts/{who.user.pk}", {"role": "auditor", "last_day": "2026-03-10"}
    )
    assert "Ask another administrator" in answer.content.decode()
    assert who.user.grants.count() == 1


def test_a_closed_account_loses_its_roles_and_opens_again_without_them(administrator: Client) -> None:
    who = make_user(Role.SENIOR)
    for name in ("close", "reopen"):
        assert administrator.get(f"/staff/accounts/{who.user.pk}/{name}").status_code == 200
        assert administrator.post(f"/staff/accounts/{who.user.pk}/{name}").status_code == 302
    user = User.objects.get(pk=who.user.pk)
    assert (user.is_active, user.has_usable_password()) == (True, False)
    assert not viewer_of(user.pk, now_us=NOW_US + MINUTE_US).roles


def test_two_accounts_cannot_share_an_address(administrator: Client) -> None:
    make_alex(administrator)
    answer = administrator.post(
        "/staff/accounts/new", {"full_name": "A B", "username": "ab", "email": "ALEX@example.org"}
    )
    assert "Somebody has this address" in answer.content.decode()


def test_every_change_is_in_the_log_without_a_name(administrator: Client) -> None:
    alex, _ = make_alex(administrator)
    actions.end_sessions(by=system("test"), now_us=NOW_US, user_id=alex.pk)
    entries = list(Entry.objects.values_list("action", "subject"))
    assert entries == [(action, f"user:{alex.pk}") for action in
                       ("account_created", "password_link_made", "sessions_ended")]  # fmt: skip
    assert "alex" not in str(list(Entry.objects.values())).lower()


def test_the_list_of_accounts_asks_as_many_questions_for_ten_as_for_one(
    administrator: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(10):
        make_user(Role.SENIOR, name=f"staff{number}")
    with django_assert_max_num_queries(9):
        page = administrator.get("/staff/accounts/?q=staff").content.decode()
    assert page.count("<tr") == 11
