"""An area drawn on a map: behind its own link, for staff who want it. The form without a map does the same."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drafting.document import NoSuchItem, find_item
from throughcare.service.orders.drafting.forms_areas import PointsForm
from throughcare.service.orders.views.opening import href, opened_draft
from throughcare.service.roles import Permission

_SLUGS = {"places": "place-area", "conditions": "zone-area"}
_COUNTRY = [[-8.0, 50.0], [2.0, 59.0]]  # south-west and north-east; where the map opens if no place is known


@staff_page(Permission.ORDER_DRAFT)
def area_map(request: Request, *, draft_id: str, section: str, key: str) -> HttpResponse:
    """Show the map on which the corners of an area can be set; they are sent as the form of corners."""
    read = opened_draft(request, draft_id, page="order draft map")
    if section not in _SLUGS:
        raise Http404
    if not read.is_open:
        return redirect("orders:draft", draft_id)
    try:
        item = find_item(read.document, section, key)
    except NoSuchItem:
        raise Http404 from None
    places = [place for place in read.document["places"] if place.get("area")]
    context = {
        "draft": read,
        "form": PointsForm(None, document=read.document, item=item),
        "send_to": href(draft_id, flow.Stop(slug=f"{_SLUGS[section]}-points", key=key)),
        "back": href(draft_id, flow.Stop(slug=_SLUGS[section], key=key)),
        "data": {
            "places": [{"label": place.get("label", ""), "area": place["area"]} for place in places],
            "now": item.get("area"),
            "country": _COUNTRY,
        },
    }
    return render(request, "orders/drafts/area_map.html", context)
