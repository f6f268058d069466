"""What every page about a person begins with: may the viewer see them, and the log says that they looked."""

from __future__ import annotations

from typing import Protocol

from django.http import Http404

from throughcare.service.accounts.middleware import Request
from throughcare.service.people.actions import NotVisible, open_person


class Opened(Protocol):
    """What the pages show of a person."""

    @property
    def pk(self) -> int:
        """The record's key."""

    @property
    def ref(self) -> str:
        """The opaque reference."""

    @property
    def display_name(self) -> str:
        """The name by which staff know the person."""


def opened_person(request: Request, ref: str, *, page: str, reason: str = "") -> Opened:
    """Return a person whom the viewer may see, after the log was written; 404 otherwise."""
    try:
        return open_person(viewer=request.viewer, ref=ref, page=page, now_us=request.now_us, reason=reason)
    except NotVisible:
        raise Http404 from None


def whole_number(text: str, *, otherwise: int) -> int:
    """Return a number that somebody put into an address, or another where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else otherwise


def signed_in(request: Request) -> int:
    """Return the member of staff who asks."""
    assert request.viewer.user_id is not None, "the gate lets only members of staff through"
    return request.viewer.user_id
