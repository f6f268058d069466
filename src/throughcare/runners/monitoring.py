"""The monitoring run: orders and recorded facts in; incidents, attendance, measures and evidence out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import throughcare
from throughcare.kernel.time import DAY_US, Interval
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.alcohol import alcohol_measures
from throughcare.monitoring.attendance import attendance
from throughcare.monitoring.events import Event, final_incidents
from throughcare.monitoring.evidence import EvidenceBundle, chain_bundles
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.incidents import AttendanceRecord, Incident, Measure
from throughcare.monitoring.measures import measures, order_violations
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.monitoring.tracing import Tracer
from throughcare.orders.history import OrderHistory, known
from throughcare.orders.model import Order
from throughcare.runners.loading import Progress, earliest_us
from throughcare.runners.protecting import proximity_incidents

ENGINE_PACKAGES = ("throughcare.kernel", "throughcare.orders", "throughcare.monitoring")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a monitoring run found.

    Parameters
    ----------
    scopes : dict of activation id to Scope
        The facts and presence that the incidents rest on.
    bundles : tuple of EvidenceBundle
        One an incident, chained in order of start; none where they were not asked for.
    """

    histories: tuple[OrderHistory, ...]
    rules: Rules
    now_us: int
    state: State
    events: tuple[Event, ...]
    scopes: dict[str, Scope]
    incidents: tuple[Incident, ...]
    attendance: tuple[AttendanceRecord, ...]
    measures: tuple[Measure, ...]
    bundles: tuple[EvidenceBundle, ...]


def newest_us(fixes: Fixes, statuses: Statuses) -> int:
    """Return the instant of the newest fact; 0 where there is none."""
    return max([int(batch.t_us.max()) for batch in (fixes, statuses) if len(batch)], default=0)


def monitor(
    histories: Sequence[OrderHistory],
    fixes: Fixes,
    statuses: Statuses,
    *,
    parameters: Parameters,
    now_us: int,
    known_at_us: int,
    progress: Progress,
    protected: Positions | None = None,
    with_evidence: bool = True,
) -> Run:
    """Return everything that the facts show under the orders as known at one instant.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Keyed by activation, in any order.
    protected : Positions or None
        Positions of protected persons, keyed by their opaque reference. They are compared and then let go: no
        incident, evidence or report holds any of them.
    now_us : int
        Facts after it are not evaluated; silence up to it counts.
    known_at_us : int
        Variations recorded later are not applied.
    with_evidence : bool
        Make the bundles, which cost more than the rest.
    """
    start_us = min(earliest_us(histories), now_us)
    rules = compile_rules(
        histories,
        parameters=parameters,
        known_at_us=known_at_us,
        within=Interval(start_us - DAY_US, now_us + DAY_US),
    )
    progress("evaluating", 0, 1)
    state, events = advance(
        State(),
        fixes.take(fixes.t_us <= now_us),
        statuses.take(statuses.t_us <= now_us),
        rules=rules,
        now_us=now_us,
    )
    progress("evaluating", 1, 1)
    scopes = _scopes(state, rules, now_us)
    found = [*final_incidents(events).values(), *proximity_incidents(scopes, protected)]
    incidents = tuple(sorted(found, key=lambda i: (i.start_us, i.incident_id)))
    every = [measure for scope in scopes.values() for measure in _measures(scope, incidents)]
    return Run(
        histories=tuple(histories),
        rules=rules,
        now_us=now_us,
        state=state,
        events=events,
        scopes=scopes,
        incidents=incidents,
        attendance=_attendance(scopes),
        measures=(*every, *order_violations(every)),
        bundles=_bundles(incidents, scopes, histories, known_at_us, progress) if with_evidence else (),
    )


def _scopes(state: State, rules: Rules, now_us: int) -> dict[str, Scope]:
    return {
        key: scope_of(held, compiled=rules.activations[key], rules=rules, now_us=now_us)
        for key, held in state.activations.items()
    }


def _attendance(scopes: dict[str, Scope]) -> tuple[AttendanceRecord, ...]:
    records = [record for scope in scopes.values() for record in attendance(scope)[0]]
    return tuple(sorted(records, key=lambda r: (r.due.start_us, r.activation_id, r.condition_id)))


def _measures(scope: Scope, incidents: Iterable[Incident]) -> tuple[Measure, ...]:
    own = [i for i in incidents if i.activation_id == scope.rules.activation.activation_id]
    return (*measures(scope, own), *alcohol_measures(scope))


def _bundles(
    incidents: Iterable[Incident],
    scopes: dict[str, Scope],
    histories: Sequence[OrderHistory],
    known_at_us: int,
    progress: Progress,
) -> tuple[EvidenceBundle, ...]:
    orders = {history.order_id: known(history, known_at_us=known_at_us) for history in histories}
    tracers: dict[tuple[str, int], Tracer] = {}
    bundles: list[EvidenceBundle] = []
    every = list(incidents)
    for done, incident in enumerate(every, 1):
        key = (incident.activation_id, incident.order_version)
        if key not in tracers:
            order = _version(orders[incident.order_id], incident.order_version)
            tracers[key] = Tracer(scopes[incident.activation_id], order=order, code_version=code_version())
        bundles.append(tracers[key].bundle(incident))
        progress("gathering evidence", done, len(every))
    return chain_bundles(tuple(bundles))


def _version(orders: tuple[Order, ...], version: int) -> Order:
    return next(order for order in orders if order.version == version)


@cache
def code_version() -> str:
    """Return the release and the SHA-256 of the engine's source: evidence names the code that made it."""
    digest = hashlib.sha256()
    for package in ENGINE_PACKAGES:
        for source in sorted(resources.files(package).iterdir(), key=lambda item: item.name):
            if source.name.endswith(".py"):
                digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"throughcare {throughcare.__version__} {digest.hexdigest()}"
