"""Views of records that somebody should ask about: one's own family name, or many people of no team of theirs.

A list for a person to judge, not a verdict: a shared name is mostly chance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from throughcare.kernel.time import DAY_US
from throughcare.service.accounts.queries import display_names, family_name, viewer_of
from throughcare.service.audit.entries import views_by_actor
from throughcare.service.people.queries import assigned_refs, family_names
from throughcare.service.roles import Scope

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
    opened: dict[str, set[str]] = defaultdict(set)
    for actor, ref, _ in views_by_actor(from_us=from_us, to_us=from_us + DAY_US):
        opened[actor].add(ref)
    surnames = family_names(set().union(*opened.values()))
    names = display_names(set(opened))
    found = []
    for actor, refs in sorted(opened.items()):
        same = {ref for ref in refs if surnames.get(ref) == family_name(actor)}
        unassigned = refs - _assigned(actor, from_us)
        for rule, people, enough in (
            ("own family name", same, 1),
            ("many people of no team of theirs", unassigned, _many(actor, from_us)),
        ):
            if len(people) >= enough:
                shown = tuple(sorted(people - hidden_refs))
                found.append(
                    Unusual(actor=actor, name=names[actor], rule=rule, people=len(people), refs=shown)
                )
    return found


def _assigned(actor: str, at_us: int) -> set[str]:
    viewer = viewer_of(int(actor.removeprefix("user:")), now_us=at_us + DAY_US - 1)
    return assigned_refs(team_ids=viewer.team_ids, officer_id=viewer.user_id, at_us=at_us + DAY_US - 1)


def _many(actor: str, at_us: int) -> int:
    reach = viewer_of(int(actor.removeprefix("user:")), now_us=at_us + DAY_US - 1).reach
    return MANY_REACHED if reach & {Scope.MONITORED, Scope.EVERYBODY} else MANY_UNASSIGNED
