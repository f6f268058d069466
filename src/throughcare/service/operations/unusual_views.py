"""Views of records that somebody should ask about: one's own family name, or many people of no team of theirs.

A list for a person to judge, not a verdict: a shared name is mostly chance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from throughcare.kernel.time import DAY_US
from throughcare.service.accounts.queries import display_names, staff_family_names, viewers_of
from throughcare.service.audit.entries import views_by_actor
from throughcare.service.people.queries import assignments_at, family_names
from throughcare.service.roles import Scope
from throughcare.service.viewer import Viewer

MANY_UNASSIGNED = 20  # people in one day; somebody whose role reaches everybody is counted apart
MANY_REACHED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """One thing to ask about: who, which rule, how many people, and the references behind it."""

    actor: str
    name: str
    rule: str
    people: int
    refs: tuple[str, ...]


def unusual_views(*, from_us: int, hidden_refs: frozenset[str]) -> list[Unusual]:
    """Return what was unusual in the 24 hours from an instant; records closed to the reader are counted, not told."""
    opened: dict[int, set[str]] = defaultdict(set)
    for actor, ref, _ in views_by_actor(from_us=from_us, to_us=from_us + DAY_US):
        opened[int(actor.removeprefix("user:"))].add(ref)
    at_us = from_us + DAY_US - 1
    everybody = set().union(*opened.values())
    surnames, own = family_names(everybody), staff_family_names(opened)
    viewers = viewers_of(opened, now_us=at_us)
    assigned = assignments_at(everybody, at_us=at_us)
    names = display_names({f"user:{user_id}" for user_id in opened})
    found = []
    for user_id, refs in sorted(opened.items()):
        same = {ref for ref in refs if ref in surnames and surnames[ref] == own.get(user_id, "")}
        teams = viewers[user_id].team_ids
        unassigned = {
            ref
            for ref in refs
            if not any(team in teams or officer == user_id for team, officer in assigned.get(ref, ()))
        }
        for rule, people, enough in (
            ("own family name", same, 1),
            ("many people of no team of theirs", unassigned, _many(viewers[user_id])),
        ):
            if len(people) >= enough:
                actor = f"user:{user_id}"
                shown = tuple(sorted(people - hidden_refs))
                found.append(
                    Unusual(actor=actor, name=names[actor], rule=rule, people=len(people), refs=shown)
                )
    return found


def _many(viewer: Viewer) -> int:
    return MANY_REACHED if viewer.reach & {Scope.MONITORED, Scope.EVERYBODY} else MANY_UNASSIGNED
