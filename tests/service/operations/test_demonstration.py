"""The demonstration: a small town in the record, its tags, and no data but its own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.service.operations.installations import Installation
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, local_datetime
from throughcare.service.operations.demonstration import preparing
from throughcare.service.operations.demonstration.ahead import (
    BEFORE_US,
    STRETCH_DAYS,
    Ahead,
    midnight_us,
    starts,
    write_stretch,
)
from throughcare.service.operations.demonstration.clock import town_us
from throughcare.service.operations.demonstration.tags import Tags, mark


def test_an_empty_folder_is_free(tmp_path: Path) -> None:
    assert not preparing.is_ready(tmp_path)
    assert not preparing.is_ready(tmp_path / "absent")


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"ready": '])
def test_a_folder_that_no_demonstration_made_is_refused_and_not_touched(
    tmp_path: Path, content: str | None
) -> None:
    (tmp_path / "throughcare.sqlite3").write_bytes(b"real")
    if content is not None:
        (tmp_path / preparing.MARKER).write_text(content)
    with pytest.raises(RefusedInput, match="holds a demonstration"):
        preparing.clear(tmp_path)
    assert (tmp_path / "throughcare.sqlite3").read_bytes() == b"real"


def test_one_that_was_half_made_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "half"
    preparing.claim(folder)
    (folder / "throughcare.sqlite3").write_bytes(b"half")
    assert not preparing.is_ready(folder)
    preparing.clear(folder)
    assert not folder.exists()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A town of six people and four days, prepared by the command itself."""
    folder = tmp_path_factory.mktemp("town") / "service"
    place = Installation(folder, f"sqlite:///{folder}/throughcare.sqlite3")
    size = ("--people", "6", "--days", "4", "--seed", "3")
    done = place.run("try", "--folder", str(folder), *size, "--prepare")
    assert done.returncode == 0, done.stderr
    assert "preparing: simulating people 100 %" in done.stderr
    return place


COUNTS = """
import json
from throughcare.service.audit.queries import verify
from throughcare.service.desk.models import DeskItem
from throughcare.service.monitoring.models import EngineState, IncidentRow, PositionRow
from throughcare.service.orders.models import Installation, OrderRecord
from throughcare.service.people.models import Person
from django.conf import settings
from throughcare.service.casework.models import Contact
from throughcare.service.operations.demonstration.preparing import made_of
from throughcare.service.risk.models import Assessment
incidents, made_us = IncidentRow.objects.all(), made_of(settings.CONFIGURATION.data_dir)[1]
print(json.dumps({
    "people": Person.objects.count(),
    "orders": OrderRecord.objects.count(),
    "monitored": Installation.objects.filter(closed_us__isnull=False).count(),
    "waiting": Installation.objects.filter(closed_us__isnull=True).count(),
    "states": EngineState.objects.exclude(blob=b"").count(),
    "incidents": incidents.count(),
    "desk": DeskItem.objects.count(),
    "late": sum(i.first_recorded_us > settings.CLOCK() for i in incidents),
    "before_detection": sum(i.first_recorded_us < i.detected_us for i in incidents),
    "positions": PositionRow.objects.count() > 0,
    "reasons": sorted({row.not_monitored_reason for row in Installation.objects.all()} - {""}),
    "fitted": Installation.objects.filter(closed_us__isnull=True, fitted_us__isnull=False).count(),
    "overdue": Installation.objects.filter(closed_us__isnull=True, due_us__lt=settings.CLOCK()).count(),
    "contacts": sum(bool(row.result) for row in Contact.objects.all()),
    "assessed": sorted(Assessment.objects.values_list("state", flat=True)),
    "with_next": Contact.objects.filter(planned_us__gt=made_us).values("person").distinct().count(),
    "audit": verify().broken_at,
}))
"""


