"""Evidence bundles: everything that an incident rests on, hash-chained so that nothing can be altered unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from throughcare.kernel.ids import chain_hashes, content_hash
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.incidents import Incident, IncidentKind

# no position stands beside these: where the wearer was at that time would tell where the protected person was
WITHHELD = frozenset({IncidentKind.VICTIM_PROXIMITY, IncidentKind.VICTIM_PROXIMITY_WARNING})


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One fix or status near an incident: used or not, why, and what it did to the probability.

    Parameters
    ----------
    number : int
        The number of the point in the pack and on its map, from 1.
    source : str
        ``gnss``, ``wifi``, ``cell``, ``rf`` or ``unknown``; ``home_unit`` for radio reports.
    lat_deg, lon_deg, accuracy_m, level : float or None
        None for radio reports, and where the fix did not say.
    used : bool
    why : str
        Why it was used or not: a reason code such as ``used``, ``poor_source_cannot_open``, ``duplicate``.
    p_compliant : float or None
        This item's own probability of compliance; None when it was not used.
    p_after : float or None
        The tempered probability of compliance after it.
    value : float or None
        What a status measured: percent of battery, percent of alcohol.
    """

    number: int
    t_us: int
    source: str
    lat_deg: float | None
    lon_deg: float | None
    accuracy_m: float | None
    level: float | None
    used: bool
    why: str
    p_compliant: float | None
    p_after: float | None
    value: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the item as JSON values."""
        return {
            "number": self.number,
            "t": iso_utc(self.t_us),
            "source": self.source,
            "lat_deg": self.lat_deg,
            "lon_deg": self.lon_deg,
            "accuracy_m": self.accuracy_m,
            "level": self.level,
            "used": self.used,
            "why": self.why,
            "p_compliant": self.p_compliant,
            "p_after": self.p_after,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """One incident with its evidence, its rule and the hashes that let anyone check and re-run it.

    Parameters
    ----------
    incident : Incident
    items : tuple of EvidenceItem
        In time order; a margin before and after the incident is included.
    rule : dict
        The condition in plain words, the zone geometry, the scheduled window and the order version.
    parameters : dict
        Every parameter of the detector.
    code_version : str
        Version of Throughcare and hash of the engine's source.
    chain_hash : str
        Hash over this bundle and the one before it in the run.
    """

    incident: Incident
    items: tuple[EvidenceItem, ...]
    rule: dict[str, Any]
    parameters: dict[str, Any]
    code_version: str
    chain_hash: str = ""

    def content(self) -> dict[str, Any]:
        """Return the bundle as JSON values, without its chain hash."""
        return {
            "incident": self.incident.as_dict(),
            "items": [item.as_dict() for item in self.items],
            "rule": self.rule,
            "parameters": self.parameters,
            "code_version": self.code_version,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the bundle as JSON values, its own hash and the chain's with it."""
        content = self.content()
        return content | {"content_hash": content_hash(content), "chain_hash": self.chain_hash}


def chain_bundles(bundles: tuple[EvidenceBundle, ...]) -> tuple[EvidenceBundle, ...]:
    """Return the bundles in order of incident start and id, each with its link of the hash chain."""
    ordered = sorted(bundles, key=lambda b: (b.incident.start_us, b.incident.incident_id))
    hashes = chain_hashes(content_hash(bundle.content()) for bundle in ordered)
    return tuple(
        EvidenceBundle(
            incident=bundle.incident,
            items=bundle.items,
            rule=bundle.rule,
            parameters=bundle.parameters,
            code_version=bundle.code_version,
            chain_hash=chain_hash,
        )
        for bundle, chain_hash in zip(ordered, hashes, strict=True)
    )
