"""What every page's frame needs: the navigation that the viewer's roles permit, and whether data is invented."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from throughcare.service.roles import ROLE_WORDS, Permission
from throughcare.service.viewer import NOBODY, Viewer

# (route name, words, permission): a row shows where the viewer has the permission
NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    ("accounts:staff", "Staff accounts", Permission.ACCOUNT_MANAGE),
)


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's variables for one request."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    items = [
        {"href": reverse(name), "words": words, "current": request.path.startswith(reverse(name))}
        for name, words, permission in NAVIGATION
        if viewer.may(permission)
    ]
    return {
        "viewer": viewer,
        "navigation": items,
        "role_words": ", ".join(ROLE_WORDS[role] for role in sorted(viewer.roles)),
        "organisation_name": settings.CONFIGURATION.organisation_name,
        "is_demo": settings.CONFIGURATION.demo,
        "demands_second_factor": settings.CONFIGURATION.require_mfa,
    }