def test_the_town_has_people_orders_incidents_and_work_done_on_them(town: Installation) -> None:
    found = json.loads(town.python(COUNTS))
    assert (found["people"], found["orders"]) == (18, 18)
    assert (found["monitored"], found["waiting"]) == (6, 12)
    assert found["states"] >= 6
    assert found["incidents"] > 0
    assert found["desk"] == found["incidents"]
    assert (found["late"], found["before_detection"], found["audit"]) == (0, 0, None)
    assert found["positions"]
    assert found["reasons"] == ["in_custody", "no_equipment", "no_show", "refused_access"]
    assert (found["fitted"], found["overdue"]) == (2, 7)
    assert found["contacts"] > 0
    assert "decided" in found["assessed"]
    assert found["with_next"] == found["people"]


def test_the_live_engine_goes_on_from_where_the_history_ends(town: Installation) -> None:
    """What was evaluated beside the database is what a worker makes of the same facts from the beginning."""
    again = town.python(ANEW)
    assert json.loads(again) == []


ANEW = """
import json
from throughcare.runners.embedded import rebuild
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import EngineState, IncidentRow
from throughcare.service.monitoring.recorded import recorded
from throughcare.kernel.time import HOUR_US
differing = []
for state in EngineState.objects.all():
    rules = Memory().rules(state.activation_id, state.order_id, settled_us=None, now_us=state.now_us)
    made = rebuild((), *recorded(state.activation_id), rules=rules, now_us=state.now_us, retain_us=48 * HOUR_US)
    told = {e.incident.incident_id: e.incident.as_dict() for e in made.events if e.incident is not None}
    kept = {r.incident_id: r.body for r in IncidentRow.objects.filter(activation_id=state.activation_id, retracted=False)}
    if json.loads(json.dumps(told)) != kept:
        differing.append(state.activation_id)
print(json.dumps(differing))
"""


def test_the_tags_say_each_fact_once_and_all_of_them_again_when_it_was_not_taken(town: Installation) -> None:
    tags = Tags(town.data_dir / "tags")
    start_us, later_us = tags.delivered_us, tags.delivered_us + HOUR_US

    def refuse(document: bytes) -> None:
        raise OSError("not taken")

    with pytest.raises(OSError, match="not taken"):
        tags.deliver(now_us=later_us, send=refuse)
    assert tags.delivered_us == start_us
    sent: list[dict[str, list[dict[str, object]]]] = []
    number = tags.deliver(now_us=later_us, send=lambda document: sent.append(json.loads(document)))
    records = [record for document in sent for records in document.values() for record in records]
    assert number == len(records) > 0
    assert tags.deliver(now_us=later_us, send=refuse) == 0


def test_a_second_start_keeps_what_is_there(town: Installation) -> None:
    made = (town.data_dir / preparing.MARKER).read_text()
    assert town.run("try", "--folder", str(town.data_dir), "--prepare").returncode == 0
    assert (town.data_dir / preparing.MARKER).read_text() == made


def test_a_town_of_another_version_is_not_started_but_can_be_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    (folder / preparing.MARKER).write_text('{"ready": true, "made_us": 1, "seed": 1}')
    with pytest.raises(RefusedInput, match="another version"):
        preparing.is_ready(folder)
    preparing.clear(folder)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("stopped_for_us", "behind_us"),
    [
        (0, 0),
        (5 * MINUTE_US, 0),
        (5 * MINUTE_US + 1, 5 * MINUTE_US + 1),
        (10 * DAY_US, 10 * DAY_US),
        (-HOUR_US, -HOUR_US),
    ],
)
def test_the_towns_clock_stands_still_while_it_is_stopped(
    tmp_path: Path, stopped_for_us: int, behind_us: int
) -> None:
    wall_us = 1_790_000_000_000_000
    assert town_us(tmp_path, wall_us=wall_us) == wall_us
    (tmp_path / "tags").mkdir()
    mark(tmp_path / "tags", wall_us - stopped_for_us)
    assert town_us(tmp_path, wall_us=wall_us) == wall_us - behind_us


