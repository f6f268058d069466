"""Reads the cells of docs/rules/evaluation-reoffending.md: people, index events, offences, spells, rules, clocks."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from throughcare.evaluation.clock import PROVEN_BY, Clock, LateStart, ReoffendingRules
from throughcare.evaluation.reoffending_tables import (
    IndexEvents,
    IndexKind,
    Offences,
    People,
    Proof,
    Spells,
)

DAY = r"\d{4}-\d{2}-\d{2}|\?"
NO_DAY = np.datetime64("NaT", "D")
EVENTS = {
    "released": IndexKind.CUSTODY_RELEASE,
    "order": IndexKind.COMMUNITY_ORDER,
    "suspended order": IndexKind.SUSPENDED_ORDER,
    "fined": IndexKind.NONCUSTODIAL_CONVICTION,
    "cautioned": IndexKind.CAUTION,
    "youth warned": IndexKind.YOUTH_WARNING,
    "something": 99,
}
PROOFS = {
    "convicted": Proof.CONVICTION,
    "cautioned": Proof.CAUTION,
    "reprimanded": Proof.REPRIMAND,
    "warned": Proof.WARNING,
    "penalty notice": Proof.PENALTY_NOTICE,
    "not proven": Proof.NOT_PROVEN,
}
_EVENT = re.compile(rf"({'|'.join(EVENTS)}) ({DAY})( \(breach only\))?")
_OFFENCE = re.compile(rf"({DAY}) ({'|'.join(PROOFS)})(?: ({DAY}))?((?:, [^,]+)*)")


def parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def day(text: str | None) -> np.datetime64:
    return NO_DAY if text in {None, "", "?"} else np.datetime64(text, "D")


def _read(pattern: re.Pattern[str], text: str) -> tuple[Any, ...]:
    found = pattern.fullmatch(text)
    assert found is not None, f"cannot read {text!r}"
    return found.groups()


def _columns(rows: list[dict[str, object]]) -> dict[str, list[object]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}


def people(cell: str) -> People:
    """Read ``treated, born 1990-05-05; comparison``; every row is person p."""
    rows = []
    for text in parts(cell) or [""]:
        row: dict[str, object] = {"ids": "p", "treated": 1, "born": day("1990-05-05"), "matched": True}
        row |= {"left": NO_DAY, "starts": NO_DAY, "ends": NO_DAY}
        for word in filter(None, text.split(", ")):
            _tell(row, word)
        rows.append(row)
    return People.of(**_columns(rows))


def _tell(row: dict[str, object], word: str) -> None:
    first, _, rest = word.partition(" ")
    if first in {"born", "left"}:
        row[first] = day(rest)
    elif first == "tag":
        row["starts"], row["ends"] = (day(text) for text in rest.split(" to "))
    elif word in {"treated", "comparison"}:
        row["treated"] = int(word == "treated")
    elif word == "unmatched":
        row["matched"] = False
    elif word == "no id":
        row["ids"] = ""
    else:
        raise AssertionError(word)


def events(cell: str) -> IndexEvents:
    rows = []
    for number, text in enumerate(parts(cell)):
        kind, on, breach = _read(_EVENT, text)
        rows.append(
            {
                "ids": f"e{number}",
                "person": "p",
                "kind": EVENTS[kind],
                "on": day(on),
                "breach_only": bool(breach),
            }
        )
    empty: dict[str, object] = {"ids": np.empty(0, "U1"), "person": np.empty(0, "U1")}
    return IndexEvents.of(**(_columns(rows) or empty))


def offences(cell: str) -> Offences:
    rows = []
    for number, text in enumerate(parts(cell)):
        on, outcome, proven, more = _read(_OFFENCE, text)
        row: dict[str, object] = {"ids": f"o{number}", "person": "p", "on": day(on), "proven": day(proven)}
        row |= {
            "outcome": PROOFS[outcome],
            "breach": False,
            "recordable": True,
            "custody": False,
            "sexual": False,
        }
        for word in filter(None, more.split(", ")):
            if word == "no id":
                row["ids"] = ""
            elif word.startswith("id "):
                row["ids"] = word
            elif word == "of a stranger":
                row["person"] = "q"
            elif word == "not recordable":
                row["recordable"] = False
            else:
                assert word in {"breach", "custody", "sexual"}, word
                row[word] = True
        rows.append(row)
    empty: dict[str, object] = {"ids": np.empty(0, "U1"), "person": np.empty(0, "U1")}
    return Offences.of(**(_columns(rows) or empty))


def spells(cell: str) -> Spells:
    rows = []
    for number, text in enumerate(parts(cell)):
        begins, ends = text.split(" to ")
        rows.append({"ids": f"s{number}", "person": "p", "begins": day(begins), "ends": day(ends)})
    empty: dict[str, object] = {"ids": np.empty(0, "U1"), "person": np.empty(0, "U1")}
    return Spells.of(**(_columns(rows) or empty))


def rules(cell: str) -> ReoffendingRules:
    changed: dict[str, Any] = {
        "": {},
        "index day counts": {"index_day_counts": True},
        "penalty notices count": {"proven_by": PROVEN_BY | {Proof.PENALTY_NOTICE}},
        "follow up 6 months": {"follow_up_months": 6},
        "waiting 0 months": {"waiting_months": 0},
        "leave out sexual": {"leave_out_sexual": True},
        "only releases": {"kinds": frozenset({IndexKind.CUSTODY_RELEASE})},
    }
    return ReoffendingRules(**changed[cell])


def clock(cell: str) -> Clock:
    given: dict[str, Any] = {}
    for word in cell.split(", "):
        number = re.search(r"\d+", word)
        if word == "own periods":
            given["own_periods"] = True
        elif word.startswith("period"):
            assert number is not None
            given["period_days"] = int(number[0])
        elif word.startswith("landmark"):
            assert number is not None
            given["landmark_days"] = int(number[0])
        elif word:
            given["late_start"] = LateStart(word.replace(" ", "_"))
    return Clock(**given)
