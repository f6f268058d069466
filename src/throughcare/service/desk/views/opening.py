"""What every page about an item begins with: may the viewer see the person, and the log says that they looked."""

from __future__ import annotations

from typing import Protocol

from django.http import Http404

from throughcare.service.accounts.middleware import Request
from throughcare.service.desk import queries
from throughcare.service.people.actions import NotVisible, open_person


class Opened(Protocol):
    """What the pages of the desk show of a person."""

    @property
    def ref(self) -> str:
        """The opaque reference."""

    @property
    def display_name(self) -> str:
        """The name by which staff know the person."""

    @property
    def safety_note(self) -> str:
        """What staff must know for somebody's safety."""


def opened(request: Request, item_id: int, *, page: str) -> Opened:
    """Return the person of an item, if the viewer may see them, after the log was written; 404 otherwise."""
    ref = queries.person_ref_of(item_id)
    if ref is None:
        raise Http404
    try:
        return open_person(viewer=request.viewer, ref=ref, page=page, now_us=request.now_us)
    except NotVisible:
        raise Http404 from None
