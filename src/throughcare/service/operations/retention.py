"""Retention: what is due under the rules, a preview that changes nothing, and the run that erases.

What is erased leaves a tombstone: its class, how many rows, and a hash of what was there. What is under a legal hold
stays. The audit log stays: it holds no name, and a chain with holes proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Max, Q, QuerySet

from throughcare.kernel.ids import canonical_json
from throughcare.kernel.time import DAY_US, utc_datetime
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.actions import erase_protected, expire_days
from throughcare.service.monitoring.protected import due_to_erase
from throughcare.service.operations.disclosure import CLOSED, EXPORTS, IN_A_TABLE
from throughcare.service.operations.models import LegalHold, RetentionRule, Tombstone
from throughcare.service.operations.retention_classes import (
    CLASSES,
    DEMONSTRATION_BASIS,
    DEMONSTRATION_DAYS,
    PERSON,
    POSITIONS,
    PROTECTED,
)
from throughcare.service.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one rule would erase now, or has erased: rows, people, and how many of them a hold keeps."""

    record_class: str
    words: str
    before_us: int
    rows: int
    people: int = 0
    held: int = 0


@transaction.atomic
def set_rule(*, by: Viewer, now_us: int, record_class: str, days: int, legal_basis: str) -> None:
    """Say how long a class of record is kept after its trigger, and on what ground."""
    RetentionRule.objects.update_or_create(
        record_class=record_class,
        defaults={
            "trigger": CLASSES[record_class].trigger, "days": days, "action": "erase",
            "legal_basis": legal_basis, "set_by": by.actor, "set_us": now_us,
        },
    )  # fmt: skip
    _note(by, now_us, "retention_rule_set", f"record_class:{record_class}", days=days)


@transaction.atomic
def end_rule(*, by: Viewer, now_us: int, record_class: str) -> None:
    """Take a rule away: the class is kept without end."""
    if RetentionRule.objects.filter(record_class=record_class).delete()[0]:
        _note(by, now_us, "retention_rule_ended", f"record_class:{record_class}")


def set_demonstration_rules(*, by: Viewer, now_us: int) -> None:
    """Set the rules of the demonstration, each marked as no legal advice."""
    for record_class, days in DEMONSTRATION_DAYS.items():
        set_rule(by=by, now_us=now_us, record_class=record_class, days=days, legal_basis=DEMONSTRATION_BASIS)


@transaction.atomic
def hold(*, by: Viewer, now_us: int, person_id: int, person_ref: str, reason: str) -> int:
    """Keep everything about a person from being erased until the hold ends; return its id."""
    row = LegalHold.objects.create(person_id=person_id, reason=reason, set_by=by.actor, from_us=now_us)
    _note(by, now_us, "legal_hold_set", f"hold:{row.pk}", person_ref)
    return int(row.pk)


@transaction.atomic
def end_hold(*, by: Viewer, now_us: int, hold_id: int, person_ref: str) -> None:
    """End a hold now."""
    if LegalHold.objects.filter(pk=hold_id, to_us__isnull=True).update(to_us=now_us):
        _note(by, now_us, "legal_hold_ended", f"hold:{hold_id}", person_ref)


def rules() -> dict[str, RetentionRule]:
    """Return the rules that are set, by class."""
    return {rule.record_class: rule for rule in RetentionRule.objects.all()}


def holds(person_ids: Iterable[int]) -> QuerySet[LegalHold]:
    """Return the live holds on some people, the newest first."""
    return LegalHold.objects.filter(to_us__isnull=True, person_id__in=person_ids).order_by("-from_us")


def tombstones(limit: int = 50) -> list[Tombstone]:
    """Return the newest tombstones."""
    return list(Tombstone.objects.order_by("-pk")[:limit])


def preview(*, now_us: int, settled_us: int | None = None) -> list[Due]:
    """Return what a run would erase now, and change nothing.

    Parameters
    ----------
    settled_us : int or None
        Leave out the rules that were set after this instant; None takes all.
    """
    return [
        _due(rule, now_us)
        for name, rule in sorted(rules().items())
        if name in CLASSES and (settled_us is None or rule.set_us <= settled_us)
    ]


