from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.lib.order_cases import curfew, order_json
from throughcare.orders.document import dump_orders, json_schema, load_orders
from tools.order_schema import TARGET, text

VERSION_2 = {"version": 2, "recorded_at": "2026-02-01T00:00:00Z", "effective_from": "2026-02-02T00:00:00Z"}


@pytest.mark.parametrize("document", [order_json(), [order_json()], {"orders": [order_json()]}])
def test_one_order_a_list_and_an_object_with_a_list_are_read_alike(document: object) -> None:
    loaded = load_orders(json.dumps(document), where="f")
    assert [history.order_id for history in loaded.histories] == ["o1"]
    assert loaded.refusals == ()


def test_a_byte_order_mark_does_not_spoil_a_file() -> None:
    assert load_orders("\ufeff" + json.dumps(order_json()), where="f").refusals == ()


def test_versions_of_an_order_become_one_history_whatever_their_sequence() -> None:
    loaded = load_orders(json.dumps([order_json(**VERSION_2), order_json()]), where="f")
    assert [[order.version for order in history.versions] for history in loaded.histories] == [[1, 2]]


def test_an_order_with_a_refused_version_is_held_back_whole_and_said_so() -> None:
    bad = order_json(**VERSION_2) | {"end_date": "soon"}
    other = order_json(order_id="o2")
    loaded = load_orders(json.dumps([order_json(), bad, other]), where="f.json")
    assert [history.order_id for history in loaded.histories] == ["o2"]
    assert [refusal.where for refusal in loaded.refusals] == ["f.json: [1].end_date", "f.json: order o1"]
    assert "version 1 is, but another was refused" in str(loaded.refusals[1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 1}, "a number above 1; found 1"),
        ({"wearer_ref": "w2"}, "expected 'w1'; found 'w2'"),
        ({"recorded_at": "2026-01-01T00:00:00Z"}, "no earlier than version 1"),
    ],
)
def test_versions_that_contradict_each_other_are_refused(change: dict[str, object], words: str) -> None:
    loaded = load_orders(json.dumps([order_json(), order_json(**VERSION_2) | change]), where="f")
    assert loaded.histories == ()
    assert [words in str(refusal) for refusal in loaded.refusals] == [True]


def test_every_fault_of_an_order_is_said_at_once() -> None:
    bad = order_json(curfew("mon 19:00-07:00", colour="red"), end_date="soon", time_zone="London")
    loaded = load_orders(json.dumps(bad), where="f")
    assert {refusal.where for refusal in loaded.refusals} == {
        "f: end_date",
        "f: time_zone",
        "f: conditions[0].colour",
    }


def test_a_long_value_is_not_repeated_whole_in_a_refusal() -> None:
    loaded = load_orders(json.dumps(order_json(time_zone="x" * 5_000, wearer_ref="y" * 5_000)), where="f")
    assert max(len(str(r)) for r in loaded.refusals if r.where == "f: wearer_ref") < 300


def test_what_is_dumped_is_loaded_back_the_same() -> None:
    histories = load_orders(json.dumps([order_json(), order_json(**VERSION_2)]), where="f").histories
    assert load_orders(dump_orders(histories), where="f").histories == histories


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert TARGET.read_text(encoding="utf-8") == text(), "run: python -m tools.order_schema"


def test_the_schema_is_a_schema_and_takes_what_is_dumped() -> None:
    Draft202012Validator.check_schema(json_schema())
    histories = load_orders(json.dumps([order_json(), order_json(**VERSION_2)]), where="f").histories
    Draft202012Validator(json_schema()).validate(json.loads(dump_orders(histories)))


@pytest.mark.parametrize(
    "change", [{"colour": "red"}, {"order_type": "x"}, {"ticked": []}, {"version": 0}, {"places": {}}]
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, object]) -> None:
    bad = order_json() | change
    assert not Draft202012Validator(json_schema()).is_valid(bad)
    assert load_orders(json.dumps(bad), where="f").refusals
