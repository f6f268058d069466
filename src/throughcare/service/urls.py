"""Every address of the service. An app's own are in its ``urls.py``."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from throughcare.service.api.api import api
from throughcare.service.pages.views import home

urlpatterns = [
    path("", home, name="home"),
    path("api/v1/", api.urls),
    path("keys/", include("throughcare.service.api.urls")),
    path("webhooks/", include("throughcare.service.api.webhook_urls")),
    path("ingest/", include("throughcare.service.monitoring.ingest_urls")),
    path("account/", include("throughcare.service.accounts.sign_in_urls")),
    path("operations/", include("throughcare.service.operations.urls")),
    path("audit/", include("throughcare.service.operations.audit_urls")),
    path("retention/", include("throughcare.service.operations.retention_urls")),
    path("access/", include("throughcare.service.people.limited_access_urls")),
    path("casework/", RedirectView.as_view(pattern_name="casework:caseload"), name="casework_root"),
    path("casework/", include("throughcare.service.casework.urls")),
    path("risk/", include("throughcare.service.risk.urls")),
    path("people/", include("throughcare.service.people.urls")),
    path("desk/", RedirectView.as_view(pattern_name="desk:list"), name="desk_root"),
    path("desk/", include("throughcare.service.desk.urls")),
    path("monitoring/", include("throughcare.service.monitoring.urls")),
    path("protected/", include("throughcare.service.monitoring.protected_urls")),
    path("orders/", include("throughcare.service.orders.urls")),
    path("staff/", include("throughcare.service.accounts.urls")),
]
handler403 = "throughcare.service.pages.views.forbidden"
handler404 = "throughcare.service.pages.views.not_found"
handler500 = "throughcare.service.pages.views.failed"
