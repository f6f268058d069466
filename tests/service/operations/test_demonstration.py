"""The demonstration: a small town in the record, its tags, and no data but its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service.operations.installations import Installation
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import HOUR_US
from throughcare.service.operations.demonstration import preparing
from throughcare.service.operations.demonstration.tags import Tags


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
incidents = IncidentRow.objects.all()
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
    "audit": verify().broken_at,
}))
"""


def test_the_town_has_people_orders_incidents_and_work_done_on_them(town: Installation) -> None:
    found = json.loads(town.python(COUNTS))
    assert (found["people"], found["orders"]) == (16, 16)
    assert (found["monitored"], found["waiting"]) == (6, 10)
    assert found["states"] >= 6
    assert found["incidents"] > 0
    assert found["desk"] == found["incidents"]
    assert (found["late"], found["before_detection"], found["audit"]) == (0, 0, None)
    assert found["positions"]


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
