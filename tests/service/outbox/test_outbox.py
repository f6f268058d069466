"""The outbox: each notice goes to who asked for it, until it arrives, at least once, under one key."""

from __future__ import annotations

import json

import pytest

from tests.service.makers import NOW_US, make_user
from throughcare.adapters.notify.webhooks import Sent, is_signed
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.service.outbox.actions import (
    LEASE_US,
    add_endpoint,
    enqueue,
    send_due,
    stop_endpoint,
    try_again,
)
from throughcare.service.outbox.models import OutboxItem
from throughcare.service.outbox.queries import endpoints
from throughcare.service.outbox.vocabulary import WAITS_US
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer

pytestmark = pytest.mark.django_db
URL = "https://example.org/notices"


class Receiver:
    """Another system: answers as told and remembers what came."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[str, bytes, dict[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> Sent:
        self.taken.append((url, body, headers))
        status = self.answers.pop(0) if self.answers else 200
        return Sent(status, f"answered {status}" if status else "no answer")

    @property
    def keys(self) -> list[str]:
        return [headers["Throughcare-Delivery"] for _, _, headers in self.taken]


@pytest.fixture
def admin(db: None) -> Viewer:
    return make_user(Role.ADMINISTRATOR).viewer


def announce(key: str = "evt-1", kind: str = "incident.opened", person_ref: str = "P1") -> None:
    enqueue(kind=kind, key=key, body={"person_ref": person_ref, "code": "AL10"}, now_us=NOW_US)


def test_a_notice_goes_once_to_each_who_asked_for_its_kind(admin: Viewer) -> None:
    first, _ = add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    add_endpoint(by=admin, now_us=NOW_US, url=URL + "2", events=["incident.closed"])
    announce()
    announce()
    receiver = Receiver()
    send_due(now_us=NOW_US, post=receiver)
    send_due(now_us=NOW_US, post=receiver)
    assert receiver.keys == [f"evt-1@{first}"]


def test_what_is_sent_is_signed_with_the_secret_that_was_shown(admin: Viewer) -> None:
    _, secret = add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce()
    receiver = Receiver()
    send_due(now_us=NOW_US, post=receiver)
    _, body, headers = receiver.taken[0]
    assert is_signed(body, headers["Throughcare-Signature"], secret=secret, now_s=NOW_US // SECOND_US)
    assert json.loads(body) == {"event": "incident.opened", "person_ref": "P1", "code": "AL10"}


def test_nothing_is_told_of_a_person_whose_record_is_limited(admin: Viewer) -> None:
    add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce("evt-1", person_ref="HIDDEN")
    announce("evt-2", person_ref="P2")
    receiver = Receiver()
    send_due(now_us=NOW_US, post=receiver, hidden_refs={"HIDDEN"})
    assert [key.partition("@")[0] for key in receiver.keys] == ["evt-2"]
    assert OutboxItem.objects.get(key="evt-1").last_error == "withheld: limited access"


def test_what_does_not_arrive_is_tried_again_in_its_rhythm_and_then_given_up(admin: Viewer) -> None:
    add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce()
    receiver = Receiver(*[500] * 20)
    now_us, tries = NOW_US, []
    for wait_us in (*WAITS_US, 0):
        send_due(now_us=now_us - 1, post=receiver)
        tries.append(len(receiver.taken))
        send_due(now_us=now_us, post=receiver)
        now_us += wait_us
    send_due(now_us=now_us + 100 * WAITS_US[-1], post=receiver)
    assert tries == list(range(len(WAITS_US) + 1))
    assert len(receiver.taken) == len(WAITS_US) + 1
    view = endpoints()[0]
    assert (view.waiting, view.delivered, view.abandoned, view.last_error) == (0, 0, 1, "answered 500")


def test_what_was_given_up_is_tried_again_when_somebody_says_so(admin: Viewer) -> None:
    number, _ = add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce()
    receiver = Receiver(*[0] * (len(WAITS_US) + 1))
    now_us = NOW_US
    for wait_us in (*WAITS_US, 0):
        send_due(now_us=now_us, post=receiver)
        now_us += wait_us
    assert try_again(by=admin, now_us=now_us, number=number) == 1
    send_due(now_us=now_us, post=receiver)
    assert endpoints()[0].delivered == 1


def test_a_sender_that_was_killed_leaves_the_notice_to_another(admin: Viewer) -> None:
    add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce()

    def killed(url: str, body: bytes, headers: dict[str, str]) -> Sent:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(now_us=NOW_US, post=killed)
    receiver = Receiver()
    send_due(now_us=NOW_US + LEASE_US - 1, post=receiver)
    assert receiver.keys == []
    send_due(now_us=NOW_US + LEASE_US, post=receiver)
    assert len(receiver.keys) == 1


def test_an_endpoint_that_does_not_answer_holds_up_nobody_else(admin: Viewer) -> None:
    add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    add_endpoint(by=admin, now_us=NOW_US, url=URL + "/quick", events=["incident.opened"])
    for number in range(5):
        announce(f"evt-{number}")

    asked: list[str] = []

    def half(url: str, body: bytes, headers: dict[str, str]) -> Sent:
        asked.append(url)
        return Sent(200, "") if url.endswith("quick") else Sent(0, "no answer")

    send_due(now_us=NOW_US, post=half)
    assert asked.count(URL) == 1
    assert asked.count(URL + "/quick") == 5


def test_a_stopped_endpoint_is_told_nothing_more(admin: Viewer) -> None:
    number, _ = add_endpoint(by=admin, now_us=NOW_US, url=URL, events=["incident.opened"])
    announce("evt-1")
    send_due(now_us=NOW_US, post=Receiver(500))
    assert stop_endpoint(by=admin, now_us=NOW_US, number=number)
    assert not stop_endpoint(by=admin, now_us=NOW_US, number=number)
    announce("evt-2")
    receiver = Receiver()
    send_due(now_us=NOW_US + 60 * MINUTE_US, post=receiver)
    assert receiver.keys == []


@pytest.mark.parametrize(
    ("url", "events"), [(URL, []), (URL, ["weather"]), ("gopher://example.org", ["incident.opened"])]
)
def test_an_endpoint_that_cannot_be_used_is_refused(admin: Viewer, url: str, events: list[str]) -> None:
    with pytest.raises(RefusedInput):
        add_endpoint(by=admin, now_us=NOW_US, url=url, events=events)
