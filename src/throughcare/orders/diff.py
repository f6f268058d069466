"""What changed between two versions of an order, field by field, for a machine and in words.

Items of a list are matched by their own id (a condition by ``condition_id``, a phase by its first day, a span
by day and start), never by position. A condition whose kind changes is another condition. The fields that
describe the version itself (number, dates of recording and effect, kinds of variation) are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.ids import canonical_json
from throughcare.orders.model import Order
from throughcare.orders.sentences import ENGLISH, date_words, field_words

NOT_COMPARED = frozenset({"schema_version", "version", "recorded_at", "effective_from", "variation_types"})

# The fields that identify an item of a list; none means that the item is its own identity.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "places": ("place_id",),
    "activations": ("activation_id",),
    "conditions": ("condition_id", "kind"),
    "phases": ("start_date",),
    "timetable": ("day", "start"),
    "authorised_absences": ("absence_id",),
    "reasonable_excuses": ("excuse_id",),
    "suspensions": ("suspension_id",),
    "exemptions": (),
    "ticked": (),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AREAS = frozenset({"area", "corridor"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``old`` is None for what was added, ``new`` is None for what was removed or unset.

    ``path`` names items by their id, such as ``conditions[c1].phases[2026-01-05].end_date``; values are JSON.
    """

    path: str
    old: Any
    new: Any
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"path": self.path, "old": self.old, "new": self.new, "words": self.words}


def diff_orders(old: Order, new: Order) -> tuple[Change, ...]:
    """Return every change from one version to another, in the sequence of the order's fields.

    Empty exactly if the two say the same, whatever the sequence of their lists.
    """
    before, after = old.as_json(), new.as_json()
    names = [name for name in after if name not in NOT_COMPARED]
    return tuple(
        change
        for name in names
        for change in _field(name, before[name], after[name], path=name, owner=ENGLISH["order"])
    )


def _field(name: str, old: Any, new: Any, *, path: str, owner: str) -> Iterator[Change]:  # noqa: ANN401 - JSON
    if old == new:
        return
    if name in _KEYS:
        yield from _items(name, old, new, path=path, owner=owner)
    elif name in _AREAS:
        yield Change(path, old, new, ENGLISH["area_changed"].format(owner=owner))
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _fields(old, new, path=path, owner=f"{field_words(name)} of {owner}")
    else:
        words = ENGLISH["changed"].format(
            owner=owner, field=field_words(name), old=_value_words(old), new=_value_words(new)
        )
        yield Change(path, old, new, words)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], *, path: str, owner: str) -> Iterator[Change]:
    for name in {**old, **new}:
        yield from _field(name, old.get(name), new.get(name), path=f"{path}.{name}", owner=owner)


def _items(name: str, old: Sequence[Any], new: Sequence[Any], *, path: str, owner: str) -> Iterator[Change]:
    before, after = _by_identity(name, old), _by_identity(name, new)
    for identity in {**before, **after}:
        here = f"{path}[{identity[0]}]"
        item = before.get(identity, after.get(identity))
        label = _label(name, item, owner)
        if identity not in after:
            yield Change(here, before[identity], None, ENGLISH["removed"].format(item=label))
        elif identity not in before:
            yield Change(here, None, after[identity], ENGLISH["added"].format(item=label))
        elif isinstance(item, dict):
            yield from _fields(before[identity], after[identity], path=here, owner=label)


def _by_identity(name: str, items: Sequence[Any]) -> dict[tuple[str, ...], Any]:
    return {_identity(name, item): item for item in items}


def _identity(name: str, item: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    if not _KEYS[name]:
        return (item if isinstance(item, str) else canonical_json(item),)
    if name == "timetable":
        return (f"{item['day']} {item['start']}",)
    return tuple(str(item[key]) for key in _KEYS[name])


def _label(name: str, item: Any, owner: str) -> str:  # noqa: ANN401 - JSON
    """Return what an item of a list is called in a sentence."""
    template = ENGLISH[f"item_{name}"]
    if isinstance(item, str):
        return template.format(value=field_words(item))
    values = {
        key: date_words(value) if key.endswith("_date") and value else value for key, value in item.items()
    }
    return template.format(**{**values, "kind": field_words(item.get("kind", "")), "owner": owner})


def _value_words(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ENGLISH["not_set"]
    if isinstance(value, bool):
        return ENGLISH["yes"] if value else ENGLISH["no"]
    if isinstance(value, list):
        return ", ".join(map(str, value)) or ENGLISH["none"]
    if isinstance(value, dict):
        return ENGLISH["given"]
    text = str(value)
    return date_words(text) if _DATE.fullmatch(text) else text
