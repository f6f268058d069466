"""Health and metrics: what they say, to whom, and what is in none of them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from tests.service.conftest import Clock
from tests.service.makers import make_person
from throughcare.monitoring.fixes import Positions
from throughcare.service.monitoring.actions import store_facts
from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.operations.actions import Progress, beat, leave
from throughcare.service.operations.tally import Tally

TOKEN = "a token for the metrics"


@pytest.fixture
def token(settings: Settings) -> dict[str, str]:
    """The header of somebody who has the token."""
    settings.CONFIGURATION = replace(settings.CONFIGURATION, metrics_token=TOKEN)
    return {"authorization": f"Bearer {TOKEN}"}


def deliver(now_us: int, device: str = "DEVICE-OF-SOMEBODY") -> None:
    positions = Positions.build(key=[0], keys=(device,), t_us=[now_us], lat_deg=[53.5], lon_deg=[-1.5])
    store_facts(delivery=Delivery(delivery_id="d1", positions=positions), now_us=now_us)


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/operations/alive").content == b"alive\n"


@pytest.mark.django_db
def test_ready_says_what_waits_and_how_long_workers_are_silent(client: Client, clock: Clock) -> None:
    deliver(clock.now_us)
    beat(worker="w1", progress=Progress(started_us=clock.now_us), now_us=clock.now_us)
    clock.now_us += 90_000_000
    assert client.get("/operations/ready").json() == {
        "database": "answers",
        "worker_silent_s": 90,
        "inbox_items": 1,
        "inbox_oldest_s": 90,
    }


@pytest.mark.django_db
def test_ready_is_503_when_the_database_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise DatabaseError

    monkeypatch.setattr("throughcare.service.operations.views.waiting", broken)
    assert client.get("/operations/ready").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize("given", [None, "", "Bearer wrong", TOKEN + "x"])
def test_without_the_token_there_are_no_metrics(
    client: Client, token: dict[str, str], given: str | None
) -> None:
    headers = {} if given is None else {"authorization": given}
    assert client.get("/operations/metrics", headers=headers).status_code == 404


@pytest.mark.django_db
def test_without_a_token_in_the_settings_nobody_reads_the_metrics(client: Client) -> None:
    assert client.get("/operations/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_metrics_tell_what_waits_and_what_workers_did(
    client: Client, clock: Clock, token: dict[str, str]
) -> None:
    deliver(clock.now_us)
    progress = Progress(started_us=clock.now_us)
    progress.count(task="evaluate", done=7)
    beat(worker="w1", progress=progress, now_us=clock.now_us)
    leave(worker="w2", progress=Progress(started_us=clock.now_us), now_us=clock.now_us)
    clock.now_us += 30_000_000
    answer = client.get("/operations/metrics", headers=token)
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert "throughcare_inbox_items 1\n" in text
    assert "throughcare_inbox_oldest_age_seconds 30\n" in text
    assert 'throughcare_worker_done_total{worker="w1",task="evaluate"} 7\n' in text
    assert 'throughcare_worker_silent_seconds{worker="w1"} 30\n' in text
    assert "w2" not in text
    assert text.endswith("# EOF\n")


@pytest.mark.django_db
def test_metrics_are_well_formed_and_name_nobody(client: Client, clock: Clock, token: dict[str, str]) -> None:
    make_person("P1")
    deliver(clock.now_us)
    client.get("/staff/me")
    lines = client.get("/operations/metrics", headers=token).content.decode().splitlines()
    sample = re.compile(r'^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.e+]+$')
    assert [line for line in lines if not line.startswith("#") and not sample.match(line)] == []
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    assert not re.search("P1|FamilyP1|DEVICE-OF-SOMEBODY|53\\.5", "\n".join(lines))


def test_a_tally_adds_what_every_slot_counted() -> None:
    tally = Tally()
    for slot in (1, 2):
        tally.take_slot(slot)
        tally.count(surface="desk", status=200, took_s=0.02)
        tally.count(surface="nowhere", status=503, took_s=9.0)
    found = {counts.surface: counts for counts in tally.counts()}
    assert found["desk"].by_status == {"2xx": 2}
    assert found["desk"].within[1] == 2
    assert found["pages"].by_status == {"5xx": 2}
    assert found["pages"].sum_s == 18.0
