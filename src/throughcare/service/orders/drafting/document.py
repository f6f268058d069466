"""The document of an order as far as it is known: JSON values with gaps. Pure; every change is a new document.

An item of the document is named by a key: ``place-1`` for a place, a condition, a device or an allowance;
``curfew-1~0`` for the first phase or exemption of a condition. The empty key is the order itself.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from throughcare.orders.model import SCHEMA_VERSION
from throughcare.orders.vocabulary import ConditionKind

Document = dict[str, Any]
Item = dict[str, Any]

ID_NAMES = {
    "places": "place_id",
    "conditions": "condition_id",
    "activations": "activation_id",
    "authorised_absences": "absence_id",
    "reasonable_excuses": "excuse_id",
    "suspensions": "suspension_id",
}
PARTS = {"phases": "phases", "exemptions": "exemptions"}  # lists inside a condition
PART_MARK = "~"


class NoSuchItem(LookupError):
    """The document has no item of that key, perhaps because it was removed in the meantime."""


def blank_document(*, order_id: str, wearer_ref: str) -> Document:
    """Return the document of an order of which only the wearer is known."""
    return {
        "schema_version": SCHEMA_VERSION,
        "order_id": order_id,
        "wearer_ref": wearer_ref,
        "time_zone": "Europe/London",
        "ticked": [],
        "places": [],
        "conditions": [],
        **{name: [] for name in ID_NAMES if name not in {"places", "conditions"}},
    }


def copied(document: Document) -> Document:
    """Return a document that can be changed without changing the one given."""
    return copy.deepcopy(document)


def find_item(document: Document, section: str, key: str) -> Item:
    """Return the item of a section and key, from the document itself (a change shows in it).

    Raises
    ------
    NoSuchItem
        If there is none.
    """
    if not section:
        return document
    if section in PARTS:
        owner, _, number = key.rpartition(PART_MARK)
        parts = find_item(document, "conditions", owner).get(PARTS[section], [])
        if not number.isdecimal() or int(number) >= len(parts):
            raise NoSuchItem(key)
        found: Item = parts[int(number)]
        return found
    for item in document.get(section, ()):
        if item[ID_NAMES[section]] == key:
            chosen: Item = item
            return chosen
    raise NoSuchItem(key)


def condition_of(document: Document, key: str) -> Item:
    """Return the condition that a key of a condition, phase or exemption belongs to."""
    return find_item(document, "conditions", key.partition(PART_MARK)[0])


def add_item(document: Document, section: str, *, owner: str = "", new_id: str = "") -> tuple[Document, str]:
    """Return the document with one more, empty item, and its key."""
    changed = copied(document)
    if section in PARTS:
        parts = condition_of(changed, owner).setdefault(PARTS[section], [])
        parts.append({})
        return changed, f"{owner}{PART_MARK}{len(parts) - 1}"
    name = ID_NAMES[section]
    key = new_id or _free_id(section.rstrip("s"), [item[name] for item in changed[section]])
    changed[section].append({name: key})
    return changed, key


def remove_item(document: Document, section: str, key: str) -> Document:
    """Return the document without an item; a condition's kind is unticked when its last item goes.

    Raises
    ------
    NoSuchItem
        If there is none.
    """
    changed = copied(document)
    item = find_item(changed, section, key)
    owner = condition_of(changed, key) if section in PARTS else changed
    owner[PARTS.get(section, section)].remove(item)
    if section == "phases" and not owner["phases"]:
        owner["phases"].append({})  # a curfew has at least one phase: it is asked about again
    if section == "conditions" and item["kind"] not in {c["kind"] for c in changed["conditions"]}:
        changed["ticked"] = [kind for kind in changed["ticked"] if kind != item["kind"]]
    return changed


def add_condition(document: Document, kind: str) -> tuple[Document, str]:
    """Return the document with one more condition of a kind, ticked, and its key."""
    changed = copied(document)
    key = _free_id(kind.replace("_", "-"), [item["condition_id"] for item in changed["conditions"]])
    item: Item = {"kind": kind, "condition_id": key}
    if kind == ConditionKind.CURFEW:
        item["phases"] = [{}]
    changed["conditions"].append(item)
    changed["ticked"] = sorted({*changed["ticked"], kind})
    return changed, key


def with_ticked(document: Document, kinds: Sequence[str]) -> Document:
    """Return the document with exactly these kinds: each new one gets an item, one unticked loses its items."""
    changed = copied(document)
    changed["conditions"] = [item for item in changed["conditions"] if item["kind"] in kinds]
    changed["ticked"] = sorted(kinds)
    present = {item["kind"] for item in changed["conditions"]}
    for kind in (str(kind) for kind in ConditionKind if kind in kinds and kind not in present):
        changed, _ = add_condition(changed, kind)
    return changed


def place_label(document: Document, place_id: str) -> str:
    """Return what a place is called, or its id where it has no name yet."""
    for item in document["places"]:
        if item["place_id"] == place_id:
            return str(item.get("label") or place_id)
    return place_id


def condition_label(condition: Item) -> str:
    """Return what a condition is called in a heading: its kind, and its name or purpose where it has one."""
    words = condition["kind"].replace("_", " ").capitalize()
    name = condition.get("name") or condition.get("purpose")
    return f"{words}: {name}" if name else words


def path_of(document: Document, section: str, key: str) -> str:
    """Return the path of an item in the document, such as ``conditions[0].phases[1]``; empty for the order."""
    if not section:
        return ""
    if section in PARTS:
        owner, _, number = key.rpartition(PART_MARK)
        return f"{path_of(document, 'conditions', owner)}.{PARTS[section]}[{number}]"
    position = next((n for n, item in enumerate(document[section]) if item[ID_NAMES[section]] == key), None)
    if position is None:
        raise NoSuchItem(key)
    return f"{section}[{position}]"


def _free_id(stem: str, taken: Sequence[str]) -> str:
    return next(name for name in _numbered(stem) if name not in taken)


def _numbered(stem: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"{stem}-{number}"
        number += 1
