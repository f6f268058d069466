"""An approach to a protected person, live: an order, two devices, an incident on the desk. Nothing of it is real."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.lib.rule_tables import instant
from tests.lib.walks import fixes_along
from tests.service.monitoring.lives import BY, put_on_record, work_until_idle
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.status import Readings
from throughcare.orders.model import Order
from throughcare.service.accounts.models import RoleGrant
from throughcare.service.desk.actions import take_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.monitoring.actions import Delivery, protect, store_facts
from throughcare.service.people.models import Assignment

REF, DEVICE = "PROTECTED-77", "GUARDIAN-88"
FROM_US, NOW_US = instant("07:00"), instant("13:00")
WAY = (
    "08:00-10:30 at 5000 every 1 min; 10:31-11:00 at 100 every 1 min; 11:01-12:00 at 5000 every 1 min; "
    "12:01-12:20 at 800 every 1 min; 12:21-13:00 at 5000 every 1 min"
)
STILL = "08:00-13:00 at 0 every 1 min"
ASIDE_DEG = 0.00123456  # some 137 m: no digit of where the protected person is stands on the wearer's side


def kept_away(**said: Any) -> Order:
    """Return the order of W0, who keeps 500 m away from the protected person."""
    condition = {
        "kind": "victim_proximity", "condition_id": "vic-1", "start_date": "2026-03-02",
        "protected_ref": REF, "distance_m": 500, "warning_m": 1000,
    }  # fmt: skip
    worn = {"activation_id": "A0", "device_id": "D0", "from_time": "2026-03-02T00:00:00Z", "to_time": None}
    return Order.model_validate(
        {
            "order_id": "O0", "recorded_at": "2026-03-01T10:00:00Z", "wearer_ref": "W0", "order_type": "community",
            "legal_basis": "community_order_requirement", "notifying_organisation": "crown_court",
            "responsible_organisation": "probation", "start_date": "2026-03-01", "ticked": ["victim_proximity"],
            "activations": [worn], "conditions": [condition],
        }
        | said
    )  # fmt: skip


def along(way: str, device_id: str, *, aside_deg: float = 0.0) -> Positions:
    """Return positions of a device along a way, moved north."""
    fixes = fixes_along(way)
    columns = {name: getattr(fixes, name) for name in Positions.columns()}
    columns["lat_deg"] = columns["lat_deg"] + aside_deg
    return Positions.build(key=np.zeros(len(fixes), np.int64), keys=(device_id,), **columns)


def tell(batch: Positions, *, now_us: int = NOW_US) -> None:
    """Deliver positions."""
    store_facts(delivery=Delivery(delivery_id="t", positions=batch, readings=Readings.empty()), now_us=now_us)


def approach() -> DeskItem:
    """Return the item of an approach to within 500 m, as the desk has it; roles and teams hold in that week."""
    put_on_record([kept_away()], now_us=FROM_US)
    RoleGrant.objects.update(from_us=0)
    Assignment.objects.update(from_us=0)
    protect(by=BY, now_us=FROM_US, protected_ref=REF, device_id=DEVICE, from_us=FROM_US)
    tell(along(WAY, "D0"))
    tell(theirs())
    work_until_idle(now_us=NOW_US)
    take_in(now_us=NOW_US)
    return DeskItem.objects.get(kind=str(IncidentKind.VICTIM_PROXIMITY), merged_into=None)


def theirs() -> Positions:
    """Return where the protected person's device was."""
    return along(STILL, DEVICE, aside_deg=ASIDE_DEG)


def places(batch: Positions) -> tuple[str, ...]:
    """Return how a page or a file would write the places, from four digits on."""
    return tuple(sorted({f"{value:.4f}" for value in batch.lat_deg.tolist()}))
