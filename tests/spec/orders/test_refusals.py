"""docs/rules/orders-refusals.md, row by row."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.lib.markdown_tables import table
from tests.lib.order_cases import curfew, order_json
from throughcare.orders.document import load_orders

PAGE = "orders-refusals.md"
CASES = [*table(PAGE, "Faults in a field"), *table(PAGE, "Faults between fields")]


def whole() -> dict[str, Any]:
    visit = {
        "kind": "attendance",
        "condition_id": "v1",
        "start_date": "2026-01-05",
        "end_date": "2026-07-04",
        "purpose": "a meeting",
        "place_id": "office",
        "recurrence": "FREQ=WEEKLY;BYDAY=MO",
        "start": "10:00",
        "duration_min": 60,
    }
    absence = {
        "absence_id": "b1",
        "condition_ids": ["c1"],
        "from_time": "2026-02-01T18:00:00Z",
        "to_time": "2026-02-01T22:00:00Z",
        "reason": "a school play",
        "authorised_by": "the officer",
    }
    worn = {"activation_id": "a1", "device_id": "d1", "from_time": "2026-01-05T15:00:00Z"}
    more = {"authorised_absences": [absence], "activations": [worn], "ticked": ["curfew", "attendance"]}
    return json.loads(json.dumps(order_json(curfew(), visit, **more)))


def changed(words: str) -> dict[str, Any]:
    """Return a whole order with changes such as ``places[0].label = "x"`` or ``time_zone removed``."""
    order = whole()
    for change in words.split("; "):
        if change.endswith(" removed"):
            del order[change.removesuffix(" removed")]
            continue
        path, value = change.split(" = ", 1)
        *parents, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", path)]
        holder: Any = order
        for part in parents:
            holder = holder[part]
        if isinstance(holder, list) and last == len(holder):
            holder.append(json.loads(value))
        else:
            holder[last] = json.loads(value)
    return order


def test_the_order_that_the_rows_change_is_whole() -> None:
    assert load_orders(json.dumps(whole()), where="f").refusals == ()


@pytest.mark.parametrize("row", CASES, ids=[row["Fault"] for row in CASES])
def test_the_page_says_what_is_refused_where(row: dict[str, str]) -> None:
    document = {"orders": [whole() | {"order_id": "good"}, changed(row["Change"])]}
    loaded = load_orders(json.dumps(document), where="orders.json")
    found = {refusal.where: str(refusal) for refusal in loaded.refusals}
    assert "good" in {history.order_id for history in loaded.histories}
    if row["Words"] == "none":
        assert found == {}
        return
    assert f"orders.json: orders[1].{row['Refused at']}" in found
    assert row["Words"] in found[f"orders.json: orders[1].{row['Refused at']}"]
    assert {history.order_id for history in loaded.histories} == {"good"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"orders": [\n  {"order_id": }]}', "line 2 column 16"),
        ('{"orders": [{"order_id": NaN}]}', "found NaN"),
        ('{"orders": [{"order_id": "a", "order_id": "b"}]}', "'order_id' given more than once"),
        ('{"orders": {}, "note": 1}', 'the one field "orders"'),
        ("[" * 100_000, "too many brackets"),
        ("[" + "9" * 5_000 + "]", "JSON numbers"),
        ('"an order"', "an object in curly brackets"),
        ("", "line 1 column 1"),
        ('[{"order_id": "\\ud800"}]', "the broken character"),
    ],
)
def test_a_file_that_is_not_a_document_of_orders_is_refused_with_its_place(text: str, words: str) -> None:
    loaded = load_orders(text, where="orders.json")
    assert loaded.histories == ()
    assert any(words in str(refusal) for refusal in loaded.refusals), [str(r) for r in loaded.refusals]
