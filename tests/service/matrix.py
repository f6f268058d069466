"""A record full of secrets, and example values for every address: what ``test_matrix`` walks.

Whoever adds an address adds what it needs here: a value for its argument in ``ARGUMENTS`` (by the argument's name),
or the arguments of one route in ``ROUTES`` (by the route's name) where the name alone does not tell.
Whoever adds a model that holds something about a person puts a row about the hidden person into :func:`make_seed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, PASSWORD, Staff, make_team, make_user
from tests.service.orders.examples import make_secret_order
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.monitoring.intake import Reject as Refused
from throughcare.service.access.models import BreakGlass, Restriction
from throughcare.service.accounts.actions import offer_password_link
from throughcare.service.accounts.models import RoleGrant, User
from throughcare.service.accounts.queries import viewer_of
from throughcare.service.audit.actions import record
from throughcare.service.casework.models import Contact
from throughcare.service.desk.actions import take_in
from throughcare.service.desk.models import Decision, DeskEntry, DeskItem, Pack
from throughcare.service.monitoring.actions import Delivery, protect, store_facts
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.monitoring.models import Reject
from throughcare.service.operations.models import LegalHold
from throughcare.service.people.models import (
    Alias,
    Assignment,
    ContactPoint,
    EqualityRecord,
    Identifier,
    Person,
    PersonChange,
)
from throughcare.service.risk import actions as assessing
from throughcare.service.risk.scoring import Recorded
from throughcare.service.risk.vocabulary import Level, Purpose, Question
from throughcare.service.roles import SCOPES, Role, Scope
from throughcare.service.viewer import system

# What nobody may read of the hidden person, anywhere. A page's address is the reader's own and does not count.
SECRETS = (
    "HIDDEN-REF", "Zephyrine", "Quillfeather", "Crowmarsh", "X987654", "Nightjar", "07700900987",
    "ORDER-SECRET", "SECRET-REASON", "SECRET-MESSAGE",
)  # fmt: skip
# What is searched for: the beginnings of secrets, so that a page that repeats the question does not look like a leak.
SEARCHES = ("HIDDEN-", "Zeph", "Quillf", "X9876", "Nightj", "077009009")


@dataclass
class Seed:
    """The staff, the hidden person and whatever an address may point at."""

    staff: dict[Role, Staff]
    keeper: Staff
    hidden: Person
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One address of the service: its name, its pattern's text, the names of its arguments, its view."""

    name: str
    text: str
    arguments: tuple[str, ...]
    view: Callable[..., object]

    def __str__(self) -> str:
        return self.name or self.text

    @property
    def for_machines(self) -> bool:
        """Whether machines ask here: their own credential opens it, and no member of staff's session."""
        return self.name.partition(":")[0].partition("-")[0] in MACHINES


