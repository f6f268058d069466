"""An area drawn on a map: behind its own link, for staff who want it. The form without a map does the same."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.orders.areas import centre_of
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drafting.document import Item, NoSuchItem, find_item
from throughcare.service.orders.drafting.forms_areas import PointsForm
from throughcare.service.orders.views.opening import href, opened_draft
from throughcare.service.roles import Permission

_SLUGS = {"places": "place-area", "conditions": "zone-area"}
_WHOLE_COUNTRY = {"lat_deg": 54.0, "lon_deg": -2.5, "zoom": 5}


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
            "view": _view(item, places),
            "shapes": [{"label": place.get("label", ""), "area": place["area"]} for place in places],
        },
    }
    return render(request, "orders/drafts/area_map.html", context)


def _view(item: Item, places: list[Item]) -> dict[str, Any]:
    """Return where the map opens: at the area, else at the first place, else over the country."""
    known = [thing["area"] for thing in (item, *places) if thing.get("area")]
    if not known:
        return _WHOLE_COUNTRY
    lat_deg, lon_deg = centre_of(known[0])
    return {"lat_deg": lat_deg, "lon_deg": lon_deg, "zoom": 14}
