"""Grades: rules that an adapter has done, is exempt from with a reason, or has yet to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from throughcare.adapters.devices.manifest import read_table
from throughcare.kernel.errors import RefusedInput

GRADES = {
    "bronze": {
        "samples": "invented samples parse to what they state",
        "total": "no bytes raise",
        "conserves": "every message leaves a position, a reading, a kept field or a reject",
        "pure": "the same bytes give the same result",
        "streams": "in pieces of any size, the same bytes give the same result",
        "manifest": "source, licence and what the protocol cannot say are stated",
        "masked": "samples carry no identifier of a real device",
    },
    "silver": {
        "declared_readings": "every declared reading has a sample, and no other reading is ever given",
        "no_invented_accuracy": "accuracy is given only where the protocol states it",
        "public_messages": "tried on messages that others published",
    },
    "gold": {
        "vendor_document": "agrees with the vendor's own document",
        "own_device": "tried with a device in hand",
    },
}
CHECKED = (
    "samples",
    "total",
    "conserves",
    "pure",
    "streams",
    "manifest",
    "masked",
    "declared_readings",
    "no_invented_accuracy",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a rule stands: ``done``, ``exempt`` or ``todo``; why it is exempt, or where it is shown."""

    status: str
    because: str = ""
    evidence: str = ""


def read_quality(folder: Path) -> dict[str, Mark]:
    """Return each rule's mark from a folder's ``quality.toml``.

    Raises
    ------
    RefusedInput
        If a rule is missing, unknown, exempt without a reason, or done without evidence that nobody can check.
    """
    path = folder / "quality.toml"
    table = read_table(path).get("rules", {})
    rules = [rule for grade in GRADES.values() for rule in grade]
    wrong = sorted(set(rules) ^ set(table)) or [rule for rule in rules if not _is_sound(rule, table[rule])]
    if wrong:
        raise RefusedInput(
            where=str(path),
            expected="each rule done (with evidence where the suite cannot see it), exempt (because) or todo",
            found=f"missing, unknown or unsupported: {', '.join(wrong)}",
            action="See docs/add-a-device.md.",
        )
    return {rule: Mark(**table[rule]) for rule in rules}


def grade_of(marks: dict[str, Mark]) -> str:
    """Return the highest grade whose rules, and all below, are done or exempt; ``none`` where bronze is not."""
    reached = "none"
    for grade, rules in GRADES.items():
        if any(marks[rule].status == "todo" for rule in rules):
            break
        reached = grade
    return reached


def _is_sound(rule: str, entry: object) -> bool:
    if not isinstance(entry, dict) or not set(entry) <= {"status", "because", "evidence"}:
        return False
    status = entry.get("status")
    if status == "exempt":
        return bool(entry.get("because"))
    return status == "todo" or (status == "done" and (rule in CHECKED or bool(entry.get("evidence"))))
