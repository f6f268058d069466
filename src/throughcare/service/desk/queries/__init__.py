"""Questions about the desk. They return frozen values, never rows; lists hold only people whom the viewer may see."""

from __future__ import annotations

from throughcare.service.desk.queries.item import (
    ItemView,
    PackFile,
    earlier_items,
    item,
    pack_file,
    person_ref_of,
)
from throughcare.service.desk.queries.latency import Arrival, arrivals
from throughcare.service.desk.queries.listing import (
    OWNERS,
    PAGE,
    STATES,
    Chosen,
    left_out,
    listed,
    team_choices,
    waiting,
)
from throughcare.service.desk.queries.seen import seen_of
from throughcare.service.desk.queries.workload import Workload, pack_hours, workload

__all__ = [
    "OWNERS",
    "PAGE",
    "STATES",
    "Arrival",
    "Chosen",
    "ItemView",
    "PackFile",
    "Workload",
    "arrivals",
    "earlier_items",
    "item",
    "left_out",
    "listed",
    "pack_file",
    "pack_hours",
    "person_ref_of",
    "seen_of",
    "team_choices",
    "waiting",
    "workload",
]
