"""Addresses of risk assessments."""

from __future__ import annotations

from django.urls import path

from throughcare.service.risk import (
    dispute_pages,
    offence_pages,
    oversight_pages,
    score_pages,
    sheet_pages,
    views,
    waiting_pages,
)

app_name = "risk"
urlpatterns = [
    path("oversight", oversight_pages.page, name="oversight"),
    path("waiting", waiting_pages.waiting_list, name="waiting"),
    path("people/<str:ref>", views.person, name="person"),
    path("people/<str:ref>/begin", views.begin, name="begin"),
    path("assessments/<int:assessment_id>", views.assessment, name="assessment"),
    path("assessments/<int:assessment_id>/view", views.view, name="view"),
    path("assessments/<int:assessment_id>/questions/<str:slug>", views.questions, name="questions"),
    path("assessments/<int:assessment_id>/stop", views.stop, name="stop"),
    path("assessments/<int:assessment_id>/score", score_pages.score, name="score"),
    path("assessments/<int:assessment_id>/sheet", sheet_pages.sheet, name="sheet"),
    path("assessments/<int:assessment_id>/sheet.pdf", sheet_pages.sheet_pdf, name="sheet_pdf"),
    path("assessments/<int:assessment_id>/send-back", score_pages.send_back, name="send_back"),
    path("assessments/<int:assessment_id>/offence", offence_pages.offence, name="offence"),
    path("assessments/<int:assessment_id>/disputes/<str:item>", dispute_pages.dispute, name="dispute"),
    path("disputes/<int:dispute_id>", dispute_pages.review, name="review"),
    path("looks/<int:consultation_id>", score_pages.consultation, name="consultation"),
    path("looks/<int:consultation_id>/predictors/<str:name>", score_pages.section, name="section"),
    path("looks/<int:consultation_id>/decide", score_pages.decide, name="decide"),
    path("looks/<int:consultation_id>/sign", score_pages.sign, name="sign"),
]
