"""What changes orders, drafts and the register of installation; each in one transaction, with its audit entry."""

from __future__ import annotations

from throughcare.service.orders.actions.drafts import (
    DraftChanged,
    NotReady,
    OwnDraft,
    accept_findings,
    change_document,
    discard_draft,
    propose_draft,
    renew_draft,
    return_draft,
    sign_draft,
    start_order,
    start_variation,
)
from throughcare.service.orders.actions.record import (
    NoSuchOrder,
    OrderChanged,
    add_authorised_absence,
    add_reasonable_excuse,
    amend_order,
    record_order,
)
from throughcare.service.orders.actions.register import (
    AlreadyDone,
    book_visit,
    note_first_contact,
    note_monitored,
    record_attempt,
    record_fitting,
    set_not_monitored,
)

__all__ = [
    "AlreadyDone",
    "DraftChanged",
    "NoSuchOrder",
    "NotReady",
    "OrderChanged",
    "OwnDraft",
    "accept_findings",
    "add_authorised_absence",
    "add_reasonable_excuse",
    "amend_order",
    "book_visit",
    "change_document",
    "discard_draft",
    "note_first_contact",
    "note_monitored",
    "propose_draft",
    "record_attempt",
    "record_fitting",
    "record_order",
    "renew_draft",
    "return_draft",
    "set_not_monitored",
    "sign_draft",
    "start_order",
    "start_variation",
]
