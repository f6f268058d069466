"""Protocol files in YAML, and the lock beside one: what was declared, before an outcome was opened.

YAML is read without guessing types: every scalar is a text, so that the level ``no`` stays a level. A field that stands
twice is refused, and so are aliases, which can make a small file enormous.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.evaluation.protocol import Protocol, changes, read_protocol
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash

LOCK_FORMAT: Final = "throughcare.lock/1"
_MOST_BYTES: Final = 1_000_000


class _Strict(yaml.SafeLoader):
    """Texts, lists and mappings only; each key once; no alias."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way: no type is guessed

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's own types
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias, such as *name", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as above
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name that is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True, slots=True)
class Lock:
    """What was locked.

    Parameters
    ----------
    protocol_hash, schema_hash : str
        SHA-256 of the canonical protocol, and of the columns' names and types.
    protocol : mapping
        The canonical protocol, so that a later change can be named.
    schema : mapping of str to str
    file_columns : mapping of str to str
        Names and types as the cohort's file has them; empty where no file was shown.
    locked_at : str
    amendments : list
        Each with when, why, what changed, and whether an outcome had been opened by then.
    opened_at : str or None
        When an outcome was first opened.
    """

    protocol_hash: str
    schema_hash: str
    protocol: Mapping[str, Any]
    schema: Mapping[str, str]
    file_columns: Mapping[str, str]
    locked_at: str
    amendments: tuple[Mapping[str, Any], ...] = ()
    opened_at: str | None = None

    def told(self) -> dict[str, Any]:
        """Return what a report says of it; when the outcome was opened is left out, so that a run can be repeated."""
        return {
            "protocol_hash": self.protocol_hash,
            "schema_hash": self.schema_hash,
            "locked_at": self.locked_at,
            "amendments": [dict(each) for each in self.amendments],
        }


def read_protocol_file(path: Path) -> Protocol:
    """Return the protocol of a YAML file.

    Raises
    ------
    RefusedInput
        If it is no YAML, or no protocol; the place is named.
    """
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise _refused(str(path), f"at most {_MOST_BYTES:,} bytes", f"{len(data):,}")
    try:
        given = yaml.load(data.decode("utf-8"), Loader=_Strict)  # noqa: S506 - stricter than the safe loader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        raise _refused(str(path), "YAML", " ".join(str(problem).split())[:200]) from None
    return read_protocol(given)


def lock_path(protocol: Path) -> Path:
    """Return where the lock of a protocol stands: beside it."""
    return protocol.with_suffix(".lock.json")


def make_lock(protocol: Protocol, *, locked_at: str, file_columns: Mapping[str, str] | None = None) -> Lock:
    """Return the lock of a protocol."""
    schema, columns = protocol.schema(), dict(file_columns or {})
    return Lock(
        protocol_hash=protocol.hash(),
        schema_hash=content_hash([schema, columns]),
        protocol=protocol.canonical(),
        schema=schema,
        file_columns=columns,
        locked_at=locked_at,
    )


def amended(old: Lock, new: Lock, *, reason: str) -> Lock:
    """Return a new lock that keeps what the old one said, why it changed, and whether an outcome was open by then."""
    what = list(changes(old.protocol, new.protocol))
    if dict(old.file_columns) != dict(new.file_columns):
        what.append("the columns of the cohort's file")
    entry = {
        "when": new.locked_at,
        "reason": reason,
        "former_protocol_hash": old.protocol_hash,
        "after_an_outcome_was_opened": old.opened_at is not None,
        "changes": what,
    }
    return Lock(
        protocol_hash=new.protocol_hash,
        schema_hash=new.schema_hash,
        protocol=new.protocol,
        schema=new.schema,
        file_columns=new.file_columns,
        locked_at=old.locked_at,
        amendments=(*old.amendments, entry),
        opened_at=old.opened_at,
    )


def write_lock(path: Path, lock: Lock) -> None:
    """Write a lock."""
    told = {
        "format": LOCK_FORMAT,
        **lock.told(),
        "protocol": dict(lock.protocol),
        "schema": dict(lock.schema),
        "file_columns": dict(lock.file_columns),
        "opened_at": lock.opened_at,
    }
    atomic_bytes(path, (json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())


def read_lock(path: Path) -> Lock:
    """Return a lock.

    Raises
    ------
    RefusedInput
        If there is none, or it was edited by hand: its hashes must be those of what it holds.
    """
    if not path.exists():
        raise RefusedInput(
            where=str(path),
            expected="a lock, made before an outcome was opened",
            found="none",
            action="Run: throughcare evaluate lock PROTOCOL.",
        )
    try:
        told = json.loads(path.read_text("utf-8"))
        lock = Lock(
            protocol_hash=told["protocol_hash"],
            schema_hash=told["schema_hash"],
            protocol=told["protocol"],
            schema=told["schema"],
            file_columns=told["file_columns"],
            locked_at=told["locked_at"],
            amendments=tuple(told["amendments"]),
            opened_at=told["opened_at"],
        )
        whole = (
            told["format"] == LOCK_FORMAT
            and content_hash(lock.protocol) == lock.protocol_hash
            and content_hash([lock.schema, lock.file_columns]) == lock.schema_hash
        )
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise _refused(str(path), "a lock as it was written", "one that was altered")
    return lock


def _refused(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where, expected=expected, found=found, action="See docs/evaluation/protocol.md."
    )
