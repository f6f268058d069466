"""What changes accounts; each in one transaction, with its line in the audit log."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from throughcare.kernel.time import HOUR_US
from throughcare.service.accounts.models import PasswordLink, RoleGrant, User
from throughcare.service.accounts.queries import password_link_user, token_hash
from throughcare.service.audit.actions import record
from throughcare.service.roles import PROTECTED_SIDE, Role
from throughcare.service.viewer import Viewer

LINK_HOURS = 72  # a new colleague may start after a weekend


class Refused(Exception):
    """An action that is not done; its words are for the person who asked."""


@transaction.atomic
def create_user(
    *, by: Viewer, now_us: int, username: str, full_name: str, email: str, password: str | None = None
) -> int:
    """Make an account and return its id. Without a password nobody can sign in until its owner sets one."""
    given, _, family = full_name.partition(" ")
    user = User.objects.create_user(
        username=username, email=email, password=password, first_name=given, last_name=family
    )
    record(viewer=by, action="account_created", subject=f"user:{user.pk}", at_us=now_us)
    return int(user.pk)


@transaction.atomic
def grant_role(
    *, by: Viewer, now_us: int, user_id: int, role: Role, team_id: int | None, to_us: int | None = None
) -> int:
    """Give a member of staff a role from now on, in a team where the role is bound to one; return its id.

    Raises
    ------
    Refused
        If somebody gives a role to themself: what one person holds, another decides. Or if the role is on the side
        of protected persons and the member of staff holds one on the side of those who are kept away, or reversely.
    """
    if by.user_id == user_id:
        raise Refused("You cannot give yourself a role. Ask another administrator.")
    _keep_sides_apart(user_id, role, now_us)
    grant = RoleGrant.objects.create(
        user_id=user_id, role=role, team_id=team_id, from_us=now_us, to_us=to_us, granted_by=by.actor
    )
    record(
        viewer=by,
        action="role_granted",
        subject=f"user:{user_id}",
        at_us=now_us,
        detail={"role": str(role), "team": team_id, "to_us": to_us},
    )
    return int(grant.pk)


def _keep_sides_apart(user_id: int, role: Role, now_us: int) -> None:
    held = RoleGrant.objects.filter(Q(to_us__isnull=True) | Q(to_us__gt=now_us), user_id=user_id)
    on_the_other = held.exclude(role=role) if role in PROTECTED_SIDE else held.filter(role__in=PROTECTED_SIDE)
    if on_the_other.exists():
        raise Refused(
            "Whoever works with protected persons holds no other role. End the other role first, or ask for an "
            "account of somebody else."
        )


@transaction.atomic
def end_role(*, by: Viewer, now_us: int, user_id: int, grant_id: int) -> None:
    """End a role now; one that has ended already stays as it is."""
    grant = RoleGrant.objects.filter(pk=grant_id, user_id=user_id)
    if grant.filter(Q(to_us__isnull=True) | Q(to_us__gt=now_us)).update(to_us=now_us):
        record(
            viewer=by,
            action="role_ended",
            subject=f"user:{user_id}",
            at_us=now_us,
            detail={"grant": grant_id},
        )


@transaction.atomic
def offer_password_link(*, by: Viewer, now_us: int, user_id: int) -> str:
    """Make a link with which the member of staff sets their own password; return its token, kept nowhere.

    Earlier links of theirs end. The one who hands the link over never learns the password.
    """
    PasswordLink.objects.filter(user_id=user_id, ended_us__isnull=True).update(ended_us=now_us)
    token = str(settings.NEW_TOKEN(32))
    PasswordLink.objects.create(
        user_id=user_id,
        token_hash=token_hash(token),
        made_by=by.actor,
        made_us=now_us,
        expires_us=now_us + LINK_HOURS * HOUR_US,
    )
    record(viewer=by, action="password_link_made", subject=f"user:{user_id}", at_us=now_us)
    return token


@transaction.atomic
def set_password(*, now_us: int, token: str, password: str) -> int:
    """Set the password that a link's owner chose, use the link up, end every session; return the account's id.

    Raises
    ------
    Refused
        If the link is unknown, used, replaced or expired.
    """
    user = password_link_user(token, now_us=now_us)
    used = PasswordLink.objects.filter(token_hash=token_hash(token), ended_us__isnull=True).update(
        ended_us=now_us
    )
    if user is None or not used:
        raise Refused("This link is no longer good. Ask your administrator for a new one.")
    user.set_password(password)
    user.sessions_from_us = now_us
    user.save(update_fields=["password", "sessions_from_us"])
    record(
        viewer=Viewer(actor=f"user:{user.pk}", user_id=user.pk),
        action="password_set",
        subject=f"user:{user.pk}",
        at_us=now_us,
    )
    return int(user.pk)


@transaction.atomic
def end_sessions(*, by: Viewer, now_us: int, user_id: int) -> None:
    """Sign a member of staff out everywhere, the session that asks included."""
    User.objects.filter(pk=user_id).update(sessions_from_us=now_us + 1)
    record(viewer=by, action="sessions_ended", subject=f"user:{user_id}", at_us=now_us)


@transaction.atomic
def remove_second_factors(*, by: Viewer, now_us: int, user_id: int) -> None:
    """Forget a member of staff's second factors, such as a lost phone, and sign them out everywhere.

    Raises
    ------
    Refused
        If somebody does so for themself: whoever took over a session must not get rid of the second factor.
    """
    if by.user_id == user_id:
        raise Refused("You cannot remove your own second factor here. Ask another administrator.")
    removed = Authenticator.objects.filter(user_id=user_id).delete()[0]
    User.objects.filter(pk=user_id).update(sessions_from_us=now_us + 1)
    record(
        viewer=by,
        action="second_factors_removed",
        subject=f"user:{user_id}",
        at_us=now_us,
        detail={"number": removed},
    )


@transaction.atomic
def close_account(*, by: Viewer, now_us: int, user_id: int) -> None:
    """Close an account: no sign-in, no session, no role, no link any more. What its owner did stays on record.

    Raises
    ------
    Refused
        If somebody closes their own: an administrator stays who can open it again.
    """
    if by.user_id == user_id:
        raise Refused("You cannot close your own account. Ask another administrator.")
    closed = User.objects.filter(pk=user_id, is_active=True).update(
        is_active=False, closed_us=now_us, sessions_from_us=now_us + 1
    )
    if not closed:
        return
    live = RoleGrant.objects.filter(Q(to_us__isnull=True) | Q(to_us__gt=now_us), user_id=user_id)
    ended = live.update(to_us=now_us)
    PasswordLink.objects.filter(user_id=user_id, ended_us__isnull=True).update(ended_us=now_us)
    record(
        viewer=by,
        action="account_closed",
        subject=f"user:{user_id}",
        at_us=now_us,
        detail={"roles_ended": ended},
    )


@transaction.atomic
def reopen_account(*, by: Viewer, now_us: int, user_id: int) -> None:
    """Open a closed account again, without any role and with a password that its owner sets anew."""
    user = User.objects.select_for_update().filter(pk=user_id, is_active=False).first()
    if user is None:
        return
    user.is_active, user.closed_us = True, None
    user.set_unusable_password()
    user.save(update_fields=["is_active", "closed_us", "password"])
    record(viewer=by, action="account_reopened", subject=f"user:{user_id}", at_us=now_us)
