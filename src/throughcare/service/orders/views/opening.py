"""What every page about an order begins with: may the viewer see the person, and the log says that they looked."""

from __future__ import annotations

from typing import Protocol

from django.http import Http404
from django.urls import reverse

from throughcare.service.accounts.middleware import Request
from throughcare.service.orders.drafting.flow import Stop
from throughcare.service.orders.queries import (
    Draft,
    NoSuchDraft,
    VersionView,
    draft,
    person_ref_of,
    versions_of,
)
from throughcare.service.people.actions import NotVisible, open_person

PAGE = 100  # rows of a list on one page


class Opened(Protocol):
    """What the pages of orders show of a person."""

    @property
    def pk(self) -> int:
        """The record's key."""

    @property
    def ref(self) -> str:
        """The opaque reference."""

    @property
    def display_name(self) -> str:
        """The name by which staff know the person."""


def opened_draft(request: Request, draft_id: str, *, page: str) -> Draft:
    """Return a draft about a person whom the viewer may see, after the log was written; 404 otherwise."""
    try:
        found = draft(draft_id)
    except NoSuchDraft:
        raise Http404 from None
    opened_person(request, found.person_ref, page=page)
    return found


def opened_order(request: Request, order_id: str, *, page: str) -> tuple[Opened, list[VersionView]]:
    """Return the person and every version of an order that the viewer may see, after the log was written."""
    ref = person_ref_of(order_id)
    if ref is None:
        raise Http404
    return opened_person(request, ref, page=page), versions_of(order_id)


def opened_person(request: Request, ref: str, *, page: str) -> Opened:
    """Return a person whom the viewer may see, after the log was written; 404 otherwise."""
    try:
        return open_person(viewer=request.viewer, ref=ref, page=page, now_us=request.now_us)
    except NotVisible:
        raise Http404 from None


def page_of(request: Request) -> int:
    """Return which page of a list is asked for, the first if none or nonsense."""
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1


def beside(request: Request, *, page: int, total: int) -> dict[str, str]:
    """Return the addresses of the pages before and after one of a list of ``total``."""

    def at(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "before": at(page - 1) if page > 1 else "",
        "after": at(page + 1) if page * PAGE < total else "",
    }


def href(draft_id: str, stop: Stop) -> str:
    """Return the address of a page of the form."""
    if stop.slug:
        arguments = [draft_id, stop.slug, stop.key] if stop.key else [draft_id, stop.slug]
        return reverse("orders:item_question" if stop.key else "orders:question", args=arguments)
    if stop.section:
        arguments = [draft_id, stop.section, stop.key] if stop.key else [draft_id, stop.section]
        return reverse("orders:part_list" if stop.key else "orders:item_list", args=arguments)
    return reverse("orders:draft", args=[draft_id])
