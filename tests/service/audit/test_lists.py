"""Lists of people: one entry of the log tells whom a page showed, and whoever asks about one of them finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.service import matrix
from tests.service.audit.test_log import on_table
from tests.service.makers import NOW_US, Staff, make_person, make_team, make_user
from tests.service.matrix import OPEN, Seed
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.service.access.models import BreakGlass, Restriction
from throughcare.service.audit.actions import record
from throughcare.service.audit.entries import Sought, lines
from throughcare.service.audit.models import Entry
from throughcare.service.audit.queries import verify
from throughcare.service.audit.shown import about, listed, refs_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.operations.subject_access import sections, write_bundle
from throughcare.service.people.actions import log_list
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
NAMES = ("HIDDEN-REF", "Zephyrine", "Quillfeather")
# Lists that show somebody only when they are asked in a certain way, by the name of the route.
QUERIES = {
    "casework:caseload": "?team={team}",
    "people:search": "?q=Zeph",
    "orders:installations": "?show=not_monitored",
}
LISTS = {
    "casework:caseload", "people:search", "desk:list", "desk:suppressed", "orders:list", "orders:drafts",
    "orders:installations", "limited_access:limited", "limited_access:emergency", "limited_access:reviews",
    "retention:overview", "audit_log:log",
}  # fmt: skip
# Pages that show somebody without an entry that names them, and why.
UNNAMED = {"audit_log:export": "it is sent row by row; the log keeps what of itself was asked for"}


@pytest.fixture
def seed(db: None) -> Seed:
    """Everything that the walk of addresses needs, with somebody on every list."""
    found = matrix.make_seed()
    DeskItem.objects.create(
        **{f.attname: getattr(DeskItem.objects.get(), f.attname) for f in DeskItem._meta.concrete_fields}
        | {"id": None, "incident_id": "LEFT-OUT", "state": "suppressed", "suppressed": "short"}
    )
    BreakGlass.objects.create(
        person=found.hidden, user=found.keeper.user, purpose="cover", reason="r", at_us=NOW_US - HOUR_US,
        until_us=NOW_US + HOUR_US, review_due_us=NOW_US + DAY_US,
    )  # fmt: skip
    return found


def looks(seed: Seed, client: Client) -> Iterator[tuple[str, str, list[Entry]]]:
    """Yield each address that a member of staff can look at: its name, what it says, what the log got of it."""
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    for route in matrix.routes():
        if route.for_machines or route.name in OPEN:
            continue
        url = reverse(route.name, kwargs=matrix.address(route, seed))
        url += QUERIES.get(route.name, "").format(team=make_team().pk)
        with transaction.atomic():
            before = Entry.objects.count()
            answer = client.get(url)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode(errors="replace").replace(url.replace("&", "&amp;"), "")
            yield route.name, text, list(Entry.objects.filter(seq__gt=before))
            transaction.set_rollback(True)


def test_every_page_that_shows_somebody_says_so_in_the_log(seed: Seed, client: Client) -> None:
    silent, on_lists, several = [], set(), []
    for name, text, entries in looks(seed, client):
        if not any(secret in text for secret in NAMES):
            continue
        told = [entry for entry in entries if "HIDDEN-REF" in (entry.person_ref, *refs_in(entry.shown))]
        if not told and name not in UNNAMED:
            silent.append(name)
        if any(entry.shown for entry in told):
            on_lists.add(name)
            several += [name] if sum(bool(entry.shown) for entry in entries) > 1 else []
    assert silent == []
    assert on_lists >= LISTS
    assert several == [], "one entry a page is enough"


def test_who_was_shown_in_a_list_is_found_by_whoever_asks_about_them(seed: Seed) -> None:
    log_list(by=seed.keeper.viewer, now_us=NOW_US, page="desk_list", refs=["P10", "P1", "P1", "100%", "p2"])
    assert refs_in(Entry.objects.get(subject="page:desk_list").shown) == ("100%", "P1", "P10", "p2")
    for ref, found in (
        ("P1", 1),
        ("P10", 1),
        ("100%", 1),
        ("p2", 1),
        ("P2", 0),
        ("P", 0),
        ("0%", 0),
        ("_1", 0),
    ):
        assert Entry.objects.filter(about(ref)).count() == found, ref
        assert len(lines(Sought(person_ref=ref), hidden_refs=frozenset())) == found, ref


def test_the_page_of_the_log_shows_lists_to_whoever_asks_about_a_person(signed_in: SignIn) -> None:
    sam = make_user(Role.SENIOR, name="sam")
    log_list(by=sam.viewer, now_us=NOW_US - HOUR_US, page="caseload", refs=["P1", "P2"])
    auditor = signed_in(make_user(Role.AUDITOR))
    page = auditor.get("/audit/?person=P2").content.decode()
    assert "page:caseload" in page
    assert "2 in a list" in page
    assert "No entry fits" in auditor.get("/audit/?person=P3").content.decode()


def test_of_a_list_an_auditor_reads_only_the_people_whose_records_are_open_to_them(signed_in: SignIn) -> None:
    senior, person = make_user(Role.SENIOR), make_person("PX")
    Restriction.objects.create(person=person, user=senior.user, from_us=NOW_US - DAY_US, set_by="x")
    log_list(by=senior.viewer, now_us=NOW_US - HOUR_US, page="caseload", refs=["P1", "PX"])
    auditor = signed_in(make_user(Role.AUDITOR))
    for url in ("/audit/", "/audit/?person=P1", "/audit/csv", "/audit/csv?person=P1"):
        answer = auditor.get(url)
        page = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert "P1" in page
        assert "PX" not in page, url
    assert "No entry fits" in auditor.get("/audit/?person=PX").content.decode()


def test_a_person_is_told_of_the_lists_in_which_they_were_seen_and_of_nobody_else_in_them(
    tmp_path: Path,
) -> None:
    make_person("P1")
    log_list(by=make_user(Role.SENIOR).viewer, now_us=NOW_US, page="caseload", refs=["P1", "P2"])
    looked = next(found for found in sections("P1") if found.model == "audit.Entry")
    assert [(row["action"], row["subject"]) for row in looked.data] == [("list_viewed", "page:caseload")]
    write_bundle("P1", to=tmp_path / "record.zip", now_us=NOW_US)
    assert b"P2" not in (tmp_path / "record.zip").read_bytes()


def test_whom_a_list_showed_is_under_the_hash(staff: dict[Role, Staff]) -> None:
    log_list(by=staff[Role.SENIOR].viewer, now_us=NOW_US, page="caseload", refs=["P1", "P2"])
    assert verify().broken_at is None
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_no_UPDATE" + on_table())
        cursor.execute("UPDATE audit_entry SET shown = %s WHERE seq = 1", [listed(["P1"])])
    assert verify().broken_at == 1


def test_a_list_of_nobody_is_not_logged_and_a_reference_that_could_not_be_found_is_refused() -> None:
    viewer = make_user(Role.SENIOR).viewer
    log_list(by=viewer, now_us=NOW_US, page="caseload", refs=[])
    assert not Entry.objects.exists()
    for refs in ([""], ["P1\nP2"]):
        with pytest.raises(ValueError, match="a reference"):
            record(viewer=viewer, action="list_viewed", subject="page:x", at_us=NOW_US, shown=refs)
