"""Pages about staff accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts import actions
from throughcare.service.accounts.actions import LINK_HOURS, Refused
from throughcare.service.accounts.forms import FirstPasswordForm, NewStaffForm, RoleForm
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import StaffMember, password_link_user, staff, staff_member
from throughcare.service.roles import ROLE_WORDS, Permission


class Change(NamedTuple):
    """A change to an account: what its page asks, what it says will happen, what it says was done."""

    heading: str
    warning: str
    done: str
    act: Callable[..., None]


CHANGES = {
    "sessions": Change(
        "Sign them out everywhere",
        "Every session of theirs ends at once. They can sign in again.",
        "Signed out everywhere.",
        actions.end_sessions,
    ),
    "second-factors": Change(
        "Remove their second factors",
        "Do this when a phone or key is lost, after you made sure who is asking. They are signed out everywhere "
        "and set up a new second factor when they sign in.",
        "Their second factors are removed.",
        actions.remove_second_factors,
    ),
    "close": Change(
        "Close this account",
        "They cannot sign in any more, their sessions end and all their roles end. What they did stays on record.",
        "The account is closed.",
        actions.close_account,
    ),
    "reopen": Change(
        "Open this account again",
        "They need a new link to set a password, and new roles.",
        "The account is open again. It has no roles.",
        actions.reopen_account,
    ),
}


@staff_page(None)
def me(request: Request) -> HttpResponse:
    """Show who is signed in, with which roles."""
    roles = [ROLE_WORDS[role] for role in sorted(request.viewer.roles)]
    return render(request, "accounts/me.html", {"roles": roles})


@staff_page(None)
@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    """End every session of the one who asks, this one too."""
    user_id = request.viewer.user_id
    assert user_id is not None, "the gate lets only members of staff through"
    actions.end_sessions(by=request.viewer, now_us=request.now_us, user_id=user_id)
    logout(request)
    return redirect("account_login")


@staff_page(Permission.ACCOUNT_MANAGE)
def staff_list(request: Request) -> HttpResponse:
    """List the accounts, or those that match a text."""
    text = request.GET.get("q", "").strip()
    members = staff(now_us=request.now_us, containing=text)
    return render(request, "accounts/staff.html", {"members": members, "text": text})


@staff_page(Permission.ACCOUNT_MANAGE)
@require_http_methods(["GET", "POST"])
def new_account(request: Request) -> HttpResponse:
    """Make an account, and show the link for its first password once."""
    form = NewStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user_id = actions.create_user(by=request.viewer, now_us=request.now_us, **form.cleaned_data)
        return _show_link(request, user_id)
    return render(request, "accounts/new.html", {"form": form})


@staff_page(Permission.ACCOUNT_MANAGE)
@require_http_methods(["GET", "POST"])
def member(request: Request, user_id: int) -> HttpResponse:
    """Show one account, and give it a role."""
    found = _member_or_404(request, user_id)
    form = RoleForm(request.POST or None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.grant_role(by=request.viewer, now_us=request.now_us, user_id=user_id, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The role is given.")
            return redirect("accounts:member", user_id=user_id)
    return render(request, "accounts/member.html", {"member": found, "form": form})


@staff_page(Permission.ACCOUNT_MANAGE)
@require_POST
def end_role(request: Request, user_id: int, grant_id: int) -> HttpResponse:
    """End a role now."""
    _member_or_404(request, user_id)
    actions.end_role(by=request.viewer, now_us=request.now_us, user_id=user_id, grant_id=grant_id)
    messages.success(request, "The role has ended.")
    return redirect("accounts:member", user_id=user_id)


@staff_page(Permission.ACCOUNT_MANAGE)
@require_POST
def password_link(request: Request, user_id: int) -> HttpResponse:
    """Make a link with which somebody sets their password, and show it once."""
    _member_or_404(request, user_id)
    return _show_link(request, user_id)


@staff_page(Permission.ACCOUNT_MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: Request, user_id: int, name: str) -> HttpResponse:
    """Ask whether to change an account, and do it."""
    found, asked = _member_or_404(request, user_id), CHANGES.get(name)
    if asked is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            asked.act(by=request.viewer, now_us=request.now_us, user_id=user_id)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, asked.done)
            return redirect("accounts:member", user_id=user_id)
    return render(request, "accounts/change.html", {"member": found, "asked": asked, "refusal": refusal})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """Let the one who holds a link set their own password, once. It needs no sign-in: the link is the proof."""
    known = cast("Request", request)
    user = password_link_user(token, now_us=known.now_us)
    if user is None:
        return render(request, "accounts/link_over.html", status=410)
    form = FirstPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(now_us=known.now_us, token=token, password=form.cleaned_data["password"])
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("account_login")
    return render(request, "accounts/set_password.html", {"form": form, "username": user.username})


def _show_link(request: Request, user_id: int) -> HttpResponse:
    token = actions.offer_password_link(by=request.viewer, now_us=request.now_us, user_id=user_id)
    link = request.build_absolute_uri(reverse("accounts:set_password", args=[token]))
    context: dict[str, Any] = {
        "link": link,
        "hours": LINK_HOURS,
        "member": _member_or_404(request, user_id),
    }
    return render(request, "accounts/link.html", context)


def _member_or_404(request: Request, user_id: int) -> StaffMember:
    found = staff_member(user_id, now_us=request.now_us)
    if found is None:
        raise Http404
    return found
