"""What every page's frame needs: the navigation that the viewer's roles permit, and whether data is invented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from throughcare.service.roles import ROLE_WORDS, Permission
from throughcare.service.viewer import NOBODY, Viewer

# (route name, words, permission): a row shows where the viewer has the permission
NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    ("casework:caseload", "Caseload", Permission.PERSON_EDIT),
    ("desk:list", "Alert desk", Permission.INCIDENT_VIEW),
    ("desk:workload", "Workload", Permission.WORKLOAD_VIEW),
    ("people:search", "Find a person", Permission.PERSON_VIEW),
    ("risk:waiting", "Risk: to sign", Permission.RISK_COUNTERSIGN),
    ("risk:oversight", "Risk decisions", Permission.RISK_MONITOR),
    ("people:equality", "Equality counts", Permission.EQUALITY_REPORT),
    ("orders:list", "Orders", Permission.ORDER_VIEW),
    ("orders:drafts", "Drafts", Permission.ORDER_DRAFT),
    ("orders:installations", "Installation", Permission.INSTALLATION_VIEW),
    ("limited_access:limited", "Limited access", Permission.LIMITED_ACCESS_MANAGE),
    ("limited_access:emergency", "Emergency access", Permission.BREAK_GLASS_USE),
    ("limited_access:reviews", "Reviews", Permission.BREAK_GLASS_REVIEW),
    ("audit_log:log", "Audit log", Permission.AUDIT_VIEW),
    ("retention:subject_access", "Subject access", Permission.SUBJECT_ACCESS),
    ("retention:overview", "Retention", Permission.RETENTION_MANAGE),
    ("monitoring:rejects", "Refused data", Permission.OPERATIONS_VIEW),
    ("monitoring:unowned", "Data of nobody", Permission.OPERATIONS_VIEW),
    ("monitoring:devices", "Devices", Permission.DEVICE_MANAGE),
    ("keys:list", "API keys", Permission.API_KEY_MANAGE),
    ("webhooks:list", "Webhooks", Permission.API_KEY_MANAGE),
    ("accounts:staff", "Staff accounts", Permission.ACCOUNT_MANAGE),
    ("protected:list", "Protected devices", Permission.PROTECTED_MANAGE),
)

# (permission, route name): where somebody's work starts, by the first permission that they have
HOMES: tuple[tuple[Permission, str], ...] = (
    (Permission.PERSON_EDIT, "casework:caseload"),
    (Permission.INCIDENT_WORK, "desk:list"),
    (Permission.INSTALLATION_WORK, "orders:installations"),
    (Permission.WORKLOAD_VIEW, "desk:workload"),
    (Permission.AUDIT_VIEW, "audit_log:log"),
    (Permission.ACCOUNT_MANAGE, "accounts:staff"),
    (Permission.PROTECTED_MANAGE, "protected:list"),
)

# route name -> the function that counts what waits there; by its name, because it stands in a higher app
BADGES: dict[str, str] = {
    "desk:list": "throughcare.service.desk.queries.waiting",
    "limited_access:reviews": "throughcare.service.people.limited_access.waiting_reviews",
}


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's variables for one request."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    items: list[dict[str, Any]] = [
        {
            "href": reverse(name),
            "words": words,
            "current": request.path.startswith(reverse(name)),
            "badge": _badge(request, name),
        }
        for name, words, permission in NAVIGATION
        if viewer.may(permission)
    ]
    longest = max((len(item["href"]) for item in items if item["current"]), default=0)
    for item in items:  # a page of "orders/drafts" is not also one of "orders/"
        item["current"] = item["current"] and len(item["href"]) == longest
    return {
        "viewer": viewer,
        "navigation": items,
        "role_words": ", ".join(ROLE_WORDS[role] for role in sorted(viewer.roles)),
        "organisation_name": settings.CONFIGURATION.organisation_name,
        "is_demo": settings.CONFIGURATION.demo,
        "demo_clock_us": getattr(request, "now_us", None) if settings.CONFIGURATION.demo_clock_us else None,
        "demands_second_factor": settings.CONFIGURATION.require_mfa,
    }


def _badge(request: HttpRequest, name: str) -> int:
    if name not in BADGES:
        return 0
    count: Callable[[Viewer, int], int] = import_string(BADGES[name])
    return count(request.viewer, request.now_us)  # type: ignore[attr-defined]
