"""What changes accounts; each in one transaction, with its line in the audit log."""

from __future__ import annotations

from django.db import transaction

from throughcare.service.accounts.models import RoleGrant, User
from throughcare.service.audit.actions import record
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer


@transaction.atomic
def create_user(*, by: Viewer, now_us: int, username: str, full_name: str, email: str, password: str) -> int:
    """Make an account and return its id. Its password is hashed here and never kept."""
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
    """Give a member of staff a role from now on, in a team where the role is bound to one; return its id."""
    grant = RoleGrant.objects.create(
        user_id=user_id, role=role, team_id=team_id, from_us=now_us, to_us=to_us, granted_by=by.actor
    )
    record(
        viewer=by,
        action="role_granted",
        subject=f"user:{user_id}",
        at_us=now_us,
        detail={"role": str(role), "team": team_id},
    )
    return int(grant.pk)
