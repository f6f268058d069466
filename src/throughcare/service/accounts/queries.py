"""Questions about staff."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from throughcare.service.accounts.models import PasswordLink, RoleGrant, User
from throughcare.service.roles import PERMISSIONS, ROLE_WORDS, Permission, Role
from throughcare.service.viewer import NOBODY, Viewer


def viewer_of(user_id: int | None, *, now_us: int) -> Viewer:
    """Return the viewer that a member of staff is at an instant; nobody without an open account."""
    if user_id is None or not User.objects.filter(pk=user_id, is_active=True).exists():
        return NOBODY
    return _viewer(user_id, list(RoleGrant.objects.filter(_live(now_us), user_id=user_id)))


def viewers_of(user_ids: Iterable[int], *, now_us: int) -> dict[int, Viewer]:
    """Return the viewer that each member of staff is at an instant, with two questions; nobody without an open account."""
    wanted = set(user_ids)
    active = set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    held: dict[int, list[RoleGrant]] = {user_id: [] for user_id in active}
    for grant in RoleGrant.objects.filter(_live(now_us), user_id__in=active):
        held[grant.user_id].append(grant)
    return {user_id: _viewer(user_id, held[user_id]) if user_id in active else NOBODY for user_id in wanted}


def _viewer(user_id: int, grants: list[RoleGrant]) -> Viewer:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role as held: in which team, until when, and whether it has ended or not begun."""

    grant_id: int
    words: str
    team: str
    from_us: int
    to_us: int | None
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """An account as its administrator sees it."""

    user_id: int
    username: str
    name: str
    email: str
    open: bool
    has_password: bool
    second_factors: int
    roles: tuple[HeldRole, ...]
    link_until_us: int | None


def staff(*, now_us: int, containing: str = "") -> list[StaffMember]:
    """Return every account by name, or those whose name, user name or address contains a text."""
    users = _with_roles(now_us).order_by("last_name", "first_name", "username")
    if containing:
        users = users.filter(
            Q(username__icontains=containing)
            | Q(first_name__icontains=containing)
            | Q(last_name__icontains=containing)
            | Q(email__icontains=containing)
        )
    return [_member(user, now_us) for user in users]


def staff_member(user_id: int, *, now_us: int) -> StaffMember | None:
    """Return one account, or None where there is none."""
    user = _with_roles(now_us).filter(pk=user_id).first()
    return None if user is None else _member(user, now_us)


def holders(permission: Permission, *, now_us: int, team_ids: frozenset[int] | None = None) -> dict[int, str]:
    """Return who may do something now, with their names, where asked only in certain teams."""
    roles = [role for role in Role if permission in PERMISSIONS[role]]
    grants = RoleGrant.objects.filter(_live(now_us), role__in=roles, user__is_active=True)
    if team_ids is not None:
        grants = grants.filter(team_id__in=team_ids)
    found = grants.select_related("user").order_by("user__last_name", "user_id")
    return {grant.user_id: grant.user.get_full_name() or grant.user.username for grant in found}


def case_workers(*, now_us: int) -> list[tuple[int, str]]:
    """Return the open accounts that may ever see a person's record, by name: whom a limit can concern."""
    names = holders(Permission.PERSON_VIEW, now_us=now_us) | holders(Permission.AUDIT_VIEW, now_us=now_us)
    return sorted(names.items(), key=lambda item: item[1].casefold())


def teams() -> list[tuple[int, str]]:
    """Return the teams that a role can be bound to, with their organisation."""
    # by its name: the app people stands above this one
    rows = apps.get_model("people", "Team").objects.order_by("organisation__name", "name")
    return [
        (pk, f"{organisation}: {name}")
        for pk, organisation, name in rows.values_list("pk", "organisation__name", "name")
    ]


def token_hash(token: str) -> str:
    """Return what is kept of a one-time link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def password_link_user(token: str, *, now_us: int) -> User | None:
    """Return whose password a link may set now; None where it is unknown, used, replaced or expired."""
    link = (
        PasswordLink.objects.select_related("user")
        .filter(
            token_hash=token_hash(token), ended_us__isnull=True, expires_us__gt=now_us, user__is_active=True
        )
        .first()
    )
    return None if link is None else link.user


def sessions_from_us(user_id: int) -> int:
    """Return the instant before which every session of the account is over."""
    found = User.objects.filter(pk=user_id).values_list("sessions_from_us", flat=True).first()
    return 0 if found is None else found


def user_of_email(email: str) -> User | None:
    """Return the open account with an e-mail address, whatever its case."""
    return User.objects.filter(email__iexact=email, is_active=True).first() if email else None


def _live(now_us: int) -> Q:
    return Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))


def _with_roles(now_us: int) -> QuerySet[User]:
    factors = Authenticator.objects.filter(user_id=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    links = PasswordLink.objects.filter(user_id=OuterRef("pk"), ended_us__isnull=True, expires_us__gt=now_us)
    return User.objects.annotate(
        factor_count=Coalesce(
            Subquery(factors.order_by().values("user_id").annotate(number=Count("pk")).values("number")), 0
        ),
        link_until=Subquery(links.order_by("-expires_us").values("expires_us")[:1]),
    ).prefetch_related(
        Prefetch("grants", RoleGrant.objects.select_related("team").order_by("-from_us"), to_attr="held")
    )


def _member(user: User, now_us: int) -> StaffMember:
    return StaffMember(
        user_id=user.pk,
        username=user.username,
        name=user.get_full_name() or user.username,
        email=user.email,
        open=user.is_active,
        has_password=user.has_usable_password(),
        second_factors=user.factor_count,  # type: ignore[attr-defined]
        roles=tuple(_held(grant, now_us) for grant in user.held),  # type: ignore[attr-defined]
        link_until_us=user.link_until,  # type: ignore[attr-defined]
    )


def _held(grant: RoleGrant, now_us: int) -> HeldRole:
    return HeldRole(
        grant_id=grant.pk,
        words=ROLE_WORDS[grant.as_role],
        team="" if grant.team is None else grant.team.name,
        from_us=grant.from_us,
        to_us=grant.to_us,
        live=grant.from_us <= now_us and (grant.to_us is None or grant.to_us > now_us),
    )


def staff_family_names(user_ids: Iterable[int]) -> dict[int, str]:
    """Return the family names of members of staff, folded for comparison; empty where there is none."""
    found = User.objects.filter(pk__in=set(user_ids)).values_list("pk", "last_name")
    return {user_id: name.casefold() for user_id, name in found}


def actor_known_as(username: str) -> str | None:
    """Return the actor of the log behind a user name, whatever its case; None where nobody has it."""
    found = User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()
    return None if found is None else f"user:{found}"
