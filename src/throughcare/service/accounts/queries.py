"""Questions about staff."""

from __future__ import annotations

from django.db.models import Q

from throughcare.service.accounts.models import RoleGrant, User
from throughcare.service.viewer import NOBODY, Viewer


def viewer_of(user_id: int | None, *, now_us: int) -> Viewer:
    """Return the viewer that a member of staff is at an instant; nobody without an open account."""
    if user_id is None or not User.objects.filter(pk=user_id, is_active=True).exists():
        return NOBODY
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    grants = list(RoleGrant.objects.filter(live, user_id=user_id))
    return Viewer(
        actor=f"user:{user_id}",
        user_id=user_id,
        roles=frozenset(grant.as_role for grant in grants),
        team_ids=frozenset(grant.team_id for grant in grants if grant.team_id is not None),
    )


def display_name(user_id: int) -> str:
    """Return how a member of staff is shown to colleagues."""
    user = User.objects.filter(pk=user_id).first()
    return "unknown" if user is None else user.get_full_name() or user.username


def display_names(actors: set[str]) -> dict[str, str]:
    """Return what to show for actors of the audit log (``user:<id>`` becomes the name)."""
    ids = {int(actor.removeprefix("user:")): actor for actor in actors if actor.startswith("user:")}
    names = {actor: actor for actor in actors}
    for user in User.objects.filter(pk__in=ids):
        names[ids[user.pk]] = user.get_full_name() or user.username
    return names
