"""Proposing and signing: who wrote never signs, of two signers one wins, and what is read is what is signed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.makers import NOW_US, Staff, make_person, make_user
from tests.service.orders.examples import curfew, document, nights, order
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.orders.history import in_force
from throughcare.orders.vocabulary import VariationType
from throughcare.service.audit.models import Entry
from throughcare.service.orders import actions, queries
from throughcare.service.orders.drafting.checking import check_draft
from throughcare.service.orders.models import OrderVersion
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(db: None) -> Staff:
    return make_user(Role.PRACTITIONER)


@pytest.fixture
def senior(db: None) -> Staff:
    return make_user(Role.SENIOR)


def answered(written: dict[str, Any], draft_id: str) -> dict[str, Any]:
    kept = queries.draft(draft_id).document["order_id"]
    left_out = {"recorded_at", "order_id"}
    base = queries.draft(draft_id).document
    return (
        base | {name: value for name, value in written.items() if name not in left_out} | {"order_id": kept}
    )


def write(author: Staff, draft_id: str, **changes: Any) -> None:
    read = queries.draft(draft_id)
    actions.change_document(
        by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision,
        document=answered(document(**changes), draft_id), question="all",
    )  # fmt: skip
    read = queries.draft(draft_id)
    checked = check_draft(
        read.document, version=read.base_version + 1, now_us=NOW_US, variation=read.variation, accepted={}
    )
    actions.accept_findings(
        by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision,
        accepted={warned.finding_id: "the order says so" for warned in checked.findings},
    )  # fmt: skip


def propose(author: Staff, draft_id: str) -> str:
    read = queries.draft(draft_id)
    actions.propose_draft(by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision)
    return queries.draft(draft_id).digest


def proposed(author: Staff, **changes: Any) -> tuple[str, str]:
    person = make_person("P1")
    draft_id = actions.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    write(author, draft_id, **changes)
    return draft_id, propose(author, draft_id)


def signed_order(author: Staff, senior: Staff) -> str:
    draft_id, digest = proposed(author)
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    return queries.draft(draft_id).order_id


def variation(author: Staff, order_id: str, days: int = 1, **more: Any) -> str:
    return actions.start_variation(
        by=author.viewer, now_us=NOW_US, order_id=order_id, effective_us=NOW_US + days * DAY_US,
        types=[VariationType.CHANGE_TO_CURFEW_HOURS], why="work", **more,
    )  # fmt: skip


def test_a_signature_makes_a_version_that_says_who_wrote_and_who_signed(author: Staff, senior: Staff) -> None:
    order_id = signed_order(author, senior)
    (found,) = queries.versions_of(order_id)
    assert (found.authored_by, found.signed_by) == (author.viewer.actor, senior.viewer.actor)
    assert found.recorded_us == NOW_US
    actions_logged = list(Entry.objects.values_list("action", flat=True))
    assert actions_logged[0] == "order_draft_started"
    assert {"order_draft_changed", "order_findings_accepted", "order_draft_proposed", "order_signed"} <= set(
        actions_logged
    )


def test_whoever_wrote_in_a_draft_cannot_sign_it_even_as_a_senior(senior: Staff) -> None:
    draft_id, digest = proposed(senior)
    with pytest.raises(actions.OwnDraft):
        actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    assert OrderVersion.objects.count() == 0


def test_a_senior_who_changed_one_answer_cannot_sign_either(author: Staff, senior: Staff) -> None:
    person = make_person("P1")
    draft_id = actions.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    write(author, draft_id)
    write(senior, draft_id)
    digest = propose(author, draft_id)
    with pytest.raises(actions.OwnDraft):
        actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)


def test_of_two_signers_one_wins_and_the_other_is_told(author: Staff, senior: Staff) -> None:
    draft_id, digest = proposed(author)
    other = make_user(Role.SENIOR, name="other")
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    with pytest.raises(actions.DraftChanged):
        actions.sign_draft(by=other.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    assert OrderVersion.objects.count() == 1


def test_what_changed_after_it_was_read_is_not_signed(author: Staff, senior: Staff) -> None:
    draft_id, digest = proposed(author)
    actions.return_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, note="shorten it")
    assert queries.draft(draft_id).returned_note == "shorten it"
    write(author, draft_id, end_date="2026-06-02")
    propose(author, draft_id)
    with pytest.raises(actions.DraftChanged):
        actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)


def test_of_two_variations_of_one_version_the_second_must_be_begun_again(
    author: Staff, senior: Staff
) -> None:
    order_id = signed_order(author, senior)
    first, second = variation(author, order_id), variation(author, order_id)
    for draft_id in (first, second):
        write(author, draft_id)
    digests = [propose(author, first), propose(author, second)]
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=first, digest=digests[0])
    with pytest.raises(actions.OrderChanged):
        actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=second, digest=digests[1])
    assert queries.draft(second).state is DraftState.PROPOSED


def test_a_draft_that_is_not_whole_or_not_accepted_is_not_proposed(author: Staff) -> None:
    person = make_person("P1")
    draft_id = actions.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    with pytest.raises(actions.NotReady):
        propose(author, draft_id)
    long = {"start_date": "2026-03-02", "end_date": "2026-06-01", "timetable": nights("08:00", "07:00")}
    read = queries.draft(draft_id)
    actions.change_document(
        by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision, question="all",
        document=answered(document(conditions=[curfew(phases=[long])]), draft_id),
    )  # fmt: skip
    with pytest.raises(actions.NotReady):
        propose(author, draft_id)


def test_an_answer_to_a_draft_that_somebody_changed_is_not_written(author: Staff) -> None:
    person = make_person("P1")
    draft_id = actions.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    read = queries.draft(draft_id)
    for _ in range(2):
        try:
            actions.change_document(
                by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision,
                document=read.document | {"order_type": "community"}, question="order-type",
            )  # fmt: skip
            written = queries.draft(draft_id).revision
        except actions.DraftChanged:
            break
    else:
        pytest.fail("the second answer was written over the first")
    assert queries.draft(draft_id).revision == written == read.revision + 1


def test_a_discarded_draft_takes_no_more_answers(author: Staff) -> None:
    person = make_person("P1")
    draft_id = actions.start_order(by=author.viewer, now_us=NOW_US, person_id=person.pk)
    actions.discard_draft(by=author.viewer, now_us=NOW_US, draft_id=draft_id)
    with pytest.raises(actions.DraftChanged):
        write(author, draft_id)
    assert queries.drafts_of_person("P1") == []


def test_a_variation_starts_from_what_governs_when_it_takes_effect(author: Staff, senior: Staff) -> None:
    order_id = signed_order(author, senior)
    draft_id = variation(author, order_id, days=10)
    late = [
        curfew(phases=[{"start_date": "2026-03-02", "end_date": "2026-06-01", "timetable": nights("21:00")}])
    ]
    write(author, draft_id, conditions=late)
    digest = propose(author, draft_id)
    number = actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    history = queries.histories([order_id])[order_id]
    before, after = (in_force(history, at_us=NOW_US + days * DAY_US, known_at_us=NOW_US) for days in (9, 11))
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, number)
    sooner = queries.draft(variation(author, order_id, days=2))
    later = queries.draft(variation(author, order_id, days=20))
    starts = [
        read.document["conditions"][0]["phases"][0]["timetable"][0]["start"] for read in (sooner, later)
    ]
    assert starts == ["19:00", "21:00"]


def test_the_later_version_that_a_variation_replaces_is_known(author: Staff, senior: Staff) -> None:
    order_id = signed_order(author, senior)
    draft_id = variation(author, order_id, days=10)
    write(author, draft_id)
    digest = propose(author, draft_id)
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    history = queries.histories([order_id])[order_id]
    base, replaced = queries.governing(history, at_us=NOW_US + 5 * DAY_US, now_us=NOW_US)
    assert (base.version, [item.version for item in replaced]) == (1, [2])


def test_withdrawing_an_order_ends_monitoring_on_the_day(author: Staff, senior: Staff) -> None:
    order_id = signed_order(author, senior)
    draft_id = actions.start_variation(
        by=author.viewer, now_us=NOW_US, order_id=order_id, types=[VariationType.REVOCATION],
        effective_us=NOW_US, why="revoked by the court", last_day="2026-03-10",
    )  # fmt: skip
    read = queries.draft(draft_id)
    checked = check_draft(
        read.document, version=2, now_us=NOW_US, variation=read.variation, accepted=read.accepted
    )
    actions.accept_findings(
        by=author.viewer, now_us=NOW_US, draft_id=draft_id, revision=read.revision,
        accepted={warned.finding_id: "looked at" for warned in checked.findings},
    )  # fmt: skip
    digest = propose(author, draft_id)
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    assert queries.current_order(order_id, NOW_US + 12 * HOUR_US) is not None
    assert queries.current_order(order_id, NOW_US + 36 * HOUR_US) is None


def test_a_place_may_be_picked_if_it_is_ones_own_or_public_to_those_who_may_see_it(author: Staff) -> None:
    own, neighbour = make_person("P1"), make_person("P2")
    attendance = {
        "kind": "attendance", "condition_id": "a1", "start_date": "2026-03-02", "purpose": "a course",
        "place_id": "office", "recurrence": "FREQ=DAILY", "start": "10:00", "duration_min": 60,
    }  # fmt: skip
    area = {"type": "Circle", "centre": [1.5, 54.0], "radius_m": 50.0}
    for person, label in ((own, "My home"), (neighbour, "Home of another")):
        made = order(
            order_id=f"O-{person.ref}", wearer_ref=person.ref, ticked=["curfew", "attendance"],
            conditions=[curfew(), attendance],
            places=[{"place_id": "home", "label": label, "area": area},
                    {"place_id": "office", "label": "Probation office", "area": area}],
        )  # fmt: skip
        actions.record_order(by=system("test"), now_us=NOW_US, person_id=person.pk, order=made)
    found = queries.known_places(author.viewer, now_us=NOW_US, person_ref="P1")
    assert [label for label, _ in found] == ["My home", "Probation office"]


def test_a_variation_is_brought_up_to_date_with_what_was_signed_meanwhile(
    author: Staff, senior: Staff
) -> None:
    order_id = signed_order(author, senior)
    draft_id = variation(author, order_id)
    late = [
        curfew(phases=[{"start_date": "2026-03-02", "end_date": "2026-06-01", "timetable": nights("21:00")}])
    ]
    write(author, draft_id, conditions=late)
    digest = propose(author, draft_id)
    actions.record_fitting(
        by=system("test"), now_us=NOW_US, order_id=order_id, at_us=NOW_US - HOUR_US, device_id="D1"
    )
    with pytest.raises(actions.OrderChanged):
        actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    assert queries.draft(draft_id).is_behind
    assert actions.renew_draft(by=author.viewer, now_us=NOW_US, draft_id=draft_id) == ()
    renewed = queries.draft(draft_id)
    assert [item["device_id"] for item in renewed.document["activations"]] == ["D1"]
    assert renewed.document["conditions"][0]["phases"][0]["timetable"][0]["start"] == "21:00"
    digest = propose(author, draft_id)
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=draft_id, digest=digest)
    assert [span.device_id for span in queries.activations_of_order(order_id)] == ["D1"]


def test_what_both_changed_is_named_when_a_draft_is_renewed(author: Staff, senior: Staff) -> None:
    order_id = signed_order(author, senior)
    first, second = variation(author, order_id), variation(author, order_id)
    write(author, first, end_date="2026-06-02")
    write(author, second, end_date="2026-06-03")
    digest = propose(author, first)
    actions.sign_draft(by=senior.viewer, now_us=NOW_US, draft_id=first, digest=digest)
    assert actions.renew_draft(by=author.viewer, now_us=NOW_US, draft_id=second) == ("end_date",)
    assert queries.draft(second).document["end_date"] == "2026-06-03"
