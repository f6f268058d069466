"""Questions about orders, drafts and the register. They return the typed order or frozen values, never rows."""

from __future__ import annotations

from throughcare.service.orders.queries.drafts import (
    Draft,
    NoSuchDraft,
    draft,
    drafts_of_person,
    governing,
    known_places,
    visible_drafts,
)
from throughcare.service.orders.queries.record import (
    ActivationSpan,
    OrderSummary,
    VersionView,
    activations_for_devices,
    activations_of_order,
    activations_of_person,
    current_order,
    histories,
    orders_changed_since,
    orders_of_person,
    person_id_of,
    person_ref_of,
    versions_of,
    visible_orders,
)
from throughcare.service.orders.queries.register import (
    RegisterEntry,
    RegisterFilter,
    StepView,
    register,
    register_entries,
    register_entry,
    steps_of,
)

__all__ = [
    "ActivationSpan",
    "Draft",
    "NoSuchDraft",
    "OrderSummary",
    "RegisterEntry",
    "RegisterFilter",
    "StepView",
    "VersionView",
    "activations_for_devices",
    "activations_of_order",
    "activations_of_person",
    "current_order",
    "draft",
    "drafts_of_person",
    "governing",
    "histories",
    "known_places",
    "orders_changed_since",
    "orders_of_person",
    "person_id_of",
    "person_ref_of",
    "register",
    "register_entries",
    "register_entry",
    "steps_of",
    "versions_of",
    "visible_drafts",
    "visible_orders",
]