def run(*, by: Viewer, now_us: int) -> list[Due]:
    """Erase what is due under every rule, leave tombstones, and return what went."""
    return list(run_each(by=by, now_us=now_us))


def run_each(
    *, by: Viewer, now_us: int, settled_us: int | None = None, keep_on: Callable[[], None] = lambda: None
) -> Iterator[Due]:
    """Erase what is due, class by class, and yield what went.

    Each person and each class goes in a transaction of its own, so that a stop in the middle leaves whole records:
    the next run takes up the rest.

    Parameters
    ----------
    settled_us : int or None
        As for :func:`preview`.
    keep_on : callable
        Called after each person; what it raises stops the run there.
    """
    for due in preview(now_us=now_us, settled_us=settled_us):
        days = rules()[due.record_class].days
        if due.record_class == PERSON:
            rows = _erase_people(by, now_us, due.before_us, days, keep_on)
        elif due.record_class == POSITIONS:
            rows = _erase_positions(by, now_us, due.before_us, days)
        elif due.record_class == PROTECTED:
            rows = _erase_protected(by, now_us, due.before_us, days)
        else:
            rows = _erase_rows(by, now_us, due.record_class, due.before_us, days)
        yield Due(**{name: getattr(due, name) for name in Due.__slots__} | {"rows": rows})


def _due(rule: RetentionRule, now_us: int) -> Due:
    before_us, kind = now_us - rule.days * DAY_US, CLASSES[rule.record_class]
    common: dict[str, Any] = {"record_class": kind.name, "words": kind.words, "before_us": before_us}
    if kind.name == PERSON:
        ended = _ended_people(before_us)
        going = [person for person in ended if person not in _held()]
        rows = sum(found.count() for person in going for found in _rows_of(ended[person]))
        return Due(**common, rows=rows, people=len(going), held=len(ended) - len(going))
    if kind.name == POSITIONS:
        files = _model("monitoring.ArchiveFile").filter(
            replaced_us__isnull=True, day__lt=utc_datetime(before_us).date()
        )
        return Due(**common, rows=sum(files.values_list("rows", flat=True)), held=len(_held()))
    if kind.name == PROTECTED:
        rows = due_to_erase(before_us=before_us, keep=_held_activations())
        return Due(**common, rows=rows, held=len(_held()))
    return Due(**common, rows=_rows_before(kind.name, before_us).count())


def _ended_people(before_us: int) -> dict[int, str]:
    """Return the people, by id with their reference, whose every order ended before an instant, and who had one."""
    people = _model("people.Person").annotate(last_us=Max("orders__ends_us"))
    running = _model("orders.OrderRecord").filter(Q(ends_us__isnull=True) | Q(ends_us__gte=before_us))
    ended = people.filter(last_us__lt=before_us).exclude(pk__in=running.values("person_id"))
    return dict(ended.order_by("pk").values_list("pk", "ref"))


def _held() -> set[int]:
    return set(LegalHold.objects.filter(to_us__isnull=True).values_list("person_id", flat=True))


def _held_activations() -> set[str]:
    rows = _model("orders.ActivationRow").filter(order__person_id__in=_held())
    return set(rows.values_list("activation_id", flat=True))


def _rows_of(person_ref: str) -> list[QuerySet[Any]]:
    """Return everything of a person, what hangs on other rows before what it hangs on. The log is not among it."""
    activations = list(
        _model("orders.ActivationRow")
        .filter(order__person__ref=person_ref)
        .values_list("activation_id", flat=True)
    )
    paths = {export.model: export.path for export in EXPORTS if export.model != "audit.Entry"}
    paths |= dict.fromkeys([*IN_A_TABLE, *CLOSED], "activation_id")
    deepest_first = sorted(
        paths.items(), key=lambda item: (item[1] == "ref", item[1] != "activation_id", -item[1].count("__"))
    )
    return [
        _model(name).filter(activation_id__in=activations)
        if path == "activation_id"
        else _model(name).filter(**{path: person_ref})
        for name, path in deepest_first
    ]


