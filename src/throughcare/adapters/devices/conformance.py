"""The suite that every device adapter passes, this package's and anyone else's: ``check_device_adapter``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from throughcare.adapters.devices.parsed import Parsed, Session
from throughcare.adapters.devices.quality import CHECKED
from throughcare.adapters.devices.registry import DeviceAdapter
from throughcare.adapters.devices.samples import Sample, differences, read_samples
from throughcare.adapters.devices.stream import Stream, feed, join
from throughcare.kernel.errors import ThroughcareError
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.status import StatusKind

SESSION = Session(device="000000000000009", received_us=parse_instant("2026-03-01T22:00:00Z"))
_IDENTIFIER = re.compile(rb"(?<!\d)\d{15}(?!\d)")
_MASK = b"00000000"


class AdapterFails(ThroughcareError):
    """An adapter that breaks rules of the suite; the words list every finding.

    Parameters
    ----------
    findings : tuple of (rule, words)
    """

    def __init__(self, findings: tuple[tuple[str, str], ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(f"{rule}: {words}" for rule, words in findings))


def check_device_adapter(adapter: DeviceAdapter, *, rng: np.random.Generator, mutations: int = 500) -> None:
    """Run the whole suite on an adapter.

    Parameters
    ----------
    adapter : DeviceAdapter
        From :func:`load_adapter`, or from :func:`make_adapter` for a folder of your own.
    rng : numpy Generator
        Draws the mutated messages.
    mutations : int
        How many mutated messages are tried beside the samples.

    Raises
    ------
    AdapterFails
        If a rule that the suite can see is broken, also one that ``quality.toml`` calls done or forgets to do.
    RefusedInput
        If the samples cannot be read.
    """
    findings = [*_marked(adapter), *_sample_findings(adapter), *_mutation_findings(adapter, rng, mutations)]
    exempt = {rule for rule, mark in adapter.quality.items() if mark.status == "exempt"}
    broken = tuple(dict.fromkeys(finding for finding in findings if finding[0] not in exempt))
    if broken:
        raise AdapterFails(broken)


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the message with some bytes changed, cut out, doubled or put in.

    Parameters
    ----------
    data : bytes
    rng : numpy Generator
    """
    mutated = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(0, len(mutated) + 1))
        size = int(rng.integers(1, 9))
        change = int(rng.integers(0, 4))
        if change == 0:
            mutated[at : at + 1] = rng.bytes(1)
        elif change == 1:
            del mutated[at : at + size]
        elif change == 2:
            mutated[at:at] = mutated[at : at + size]
        else:
            mutated[at:at] = rng.bytes(size)
    return bytes(mutated)


def broken_rules(adapter: DeviceAdapter, data: bytes, session: Session) -> Iterator[tuple[str, str]]:
    """Yield the rules that hold for any bytes and that these break, with words.

    Parameters
    ----------
    adapter : DeviceAdapter
    data : bytes
        Any bytes at all.
    session : Session
    """
    try:
        parsed, again = adapter.parse(data, session), adapter.parse(data, session)
    except Exception as problem:  # noqa: BLE001 - the suite judges code that may raise anything
        yield "total", f"{data!r} raised {problem!r}"
        return
    if parsed.accounted_rows() != set(range(1, parsed.messages + 1)):
        yield "conserves", f"{data!r}: {parsed.messages} messages, rows {sorted(parsed.accounted_rows())}"
    if _outside(data, parsed.spans).strip():
        yield "conserves", f"{data!r}: bytes outside the messages at {parsed.spans}"
    if not _same(parsed, again):
        yield "pure", f"{data!r} was read in two ways"
    if not _same(parsed, _in_pieces(adapter, data, session)):
        yield "streams", f"{data!r} says another thing when it comes in pieces"
    strange = {StatusKind(kind) for kind in parsed.readings.kind.tolist()} - set(adapter.manifest.readings)
    if strange:
        yield (
            "declared_readings",
            f"{data!r} gave {sorted(kind.name for kind in strange)}, not in the manifest",
        )
    accuracy_m = parsed.positions.accuracy_m
    if (not adapter.manifest.states_accuracy and not np.isnan(accuracy_m).all()) or (accuracy_m <= 0).any():
        yield "no_invented_accuracy", f"{data!r} gave an accuracy of {accuracy_m.tolist()}"


def _outside(data: bytes, spans: tuple[tuple[int, int], ...]) -> bytes:
    """Return what no message holds; everything where the spans are out of order or beyond the bytes."""
    edges = [0, *(edge for span in spans for edge in span), len(data)]
    if edges != sorted(edges):
        return data
    return b"".join(data[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _in_pieces(adapter: DeviceAdapter, data: bytes, session: Session) -> Parsed:
    """Return what the bytes say when they come in pieces of 1 byte, then 2, then 3, as a slow line brings them."""
    stream, pieces = Stream(device=session.device), []
    at, size = 0, 1
    while at < len(data):
        stream, piece = feed(stream, data[at : at + size], adapter=adapter, received_us=session.received_us)
        pieces.append(piece)
        at, size = at + size, size + 1
    _, piece = feed(stream, b"", adapter=adapter, received_us=session.received_us, last=True)
    return join([*pieces, piece])


def _marked(adapter: DeviceAdapter) -> Iterator[tuple[str, str]]:
    for rule in CHECKED:
        if adapter.quality[rule].status == "todo":
            yield rule, "the suite checks it: mark it done, or exempt with a reason"
    if adapter.folder.name != adapter.manifest.kind:
        yield "manifest", f"the folder {adapter.folder.name} holds the kind {adapter.manifest.kind}"


def _sample_findings(adapter: DeviceAdapter) -> Iterator[tuple[str, str]]:
    samples = read_samples(adapter.folder)
    shown: set[StatusKind] = set()
    for sample in samples:
        problems = list(broken_rules(adapter, sample.data, _session(sample)))
        yield from problems
        if any(identifier[:8] != _MASK for identifier in _IDENTIFIER.findall(sample.data)):
            yield "masked", f"{sample.name}: identifiers begin with {_MASK.decode()}"
        if not any(rule == "total" for rule, _ in problems):
            parsed = adapter.parse(sample.data, _session(sample))
            shown |= {StatusKind(kind) for kind in parsed.readings.kind.tolist()}
            yield from (("samples", f"{sample.name}: {words}") for words in differences(sample, parsed))
    for kind in set(adapter.manifest.readings) - shown:
        yield "declared_readings", f"{kind.name} is declared and no sample shows it"


def _mutation_findings(
    adapter: DeviceAdapter, rng: np.random.Generator, mutations: int
) -> Iterator[tuple[str, str]]:
    samples = read_samples(adapter.folder)
    for _ in range(mutations):
        sample = samples[int(rng.integers(0, len(samples)))]
        session = _session(sample) if rng.integers(0, 2) else Session()
        yield from broken_rules(adapter, mutate(sample.data, rng), session)


def _session(sample: Sample) -> Session:
    return Session(device=sample.device, received_us=SESSION.received_us)


def _same(first: Parsed, second: Parsed) -> bool:
    plain = (first.spans, first.device, first.unknown, first.rejects)
    return (
        plain == (second.spans, second.device, second.unknown, second.rejects)
        and first.positions.row.tolist() == second.positions.row.tolist()
        and first.readings.row.tolist() == second.readings.row.tolist()
        and first.positions.content().tolist() == second.positions.content().tolist()
        and first.readings.content().tolist() == second.readings.content().tolist()
    )