def routes() -> list[Route]:
    """Return every address of the service, whoever wrote it."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, text: str, space: str) -> Iterator[Route]:
    for part in resolver.url_patterns:
        whole = text + str(part.pattern)
        if isinstance(part, URLResolver):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from _walk(part, whole, inner)
        else:
            yield _route(part, whole, space)


def _route(part: URLPattern, text: str, space: str) -> Route:
    arguments = tuple(name for name in _names(text))
    return Route(f"{space}{part.name}" if part.name else "", text, arguments, part.callback)


def _names(text: str) -> Iterator[str]:
    for piece in text.split("<")[1:]:
        yield piece.split(">")[0].split(":")[-1]


# The value of an argument by its name.
ARGUMENTS: dict[str, Callable[[Seed], Any]] = {
    "ref": lambda seed: seed.hidden.ref,
    "user_id": lambda seed: seed.staff[Role.SENIOR].user.pk,
    "grant_id": lambda seed: seed.staff[Role.SENIOR].user.grants.get().pk,
    "token": lambda seed: seed.values["token"],
    "opening_id": lambda seed: seed.values["opening"],
    "limit_id": lambda seed: seed.values["limit"],
    "provider_id": lambda seed: "organisation",
    "record_class": lambda seed: "person_record",
    "hold_id": lambda seed: seed.values["hold"],
    "order_id": lambda seed: "ORDER-SECRET",
    "draft_id": lambda seed: seed.values["draft"],
    "device_number": lambda seed: seed.values["device"],
    "reject_id": lambda seed: seed.values["reject"],
    "number": lambda seed: 1,
    "item_id": lambda seed: seed.values["item"],
    "pack_id": lambda seed: seed.values["pack"],
    "step": lambda seed: "name",
    "part": lambda seed: "number",
    "row_id": lambda seed: seed.values["row"],
    "contact_id": lambda seed: seed.values["contact"],
    "assessment_id": lambda seed: seed.values["assessment"],
    "consultation_id": lambda seed: seed.values["consultation"],
    "dispute_id": lambda seed: seed.values["dispute"],
    "slug": lambda seed: "living",
    "item": lambda seed: "accommodation",
    "name": lambda seed: "all_reoffending_static",
}

# The arguments of one route, where the names of its arguments do not tell.
ROUTES: dict[str, Callable[[Seed], dict[str, Any]]] = {
    "accounts:change": lambda seed: {"user_id": seed.staff[Role.SENIOR].user.pk, "name": "close"},
    "limited_access:end": lambda seed: {
        "ref": seed.hidden.ref, "kind": "place", "limit_id": seed.values["limit"]
    },
    "orders:question": lambda seed: {"draft_id": seed.values["draft"], "slug": "dates"},
    "orders:item_question": lambda seed: {
        "draft_id": seed.values["draft"], "slug": "zone-area-check", "key": "zone"
    },
    "orders:area_map": lambda seed: {"draft_id": seed.values["draft"], "section": "conditions", "key": "zone"},
    "orders:item_list": lambda seed: {"draft_id": seed.values["draft"], "section": "conditions"},
    "orders:part_list": lambda seed: {"draft_id": seed.values["draft"], "section": "phases", "key": "c1"},
    "orders:add": lambda seed: {"draft_id": seed.values["draft"], "section": "places"},
    "orders:add_part": lambda seed: {"draft_id": seed.values["draft"], "section": "phases", "key": "c1"},
    "orders:remove": lambda seed: {"draft_id": seed.values["draft"], "section": "places", "key": "home"},
}  # fmt: skip

# Addresses without a permission, because they come before a sign-in or concern only whoever asks. Why:
OPEN: dict[str, str] = {
    "home": "sends each to where they belong",
    "casework_root": "leads to the caseload, which asks who one is",
    "desk_root": "leads to the alert desk, which asks who one is",
    "account_login": "the way in",
    "account_logout": "the way out",
    "account_inactive": "says that an account is closed",
    "account_reauthenticate": "one's own account",
    "account_change_password": "one's own account",
    "account_set_password": "leads to one's own account",
    "mfa_index": "one's own second factor",
    "mfa_authenticate": "the second step of signing in",
    "mfa_reauthenticate": "one's own account",
    "mfa_activate_totp": "one's own second factor",
    "mfa_deactivate_totp": "one's own second factor",
    "mfa_view_recovery_codes": "one's own second factor",
    "mfa_generate_recovery_codes": "one's own second factor",
    "mfa_download_recovery_codes": "one's own second factor",
    "mfa_list_webauthn": "one's own second factor",
    "mfa_add_webauthn": "one's own second factor",
    "mfa_reauthenticate_webauthn": "one's own account",
    "mfa_remove_webauthn": "one's own second factor",
    "mfa_edit_webauthn": "one's own second factor",
    "socialaccount_login_cancelled": "says how signing in ended",
    "socialaccount_login_error": "says how signing in ended",
    "openid_connect_login": "the way in",
    "openid_connect_callback": "the way in",
    "accounts:set_password": "the link itself is the proof",
    "api:openapi-json": "describes the API; tells of nobody",
    "api:api-root": "names the version; tells of nobody",
    "operations:alive": "says only that the process is up",
    "operations:ready": "says only whether the service can work",
    "operations:metrics": "counts without a name, behind a token of its own",
}
# Addresses for machines, by the space of their names: a key or a device's credential opens them, never a session.
MACHINES: dict[str, str] = {
    "ingest": "devices and gateways deliver here",
    "api": "other systems ask here, with a key",
}
ARGUMENTS["person_ref"] = lambda seed: seed.hidden.ref
ARGUMENTS["incident_id"] = lambda seed: "inc-none"
ARGUMENTS["protected_number"] = lambda seed: seed.values["protected"]
ARGUMENTS["vendor"] = lambda seed: "invented"
ARGUMENTS["pk"] = lambda seed: 1  # a security key of one's own: nobody here has one


def address(route: Route, seed: Seed) -> dict[str, Any]:
    """Return the example arguments of a route.

    Raises
    ------
    LookupError
        If neither its name nor an argument's name tells.
    """
    if route.name in ROUTES:
        return ROUTES[route.name](seed)
    return {name: ARGUMENTS[name](seed) for name in route.arguments}


def make_seed() -> Seed:
    """Return staff of every role, a keeper who holds them all, and a person whom only the keeper may see."""
    staff = {role: make_user(role) for role in Role}
    keeper = make_keeper()
    hidden = make_hidden(staff[Role.PRACTITIONER].user)
    place = Restriction.objects.create(
        person=hidden,
        user=keeper.user,
        from_us=NOW_US - DAY_US,
        message="SECRET-MESSAGE",
        set_by="system:test",
    )
    opening = BreakGlass.objects.create(
        person=hidden, user=staff[Role.MONITORING_OFFICER].user, purpose="cover", reason="SECRET-REASON",
        at_us=NOW_US - 3 * HOUR_US, until_us=NOW_US - 2 * HOUR_US, review_due_us=NOW_US + DAY_US,
    )  # fmt: skip
    record(viewer=keeper.viewer, action="person_viewed", subject="page:summary", at_us=NOW_US - HOUR_US,
           person_ref=hidden.ref, reason="SECRET-REASON")  # fmt: skip
    record(viewer=keeper.viewer, action="order_signed", subject="order:ORDER-SECRET", at_us=NOW_US - HOUR_US,
           person_ref=hidden.ref, detail={"order": "ORDER-SECRET"})  # fmt: skip
    token = offer_password_link(by=system("test"), now_us=NOW_US, user_id=keeper.user.pk)
    hold = LegalHold.objects.create(
        person=hidden, reason="SECRET-REASON", set_by="system:test", from_us=NOW_US
    )
    values = {"limit": place.pk, "opening": opening.pk, "token": token, "hold": hold.pk}
    values |= {"draft": make_secret_order(hidden, keeper), **make_secret_item(hidden), **make_deliveries()}
    values |= make_secret_record(hidden)
    values |= make_secret_assessment(hidden, keeper)
    return Seed(staff, keeper, hidden, values)


def make_deliveries() -> dict[str, int]:
    """Let a device deliver something that is refused."""
    number, _ = add_device(by=system("test"), now_us=NOW_US, device_id="D1", is_gateway=False)
    refused = Refused(
        file="delivery", row=1, field="t", reason="missing_time", words="Expected one.", key="D1"
    )
    store_facts(delivery=Delivery(delivery_id="d1", rejects=(refused,)), now_us=NOW_US)
    protected = protect(
        by=system("test"), now_us=NOW_US, protected_ref="P-INVENTED", device_id="PD1", from_us=NOW_US
    )
    return {"device": number, "reject": Reject.objects.get().pk, "protected": protected}


def make_secret_record(hidden: Person) -> dict[str, int]:
    """Put a contact, a change of the record and equality fields of the hidden person on record."""
    by = system("test").actor
    contact = Contact.objects.create(
        person=hidden, planned_us=NOW_US - HOUR_US, channel="office", planned_by=by, note="SECRET-REASON"
    )
    PersonChange.objects.create(person=hidden, at_us=NOW_US, by=by, part="name", before="Crowmarsh")
    EqualityRecord.objects.create(person=hidden, religion="sikh", recorded_us=NOW_US)
    return {"contact": contact.pk, "row": hidden.identifiers.get().pk}


def make_secret_item(hidden: Person) -> dict[str, int]:
    """Put an incident of the hidden person on the desk, with a note, a decision that waits, and a pack."""
    tell(incident("SECRET-INCIDENT", person_ref=hidden.ref))
    take_in(now_us=NOW_US)
    item = DeskItem.objects.get(incident_id="SECRET-INCIDENT")
    DeskItem.objects.filter(pk=item.pk).update(state="proposed")
    by = system("test").actor
    DeskEntry.objects.create(item=item, at_us=NOW_US, by=by, kind="note", words="SECRET-REASON")
    Decision.objects.create(
        item=item, outcome="warning", alternatives=[["no_action", "SECRET-REASON"]], reason="SECRET-REASON",
        seen=2, proposed_by=by, proposed_us=NOW_US,
    )  # fmt: skip
    pack = Pack.objects.create(
        item=item, made_us=NOW_US, made_by=by, violation_us=NOW_US - DAY_US, digest="d", document=b"SECRET-REASON",
        evidence_digest="e", evidence=b"SECRET-REASON",
    )  # fmt: skip
    return {"item": item.pk, "pack": pack.pk}


def make_secret_assessment(hidden: Person, keeper: Staff) -> dict[str, int]:
    """Assess the hidden person: an own view, an answer, a disputed fact and a look at the score."""
    by, now_us = keeper.viewer, NOW_US
    made = assessing.begin(by=by, now_us=now_us, person_id=hidden.pk)
    assessing.record_view(
        by=by, now_us=now_us, assessment_id=made, levels=dict.fromkeys(Question, Level.LOW),
        words=dict.fromkeys(Question, "SECRET-REASON"),
    )  # fmt: skip
    given = [Recorded("accommodation", "some", "officer", None)]
    assessing.record_answers(by=by, now_us=now_us, assessment_id=made, given=given)
    dispute = assessing.raise_dispute(
        by=by, now_us=now_us, assessment_id=made, item="accommodation", claimed="none", words="SECRET-REASON"
    )
    look = assessing.consult(by=by, now_us=now_us, assessment_id=made, purpose=Purpose.ASSESS)
    return {"assessment": made, "dispute": dispute, "consultation": look}


def make_keeper() -> Staff:
    """Return somebody who holds every role: what nobody but they may open shows that the examples are real."""
    user = User.objects.create_user(username="keeper", password=PASSWORD)
    for role in Role:
        team = make_team() if SCOPES[role] is Scope.TEAM else None
        RoleGrant.objects.create(
            user=user, role=role, team=team, from_us=NOW_US - DAY_US, granted_by="system:test"
        )
    return Staff(user, viewer_of(user.pk, now_us=NOW_US))


def make_hidden(officer: User) -> Person:
    """Return a person of the common team with something secret in every field that pages show."""
    person = Person.objects.create(
        ref="HIDDEN-REF", given_name="Zephyrine", middle_names="Crowmarsh", family_name="Quillfeather",
        date_of_birth="1991-07-23", sex="unknown", created_us=NOW_US - DAY_US, safety_note="SECRET-REASON",
    )  # fmt: skip
    Identifier.objects.create(person=person, kind="crn", value="X987654")
    Alias.objects.create(person=person, name="Nightjar")
    ContactPoint.objects.create(person=person, kind="mobile", value="07700900987")
    Assignment.objects.create(person=person, team=make_team(), officer=officer, from_us=NOW_US - DAY_US)
    return person
