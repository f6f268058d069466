"""The viewer: who is asking, as what, now. Built once a request; everything else receives it."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.service.roles import PERMISSIONS, SCOPES, Permission, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A member of staff, a key of the API, or the service itself.

    Parameters
    ----------
    actor : str
        What the audit log writes: ``user:<id>``, ``key:<id>`` or ``system:<part>``; never a name.
    user_id : int or None
        None for a key or the service itself.
    roles : frozenset of Role
        The roles held at this instant.
    team_ids : frozenset of int
        The teams of those roles.
    scopes : frozenset of str
        What an API key may do; empty for staff.
    """

    actor: str
    user_id: int | None = None
    roles: frozenset[Role] = frozenset()
    team_ids: frozenset[int] = frozenset()
    scopes: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Return whether one of the viewer's roles permits it."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    @property
    def reach(self) -> frozenset[Scope]:
        """Whose records the viewer reaches, before limited access; a key, everybody who has an order."""
        if self.scopes:
            return frozenset({Scope.MONITORED})
        return frozenset(SCOPES[role] for role in self.roles)


NOBODY = Viewer(actor="nobody")


def system(part: str) -> Viewer:
    """Return the viewer for a part of the service that acts by itself, such as ``worker``."""
    return Viewer(actor=f"system:{part}")
