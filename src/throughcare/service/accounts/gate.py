"""The gate before every page: signed in and permitted. The second factor is the middleware's, before any page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from throughcare.service.accounts.middleware import Request
from throughcare.service.roles import Permission

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def staff_page(permission: Permission | None) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Return a decorator that lets only staff with the permission through; None asks for a sign-in only.

    The permission stays on the view as ``permission``: the tests of every page with every role read it there.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            refusal = _refused(request, permission)
            return refusal or view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _refused(request: HttpRequest, permission: Permission | None) -> HttpResponse | None:
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.user_id is None:
        return redirect_to_login(request.get_full_path())
    if permission is not None and not viewer.may(permission):
        raise PermissionDenied
    return None
