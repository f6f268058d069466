"""The codec: a state as bytes, versioned, and back. ``decode(encode(state))`` is the same state.

Layout: the magic ``TCST``, the version (uint16, big-endian), the length of the header (uint32), the header
(canonical JSON, zlib), then the arrays (little-endian, zlib). Every version ever written stays readable: golden
files in the tests hold each.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import KeyedColumns
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import canonical_json
from throughcare.monitoring import kernels
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import Carry
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.state import STATE_VERSION, ActivationState, State, Told, WatchState
from throughcare.monitoring.status import Statuses

MAGIC = b"TCST"
_HEAD = struct.Struct(">4sHI")
# columns of a watch's sums, by version: version 1 did not keep where the last fix away was
SUMS_OF_VERSION = {1: 6, STATE_VERSION: kernels.SUMS}


@cache
def _stored(dtype: np.dtype[Any]) -> tuple[str, np.dtype[Any]]:
    """Return the code of a type of column, and the type with its bytes in the order in which they are stored."""
    return dtype.str.lstrip("<>=|"), dtype.newbyteorder("<")


class _Writer:
    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.size = 0

    def array(self, values: NDArray[np.generic]) -> list[Any]:
        code, stored = _stored(values.dtype)
        raw = values.astype(stored, copy=False).tobytes()
        place = [code, self.size, len(values)]
        self.chunks.append(raw)
        self.size += len(raw)
        return place


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def array(self, place: list[Any]) -> NDArray[Any]:
        code, start, length = place
        array = np.frombuffer(self.raw, dtype=np.dtype(code).newbyteorder("<"), count=length, offset=start)
        native = array.astype(array.dtype.newbyteorder("="))
        native.flags.writeable = False
        return native


def encode(state: State) -> bytes:
    """Return the state as bytes; equal states give equal bytes."""
    writer = _Writer()
    header = {
        "rules_id": state.rules_id,
        "now_us": state.now_us,
        "activations": [
            _pack_activation(state.activations[key], writer) for key in sorted(state.activations)
        ],
    }
    packed = zlib.compress(canonical_json(header).encode(), 6)
    return _HEAD.pack(MAGIC, STATE_VERSION, len(packed)) + packed + zlib.compress(b"".join(writer.chunks), 6)


def decode(raw: bytes) -> State:
    """Return the state that the bytes hold.

    Raises
    ------
    RefusedInput
        If the bytes are not a state, are cut short, or are of a version that this release does not know.
    """
    if len(raw) < _HEAD.size or raw[:4] != MAGIC:
        raise _refusal("the bytes of a monitoring state", "something else")
    _, version, length = _HEAD.unpack_from(raw)
    if version not in SUMS_OF_VERSION:
        raise _refusal(f"state version {STATE_VERSION} or older", f"version {version}")
    try:
        header = json.loads(_inflated(raw[_HEAD.size : _HEAD.size + length]))
        reader = _Reader(_inflated(raw[_HEAD.size + length :]))
        held = [_unpack_activation(item, reader, version) for item in header["activations"]]
    except (zlib.error, ValueError, KeyError) as problem:
        raise _refusal("a whole monitoring state", f"damaged bytes ({problem})") from None
    return State(
        activations={item.activation_id: item for item in held},
        rules_id=header["rules_id"],
        now_us=header["now_us"],
    )


def _inflated(raw: bytes) -> bytes:
    """Return what was deflated; unlike ``zlib.decompress``, with nothing after it."""
    stream = zlib.decompressobj()
    found = stream.decompress(raw) + stream.flush()
    if not stream.eof or stream.unused_data:
        raise zlib.error("cut short, or something after the end")
    return found


def _refusal(expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where="monitoring state",
        expected=expected,
        found=found,
        action="Restore the state from its backup, or replay the archive to build it anew.",
    )


def _pack_activation(held: ActivationState, writer: _Writer) -> dict[str, Any]:
    return {
        "id": held.activation_id,
        "settled_us": held.settled_us,
        "base_us": held.base_us,
        "head_us": held.head_us,
        "fixes": _pack_columns(held.fixes, writer),
        "statuses": _pack_columns(held.statuses, writer),
        "watches": {key: _pack_watch(watch, writer) for key, watch in sorted(held.watches.items())},
        "told": [
            [t.incident_id, t.kind, t.code, t.start_us, t.end_us, t.stop_us, t.material, t.revision]
            for _, t in sorted(held.told.items())
        ],
    }


def _unpack_activation(item: Mapping[str, Any], reader: _Reader, version: int) -> ActivationState:
    return ActivationState(
        activation_id=item["id"],
        settled_us=item["settled_us"],
        base_us=item["base_us"],
        head_us=item["head_us"],
        fixes=_unpack_columns(Fixes, item["fixes"], reader),
        statuses=_unpack_columns(Statuses, item["statuses"], reader),
        watches={key: _unpack_watch(value, reader, version) for key, value in item["watches"].items()},
        told={row[0]: Told(*row) for row in item["told"]},
    )


def _pack_columns(batch: KeyedColumns, writer: _Writer) -> dict[str, Any]:
    return {
        "keys": list(batch.keys),
        "key": writer.array(batch.key),
        "columns": {name: writer.array(getattr(batch, name)) for name in batch.columns()},
    }


def _unpack_columns(kind, item: Mapping[str, Any], reader: _Reader):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    columns = {name: reader.array(place) for name, place in item["columns"].items()}
    return kind.build(key=reader.array(item["key"]), keys=tuple(item["keys"]), **columns)


def _pack_watch(watch: WatchState, writer: _Writer) -> dict[str, Any]:
    return {
        "marks": writer.array(np.concatenate([watch.base.marks, watch.head.marks])),
        "sums": writer.array(np.concatenate([watch.base.sums, watch.head.sums])),
        "before": [_pack_segment(segment) for segment in watch.before],
        "since": [_pack_segment(segment) for segment in watch.since],
    }


def _unpack_watch(item: Mapping[str, Any], reader: _Reader, version: int) -> WatchState:
    marks = reader.array(item["marks"])
    sums = _upgraded(reader.array(item["sums"]), version)
    return WatchState(
        base=Carry(marks=marks[: kernels.MARKS], sums=sums[: kernels.SUMS]),
        head=Carry(marks=marks[kernels.MARKS :], sums=sums[kernels.SUMS :]),
        before=tuple(_unpack_segment(row) for row in item["before"]),
        since=tuple(_unpack_segment(row) for row in item["since"]),
    )


def _upgraded(sums: NDArray[Any], version: int) -> NDArray[Any]:
    """Return the sums of base and head in today's columns; what an older version did not keep is 0: unknown."""
    missing = kernels.SUMS - SUMS_OF_VERSION[version]
    found = np.pad(sums.reshape(2, SUMS_OF_VERSION[version]), ((0, 0), (0, missing))).ravel()
    found.flags.writeable = False
    return found


def _pack_segment(s: Segment) -> list[Any]:
    return [s.start_us, s.end_us, int(s.state), s.first_us, s.last_us, s.decided_us, s.evidence, s.confidence]


def _unpack_segment(row: list[Any]) -> Segment:
    start_us, end_us, state, first_us, last_us, decided_us, evidence, confidence = row
    return Segment(start_us, end_us, Presence(state), first_us, last_us, decided_us, evidence, confidence)