def _erase_people(by: Viewer, now_us: int, before_us: int, days: int, keep_on: Callable[[], None]) -> int:
    held = _held()
    going = {pk: ref for pk, ref in _ended_people(before_us).items() if pk not in held}
    if not going:
        return 0
    every = _model("orders.ActivationRow")
    # the archive first: after a stop in between the person is still there, and the next run does it again
    keep = {"", *every.exclude(order__person_id__in=going).values_list("activation_id", flat=True)}
    archived = expire_days(now_us=now_us, before_us=now_us + DAY_US, keep=keep)
    if archived:
        _bury(by, now_us, POSITIONS, archived, "", days)
    rows = archived
    for ref in going.values():
        rows += _erase_person(by, now_us, ref, days)
        keep_on()
    return rows


@transaction.atomic
def _erase_person(by: Viewer, now_us: int, person_ref: str, days: int) -> int:
    found = _rows_of(person_ref)
    digest = _digest(found)
    rows = sum(
        each._raw_delete(each.db) for each in found
    )  # checked at commit; PROTECT would forbid any order
    _bury(by, now_us, PERSON, rows, digest, days, person_ref)
    return rows


def _erase_positions(by: Viewer, now_us: int, before_us: int, days: int) -> int:
    rows = expire_days(now_us=now_us, before_us=before_us, keep=_held_activations())
    if rows:
        _bury(by, now_us, POSITIONS, rows, "", days)
    return rows


@transaction.atomic
def _erase_protected(by: Viewer, now_us: int, before_us: int, days: int) -> int:
    rows = erase_protected(before_us=before_us, keep=_held_activations())
    if rows:
        # without a hash: of a few positions it would let anybody try where they were
        _bury(by, now_us, PROTECTED, rows, "", days)
    return rows


@transaction.atomic
def _erase_rows(by: Viewer, now_us: int, record_class: str, before_us: int, days: int) -> int:
    found = _rows_before(record_class, before_us)
    digest = _digest([found])
    rows: int = found._raw_delete(found.db)
    if rows:
        _bury(by, now_us, record_class, rows, digest, days)
    return rows


def _rows_before(record_class: str, before_us: int) -> QuerySet[Any]:
    kind = CLASSES[record_class]
    in_us = kind.time_field.endswith("_us")
    return _model(kind.model).filter(
        **{f"{kind.time_field}__lt": before_us if in_us else utc_datetime(before_us)}
    )


def _model(name: str) -> QuerySet[Any]:
    """Return every row of a model by its name: the classes are data, and span every app."""
    model: type[models.Model] = apps.get_model(name)
    return model._default_manager.all()


def _digest(found: Iterable[QuerySet[Any]]) -> str:
    """Return the SHA-256 of the rows as canonical JSON, one a line, in a settled order."""
    whole = hashlib.sha256()
    for rows in found:
        for row in rows.order_by("pk").values().iterator(chunk_size=2000):
            whole.update(canonical_json({name: _plain(value) for name, value in row.items()}).encode())
            whole.update(b"\n")
    return whole.hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's value
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def _bury(
    by: Viewer, now_us: int, record_class: str, rows: int, digest: str, days: int, person_ref: str = ""
) -> None:
    stone = Tombstone.objects.create(
        record_class=record_class, rows=rows, digest=digest, erased_us=now_us, rule_days=days
    )
    _note(by, now_us, "record_erased", f"tombstone:{stone.pk}", person_ref, rows=rows)


def _note(by: Viewer, now_us: int, action: str, subject: str, person_ref: str = "", **detail: int) -> None:
    record(viewer=by, action=action, subject=subject, at_us=now_us, person_ref=person_ref, detail=detail)