def test_the_town_goes_on_after_what_was_simulated_with_its_past(town: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "tags"
    shutil.copytree(town.data_dir / "tags", folder)
    worn = [cohort for cohort in preparing.cohorts_of(*preparing.made_of(town.data_dir)) if cohort.is_fitted]
    tags = Tags(folder)
    at_us = midnight_us(starts(worn, 1))
    ahead = Ahead(folder, worn)
    ahead.keep_up(tags, now_us=at_us - BEFORE_US - 1)
    assert tags.newest == 0
    for number, now_us in ((1, at_us - BEFORE_US), (2, at_us + STRETCH_DAYS * DAY_US)):
        for _ in range(2):
            ahead.keep_up(tags, now_us=now_us)
            if (process := ahead._writing) is not None:
                process.join()
        assert tags.newest == number
    said = _said(tags, at_us + 3 * DAY_US, 2 * HOUR_US)
    assert {name[0] for name in said} >= {"G", "H"}
    devices = json.loads(town.python(WORN))
    assert set(said) <= set(devices)
    assert len(set(said) & set(devices)) >= 6
    write_stretch(tmp_path / "again", worn, 1)
    assert _bytes_of(tmp_path / "again" / "0001") == _bytes_of(folder / "0001")
    _said(tags, at_us + (2 * STRETCH_DAYS - 1) * DAY_US, HOUR_US)
    tags.look_again()
    assert not (folder / "0000").exists()  # what was told is not kept twice


WORN = """
import json
from throughcare.service.orders.models import ActivationRow
rows = ActivationRow.objects.filter(to_us__isnull=True)
print(json.dumps([name for row in rows for name in (row.device_id, row.home_unit_id) if name]))
"""


def _said(tags: Tags, at_us: int, for_us: int) -> list[str]:
    """Return which devices say something in a time, everything before it passed over."""
    sent: list[str] = []

    def keep(document: bytes) -> None:
        sent.extend(record["device_id"] for records in json.loads(document).values() for record in records)

    tags.delivered_us = at_us
    tags.deliver(now_us=at_us + for_us, send=keep)
    return sent


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


LATER = """
import sys, time
real = time.time_ns
time.time_ns = lambda: real() + 10 * 86_400 * 10**9
from throughcare.cli.main import main
sys.exit(main())
"""


def test_ten_days_later_it_comes_back_alive_and_tells_no_silence(town: Installation, tmp_path: Path) -> None:
    """The wall's clock is moved by ten days for the command; its server and worker have only what it tells them."""
    folder = tmp_path / "service"
    shutil.copytree(town.data_dir, folder)
    place = Installation(folder, f"sqlite:///{folder}/throughcare.sqlite3")
    mark(folder / "tags", int(json.loads((folder / preparing.MARKER).read_text())["made_us"]))
    before = json.loads(place.python(SILENT))
    command = [sys.executable, "-c", LATER, "try", "--folder", str(folder), "--port", "0"]
    started = subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        said = next(line for line in started.stdout if "goes on where it stopped" in line)
        made_us = json.loads((folder / preparing.MARKER).read_text())["made_us"]
        assert f"{local_datetime(made_us, 'Europe/London'):%A %d %B %Y}" in said
        until_s = time.monotonic() + 60
        while json.loads(place.python(SILENT))["heard_us"] < made_us + 15_000_000:
            assert time.monotonic() < until_s, "the town told nothing"
    finally:
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 0
        started.stdout.close()
    after = json.loads(place.python(SILENT))
    assert after["lost"] == before["lost"]
    assert (
        after["desk"] - before["desk"] <= 3
    )  # the two tags that were fitted and say nothing are told, as they should


SILENT = """
import json
from django.db.models import Max
from throughcare.service.desk.models import DeskItem
from throughcare.service.monitoring.models import EngineState, IncidentRow
print(json.dumps({
    "lost": sum(
        row.activation_id.startswith("ACT-") for row in IncidentRow.objects.filter(kind="loss_of_contact")
    ),
    "desk": DeskItem.objects.count(),
    "heard_us": EngineState.objects.aggregate(m=Max("last_heard_us"))["m"],
}))
"""
