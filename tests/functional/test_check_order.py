from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tests.lib.order_cases import curfew, order_json
from throughcare.cli.check_order import add_parser

VERSION_2 = {"version": 2, "recorded_at": "2026-02-01T00:00:00Z", "effective_from": "2026-03-01T00:00:00Z"}


def check(folder: Path, document: object, *options: str) -> int:
    file = folder / "orders.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return command("check-order", str(file), *options)


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(words)
    return int(args.run(args))


def two_versions() -> list[dict[str, Any]]:
    changed = order_json(curfew("daily 21:00-06:00", start="2026-01-05"), **VERSION_2)
    return [order_json(), changed]


def test_a_whole_and_lawful_order_passes_and_is_said_in_words(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, order_json()) == 0
    shown = capsys.readouterr().out
    assert "orders.json: 1 order read, 0 faults" in shown
    assert "version 1   from 2026-01-05 00:00 to 2026-07-05 00:00" in shown
    assert "Every day: 7pm to 7am the next day, at 12 Mill Lane." in shown
    assert "NOTE     activations  (no-device)" in shown


def test_a_refused_order_fails_and_its_faults_stand_beside_their_fields(tmp_path: Path, capsys: Any) -> None:
    document = {"orders": [order_json(), order_json(order_id="o2", end_date="soon", time_zone="London")]}
    assert check(tmp_path, document) == 1
    shown = capsys.readouterr().out
    assert "orders.json: 1 order read, 2 faults" in shown
    assert "REFUSED  orders.json: orders[1].end_date\n        expected: a date such as 2026-03-29\n" in shown
    assert 'found:    "soon"' in shown
    assert "Order o1, version 1" in shown


def test_an_unlawful_order_fails_and_shows_the_source_of_the_limit(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, order_json(curfew("daily 00:00-21:00"))) == 1
    shown = capsys.readouterr().out
    assert "UNLAWFUL conditions[0]  (court-curfew-day-most)" in shown
    assert "found:    21 h on Monday 5 January 2026, and 180 more such days" in shown
    assert "Sentencing Act 2020, Schedule 9 paragraph 9" in shown


def test_a_finding_to_check_does_not_fail_the_command(tmp_path: Path) -> None:
    assert check(tmp_path, order_json(convicted_on=None)) == 0


def test_what_changed_is_shown_when_asked_for(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, two_versions()) == 0
    assert "Changes" not in capsys.readouterr().out
    assert check(tmp_path, two_versions(), "--diff") == 0
    shown = capsys.readouterr().out
    assert "Changes from version 1 to 2, recorded 2026-02-01T00:00+00:00" in shown
    assert "conditions[c1].phases[2026-01-05].timetable[monday 21:00]" in shown
    assert check(tmp_path, order_json(), "--diff") == 0
    assert "there is one version only" in capsys.readouterr().out


def test_the_result_can_be_what_was_known_at_a_time(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, two_versions(), "--json", "--known-at", "2026-01-31T23:59:59Z") == 0
    (early,) = json.loads(capsys.readouterr().out)["orders"]
    assert (early["version"], early["changes"]) == (1, [])
    assert check(tmp_path, two_versions(), "--json", "--known-at", "2026-02-01T00:00:00Z") == 0
    (late,) = json.loads(capsys.readouterr().out)["orders"]
    assert late["version"] == 2
    assert late["in_force"] == [
        {"version": 1, "from_time": "2026-01-05T00:00:00Z", "to_time": "2026-03-01T00:00:00Z"},
        {"version": 2, "from_time": "2026-03-01T00:00:00Z", "to_time": "2026-07-04T23:00:00Z"},
    ]
    assert late["changes"][0]["changes"][0]["words"].startswith("Removed: the hours from 19:00 on monday")
    assert {"rule_id", "severity", "path", "citation"} <= late["findings"][0].keys()


def test_before_anything_was_recorded_there_is_nothing_to_say(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, order_json(), "--known-at", "2025-12-31T00:00:00Z") == 0
    assert "Order o1: no version was known then" in capsys.readouterr().out


def test_a_file_that_is_not_json_is_refused_with_line_and_column(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, '{"orders": [\n}') == 1
    assert "a fault at line 2 column 1" in capsys.readouterr().out


def test_an_empty_document_is_said_to_be_empty(tmp_path: Path, capsys: Any) -> None:
    assert check(tmp_path, {"orders": []}) == 0
    assert "holds no order" in capsys.readouterr().out


def test_a_file_that_can_not_be_read_is_refused(tmp_path: Path, capsys: Any) -> None:
    assert command("check-order", str(tmp_path / "absent.json")) == 1
    assert "a file that can be read" in capsys.readouterr().out
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"é": 1}'.encode("latin-1"))
    assert command("check-order", str(latin)) == 1
    assert "a byte at position 2 that is not" in capsys.readouterr().out


@pytest.mark.parametrize("when", ["yesterday", "2026-01-01T00:00:00"])
def test_an_instant_that_is_not_one_is_refused(tmp_path: Path, capsys: Any, when: str) -> None:
    assert check(tmp_path, order_json(), "--known-at", when, "--json") == 1
    (refusal,) = json.loads(capsys.readouterr().out)["refusals"]
    assert when in refusal["found"]
