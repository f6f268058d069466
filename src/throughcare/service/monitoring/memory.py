"""What a worker process remembers between passes. Losing it costs time and changes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from throughcare.kernel.time import DAY_US, FOREVER_US, instant_us
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import State
from throughcare.orders.history import OrderHistory
from throughcare.runners.embedded import LOOK_AHEAD_US, look_ahead_us, rules_for, trimmed
from throughcare.runners.loading import places_of
from throughcare.service.orders.queries import ActivationSpan, activations_for_devices, histories

MOST_FACTS = 6_000_000  # about 700 MB; a wearer's two days are some 3,000 to 8,000
Points = tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Compiled:
    """The rules of one activation, until when they need not be made again, and from where on they are whole."""

    rules: Rules
    settled_us: int
    fresh_us: int


@dataclass(slots=True)
class Memory:
    """States by activation and version, rules by activation, orders by id, spans by device.

    Parameters
    ----------
    order_mark : int or None
        Every version of an order up to it has been taken into account; None before the first look.
    looks : list of (mark, orders, instant)
        What was found changed since the mark, whenever that was something new.
    """

    parameters: Parameters = field(default_factory=Parameters)
    most_facts: int = MOST_FACTS
    order_mark: int | None = None
    looks: list[tuple[int, tuple[str, ...], int]] = field(default_factory=list)
    facts: int = 0
    states: OrderedDict[str, tuple[int, State]] = field(default_factory=OrderedDict)
    compiled: dict[str, Compiled] = field(default_factory=dict)
    orders: dict[str, OrderHistory] = field(default_factory=dict)
    places: dict[str, Points] = field(default_factory=dict)
    spans: dict[str, tuple[ActivationSpan, ...]] = field(default_factory=dict)

    def forget_orders(self, order_ids: Iterable[str]) -> None:
        """Drop what rests on orders that changed."""
        gone = set(order_ids)
        for activation_id in [a for a, c in self.compiled.items() if _order_of(c.rules) in gone]:
            del self.compiled[activation_id]
        for order_id in gone:
            self.orders.pop(order_id, None)
        self.places.clear()
        self.spans.clear()

    def spans_of(self, device_ids: Iterable[str]) -> dict[str, tuple[ActivationSpan, ...]]:
        """Return the activations of each tag or home unit, with one question for all that are not known yet."""
        wanted = set(device_ids)
        missing = sorted(wanted - self.spans.keys())
        if missing:
            found: dict[str, list[ActivationSpan]] = {name: [] for name in missing}
            for span in activations_for_devices(missing):
                for name in {span.device_id, span.home_unit_id} & found.keys():
                    found[str(name)].append(span)
            self.spans.update({name: tuple(spans) for name, spans in found.items()})
        return {name: self.spans[name] for name in wanted}

    def load_orders(self, order_ids: Iterable[str]) -> None:
        """Read the orders that are not known yet, with one question."""
        missing = sorted(set(order_ids) - self.orders.keys())
        if missing:
            found = histories(missing)
            self.orders.update(found)
            self.places.update(places_of(found.values()))

    def rules(
        self, activation_id: str, order_id: str, *, settled_us: int | None, now_us: int
    ) -> Rules | None:
        """Return the rules of an activation, whole from a little before ``settled_us`` (None: from the beginning).

        None where no version known now names the activation.
        """
        known = self.compiled.get(activation_id)
        if (
            known is not None
            and now_us < known.fresh_us
            and settled_us is not None
            and known.settled_us <= settled_us
        ):
            return known.rules
        self.load_orders([order_id])
        history = self.orders.get(order_id)
        if history is None:
            return None
        until_us = look_ahead_us(order_id, now_us=now_us)
        made = rules_for(history, parameters=self.parameters, now_us=now_us, until_us=until_us)
        if activation_id not in made:
            return None
        rules = made[activation_id]
        if settled_us is None:
            return rules
        rules = trimmed(rules, settled_us=settled_us)
        fresh_us = min(until_us - LOOK_AHEAD_US + DAY_US, _next_version_us(history, now_us))
        self.compiled[activation_id] = Compiled(rules, settled_us, fresh_us)
        return rules

    def recall(self, activation_id: str, version: int) -> State | None:
        """Return the state of that version; None where it is not remembered."""
        found = self.states.get(activation_id)
        if found is None or found[0] != version:
            return None
        self.states.move_to_end(activation_id)
        return found[1]

    def keep(self, activation_id: str, version: int, state: State) -> None:
        """Remember a state that was committed; the ones unused for longest make room."""
        self.drop(activation_id)
        self.states[activation_id] = (version, state)
        self.facts += _facts(state)
        while self.facts > self.most_facts and len(self.states) > 1:
            self.drop(next(iter(self.states)))

    def drop(self, activation_id: str) -> None:
        """Forget a state."""
        found = self.states.pop(activation_id, None)
        if found is not None:
            self.facts -= _facts(found[1])


def _order_of(rules: Rules) -> str:
    return next(iter(rules.activations.values())).order_id


def _facts(state: State) -> int:
    return sum(len(held.fixes) + len(held.statuses) for held in state.activations.values())


def _next_version_us(history: OrderHistory, now_us: int) -> int:
    """Return when a version whose recording lies ahead becomes known: a clock elsewhere may be fast."""
    ahead = [at for order in history.versions if (at := instant_us(order.recorded_at)) > now_us]
    return min(ahead, default=FOREVER_US)
