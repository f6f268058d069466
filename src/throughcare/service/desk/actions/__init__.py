"""What changes the desk; each in one transaction, with its audit entry."""

from __future__ import annotations

from throughcare.service.desk.actions.changing import ItemChanged
from throughcare.service.desk.actions.deciding import (
    IncidentChanged,
    NothingWeighed,
    OwnDecision,
    propose_decision,
    send_back,
    sign_decision,
)
from throughcare.service.desk.actions.intake import fire_clocks, take_in
from throughcare.service.desk.actions.packing import NoEvidence, disclose_pack, make_pack
from throughcare.service.desk.actions.working import (
    accept_absence,
    accept_excuse,
    acknowledge,
    add_note,
    assess,
    hand_over,
    put_on_desk,
    record_contact,
    reopen,
)

__all__ = [
    "IncidentChanged",
    "ItemChanged",
    "NoEvidence",
    "NothingWeighed",
    "OwnDecision",
    "accept_absence",
    "accept_excuse",
    "acknowledge",
    "add_note",
    "assess",
    "disclose_pack",
    "fire_clocks",
    "hand_over",
    "make_pack",
    "propose_decision",
    "put_on_desk",
    "record_contact",
    "reopen",
    "send_back",
    "sign_decision",
    "take_in",
]
