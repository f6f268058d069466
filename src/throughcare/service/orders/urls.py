"""Addresses of orders, drafts and the register of installation."""

from __future__ import annotations

from django.urls import path

from throughcare.service.orders.views import drafts, mapping, orders, questions, register

app_name = "orders"
urlpatterns = [
    path("", orders.order_list, name="list"),
    path("drafts", drafts.drafts, name="drafts"),
    path("new/<str:ref>", drafts.new_order, name="draft_new"),
    path("drafts/<str:draft_id>", drafts.draft, name="draft"),
    path("drafts/<str:draft_id>/findings", drafts.findings, name="findings"),
    path("drafts/<str:draft_id>/changes", drafts.changes, name="changes"),
    path("drafts/<str:draft_id>/propose", drafts.propose, name="propose"),
    path("drafts/<str:draft_id>/sign", drafts.sign, name="sign"),
    path("drafts/<str:draft_id>/return", drafts.give_back, name="return"),
    path("drafts/<str:draft_id>/renew", drafts.renew, name="renew"),
    path("drafts/<str:draft_id>/discard", drafts.discard, name="discard"),
    path("drafts/<str:draft_id>/ask/<slug:slug>", questions.question, name="question"),
    path("drafts/<str:draft_id>/ask/<slug:slug>/<str:key>", questions.question, name="item_question"),
    path("drafts/<str:draft_id>/map/<str:section>/<str:key>", mapping.area_map, name="area_map"),
    path("drafts/<str:draft_id>/list/<str:section>", questions.item_list, name="item_list"),
    path("drafts/<str:draft_id>/list/<str:section>/<str:key>", questions.item_list, name="part_list"),
    path("drafts/<str:draft_id>/add/<str:section>", questions.add, name="add"),
    path("drafts/<str:draft_id>/add/<str:section>/<str:key>", questions.add, name="add_part"),
    path("drafts/<str:draft_id>/remove/<str:section>/<str:key>", questions.remove, name="remove"),
    path("installations", register.installations, name="installations"),
    path("installations/<str:order_id>", register.installation, name="installation"),
    path("installations/<str:order_id>/visit", register.visit, name="visit"),
    path("installations/<str:order_id>/attempt", register.attempt, name="attempt"),
    path("installations/<str:order_id>/fitting", register.fitting, name="fitting"),
    path("installations/<str:order_id>/not-monitored", register.not_monitored, name="not_monitored"),
    path("<str:order_id>", orders.order, name="order"),
    path("<str:order_id>/versions/<int:number>", orders.version, name="version"),
    path("<str:order_id>/as-known", orders.as_known, name="as_known"),
    path("<str:order_id>/vary", orders.vary, name="vary"),
    path("<str:order_id>/absence", orders.absence, name="absence"),
    path("<str:order_id>/excuse", orders.excuse, name="excuse"),
]
