"""Addresses of the alert desk."""

from __future__ import annotations

from django.urls import path

from throughcare.service.desk.views import deciding, item, listing, working

app_name = "desk"
urlpatterns = [
    path("items/", listing.desk_list, name="list"),
    path("left-out/", listing.suppressed, name="suppressed"),
    path("workload/", listing.workload_page, name="workload"),
    path("items/<int:item_id>", item.item_page, name="item"),
    path("items/<int:item_id>/map", item.map_page, name="map"),
    path("items/<int:item_id>/reports", item.reports_page, name="reports"),
    path("items/<int:item_id>/acknowledge", working.acknowledge, name="acknowledge"),
    path("items/<int:item_id>/contact", working.contact, name="contact"),
    path("items/<int:item_id>/note", working.note, name="note"),
    path("items/<int:item_id>/assess", working.assess, name="assess"),
    path("items/<int:item_id>/absence", working.absence, name="absence"),
    path("items/<int:item_id>/excuse", working.excuse, name="excuse"),
    path("items/<int:item_id>/hand-over", working.hand_over, name="hand_over"),
    path("items/<int:item_id>/reopen", working.reopen, name="reopen"),
    path("items/<int:item_id>/put-on-desk", working.put_on_desk, name="put_on_desk"),
    path("items/<int:item_id>/decision", deciding.propose, name="propose"),
    path("items/<int:item_id>/sign", deciding.sign, name="sign"),
    path("items/<int:item_id>/send-back", deciding.send_back, name="send_back"),
    path("items/<int:item_id>/pack", deciding.pack, name="pack"),
    path("packs/<int:pack_id>", deciding.disclose, name="disclose"),
]
