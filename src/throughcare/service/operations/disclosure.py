"""What a person is told of what is recorded about them, as a table: every model, every field, in plain words.

A field is either told, under a heading, or withheld for a reason. A test fails for a model or a field that is in
neither column: whoever adds one decides here what the person is told of it. (Data Protection Act 2018, section 45.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Withheld(StrEnum):
    """Why something is not told."""

    WORKINGS = "says only how the system works"
    STAFF = "names a member of staff"
    OTHERS = "may name or place somebody else; ask for it to be checked by hand"
    SECURITY = "would help to get round the security of the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How the rows of one model are told.

    Parameters
    ----------
    model : str
        ``app.Model``.
    heading : str
        What the rows are, to the person.
    path : str
        The lookup that leads from a row to the person's reference.
    listed : bool
        Whether a row may name several people: those that name this person are told too (``audit.shown``).
    told : dict of str to str
        Field and heading.
    withheld : dict of str to Withheld
        Field and why it is not told.
    closed_kinds : frozenset of str
        Rows of which only the kind is told: their times beside a trail would tell where somebody else was.
    """

    model: str
    heading: str
    path: str
    told: dict[str, str]
    withheld: dict[str, Withheld] = field(default_factory=dict)
    closed_kinds: frozenset[str] = frozenset()
    listed: bool = False


def _why(why: Withheld, *names: str) -> dict[str, Withheld]:
    return dict.fromkeys(names, why)


_WORKINGS, _STAFF, _OTHERS = Withheld.WORKINGS, Withheld.STAFF, Withheld.OTHERS
_PROXIMITY = frozenset({"victim_proximity", "victim_proximity_warning"})

# Keys inside documents (JSON) that are never told, wherever they stand.
CLOSED_KEYS = {"protected_ref": _OTHERS, "authored_by": _STAFF, "signed_by": _STAFF}

EXPORTS: tuple[Export, ...] = (
    Export(
        model="people.Person",
        heading="You",
        path="ref",
        told={
            "ref": "Reference", "given_name": "First name", "middle_names": "Middle names",
            "family_name": "Family name", "preferred_name": "The name you prefer", "date_of_birth": "Date of birth",
            "sex": "Sex", "language": "Language", "interpreter_language": "Language of an interpreter",
            "created_us": "Recorded",
        },
        withheld={**_why(_WORKINGS, "id", "revision"), "safety_note": _OTHERS},
    ),
    Export(
        model="people.PersonChange", heading="Changes of your record", path="person__ref",
        told={"at_us": "When", "part": "What was changed"},
        withheld={**_why(_WORKINGS, "id", "person"), "by": _STAFF, **_why(_OTHERS, "before", "after")},
    ),
    Export(
        model="people.Identifier", heading="Numbers that others know you by", path="person__ref",
        told={"kind": "Kind", "value": "Number"}, withheld=_why(_WORKINGS, "id", "person"),
    ),
    Export(
        model="people.Alias", heading="Other names", path="person__ref",
        told={"name": "Name"}, withheld=_why(_WORKINGS, "id", "person"),
    ),
    Export(
        model="people.ContactPoint", heading="How to reach you", path="person__ref",
        told={
            "kind": "Kind", "value": "Number or address", "label": "Label", "verified_us": "Checked",
            "safe_hours": "When it is safe to use", "consent": "You agreed", "ended_us": "Ended",
        },
        withheld=_why(_WORKINGS, "id", "person"),
    ),
    Export(
        model="people.AccessNeed", heading="What you need so that you can take part", path="person__ref",
        told={"kind": "Need", "note": "Note"}, withheld=_why(_WORKINGS, "id", "person"),
    ),
    Export(
        model="people.EqualityRecord", heading="What you told us so that we can check that we are fair",
        path="person__ref",
        told={
            "ethnicity": "Ethnicity", "disability": "Disability", "religion": "Religion",
            "gender_identity": "Gender identity", "sexual_orientation": "Sexual orientation",
            "recorded_us": "Recorded",
        },
        withheld=_why(_WORKINGS, "id", "person"),
    ),
    Export(
        model="people.Assignment", heading="Teams that worked with you", path="person__ref",
        told={"team": "Team", "from_us": "From", "to_us": "To"},
        withheld={**_why(_WORKINGS, "id", "person"), "officer": _STAFF},
    ),
    Export(
        model="access.Exclusion", heading="Staff who may not see your record", path="person__ref",
        told={"from_us": "From", "to_us": "To"},
        withheld={**_why(_WORKINGS, "id", "person"), **_why(_STAFF, "user", "set_by"), "message": _OTHERS},
    ),
    Export(
        model="access.Restriction", heading="Staff on the list of those who alone may see your record",
        path="person__ref",
        told={"from_us": "From", "to_us": "To"},
        withheld={**_why(_WORKINGS, "id", "person"), **_why(_STAFF, "user", "set_by"), "message": _OTHERS},
    ),
    Export(
        model="access.BreakGlass", heading="When somebody opened your record in an emergency", path="person__ref",
        told={
            "at_us": "When", "until_us": "Until", "purpose": "Why", "reviewed_us": "Reviewed",
            "review_outcome": "What the review found",
        },
        withheld={
            **_why(_WORKINGS, "id", "person", "review_due_us", "told_us"),
            **_why(_STAFF, "user", "reviewed_by", "told_by"),
            **_why(_OTHERS, "reason", "review_note"),
        },
    ),
    Export(
        model="audit.Entry", heading="Who looked at or changed your record, and who received something of it",
        path="person_ref", listed=True,
        told={"at_us": "When", "action": "What was done", "subject": "To what", "recipient": "Who received it"},
        withheld={
            **_why(_WORKINGS, "seq", "person_ref", "detail", "previous_hash", "hash"), "actor": _STAFF,
            **_why(_OTHERS, "reason", "shown"),
        },
    ),
    Export(
        model="orders.OrderRecord", heading="Your orders", path="person__ref",
        told={"order_id": "Order", "created_us": "Recorded", "starts_us": "Starts", "ends_us": "Ends"},
        withheld=_why(_WORKINGS, "id", "person", "newest_version"),
    ),
    Export(
        model="orders.OrderVersion", heading="What your orders say, each time they were signed",
        path="order__person__ref",
        told={"order": "Order", "version": "Version", "recorded_us": "Recorded", "document": "What it says"},
        withheld={**_why(_WORKINGS, "id", "digest"), **_why(_STAFF, "authored_by", "signed_by"), "note": _OTHERS},
    ),
    Export(
        model="orders.OrderDraft", heading="Orders and changes being written", path="person__ref",
        told={"draft_id": "Draft", "state": "State", "answers": "What it says so far", "created_us": "Begun",
              "updated_us": "Last changed"},
        withheld={
            **_why(_WORKINGS, "id", "person", "order", "base_version", "revision"), "authored_by": _STAFF,
            "returned_note": _OTHERS,
        },
    ),
    Export(
        model="orders.ActivationRow", heading="Tags that you wore", path="order__person__ref",
        told={"device_id": "Tag", "home_unit_id": "Home unit", "order": "Order", "from_us": "From", "to_us": "To"},
        withheld=_why(_WORKINGS, "id", "activation_id"),
    ),
    Export(
        model="orders.Installation", heading="Fitting your tag", path="order__person__ref",
        told={
            "order": "Order", "ordered_us": "Ordered", "due_us": "Due", "visit_booked_us": "Visit booked for",
            "fitted_us": "Fitted", "first_contact_us": "First heard from", "monitored_us": "Monitored from",
            "not_monitored_reason": "Why not yet", "closed_us": "Closed",
        },
        withheld=_why(_WORKINGS, "id"),
    ),
    Export(
        model="orders.InstallationStep", heading="Visits to fit, check or remove your tag",
        path="installation__order__person__ref",
        told={"kind": "What", "outcome": "Outcome", "at_us": "When", "recorded_us": "Recorded"},
        withheld={**_why(_WORKINGS, "id", "installation"), "by": _STAFF, "note": _OTHERS},
    ),
    Export(
        model="monitoring.EngineEvent", heading="What the monitoring reported", path="person_ref",
        told={"kind": "Report", "t_us": "Of", "known_us": "Known", "recorded_us": "Recorded", "incident_id": "Incident"},
        withheld=_why(_WORKINGS, "id", "event_id", "activation_id", "person_ref", "revision", "body"),
    ),
    Export(
        model="monitoring.IncidentRow", heading="Incidents", path="person_ref", closed_kinds=_PROXIMITY,
        told={
            "incident_id": "Incident", "order_id": "Order", "condition_id": "Condition", "kind": "Kind",
            "code": "Code", "status": "State", "retracted": "Taken back", "start_us": "From", "end_us": "To",
            "detected_us": "Detected", "first_recorded_us": "First recorded", "last_recorded_us": "Last changed",
            "confidence": "How sure", "best_s": "How long", "body": "Reasons",
        },
        withheld=_why(_WORKINGS, "id", "activation_id", "person_ref", "revision", "stop_us", "material"),
    ),
    Export(
        model="desk.DeskItem", heading="What staff did about incidents", path="person_ref", closed_kinds=_PROXIMITY,
        told={
            "incident_id": "Incident", "kind": "Kind", "state": "State", "outcome": "Outcome",
            "opened_us": "Opened", "acknowledged_us": "Taken up", "contacted_us": "You were contacted",
            "escalated_us": "Passed on", "closed_us": "Closed", "suppressed": "Why it was set aside",
        },
        withheld={
            **_why(
                _WORKINGS, "id", "person_ref", "order_id", "activation_id", "condition_id", "code", "start_us",
                "end_us", "detected_us", "best_s", "atv_s", "allowed_s", "cause", "confidence", "is_over",
                "retracted", "engine_revision", "revision", "merged_into", "merge_rule", "kept", "lead_kind",
                "team", "rank", "rank_reasons", "rerank_us", "due_step", "due_us", "clock_us", "run_out", "closed_best_s",
            ),
            "owner": _STAFF,
        },
    ),
    Export(
        model="desk.DeskEntry", heading="Each step that staff took", path="item__person_ref",
        told={"at_us": "When", "kind": "Step", "outcome": "Outcome"},
        withheld={**_why(_WORKINGS, "id", "item"), "by": _STAFF, **_why(_OTHERS, "words", "detail")},
    ),
    Export(
        model="desk.Decision", heading="Decisions about enforcement", path="item__person_ref",
        told={
            "outcome": "Decision", "alternatives": "What else was considered", "reason": "Reason",
            "proposed_us": "Proposed", "signed_us": "Signed", "ended_us": "Ended without a signature",
        },
        withheld={
            **_why(_WORKINGS, "id", "item", "seen"), **_why(_STAFF, "proposed_by", "signed_by", "ended_by"),
            "ended_words": _OTHERS,
        },
    ),
    Export(
        model="desk.Pack", heading="Packs made for a court", path="item__person_ref",
        told={"made_us": "Made", "digest": "Fingerprint of the document"},
        withheld={
            **_why(_WORKINGS, "id", "item", "decision", "violation_us", "evidence_digest"), "made_by": _STAFF,
            **_why(_OTHERS, "document", "evidence"),
        },
    ),
    Export(
        model="casework.Contact", heading="Contacts with your officer", path="person__ref",
        told={
            "planned_us": "Planned for", "channel": "How", "result": "What came of it", "recorded_us": "Recorded",
        },
        withheld={
            **_why(_WORKINGS, "id", "person"), **_why(_STAFF, "planned_by", "recorded_by"), "note": _OTHERS,
        },
    ),
    Export(
        model="casework.Look", heading="When somebody last opened your page", path="person__ref",
        told={"at_us": "When"}, withheld={**_why(_WORKINGS, "id", "person"), "user": _STAFF},
    ),
    Export(
        model="risk.Assessment", heading="Assessments of risk", path="person__ref",
        told={
            "assessed_on": "Day", "begun_us": "Begun", "state": "State", "decided_us": "Decided",
            "reoffending_level": "Decided: any reoffending", "harm_level": "Decided: serious harm",
        },
        withheld={**_why(_WORKINGS, "id", "person"), "begun_by": _STAFF, "ended_words": _OTHERS},
    ),
    Export(
        model="risk.OwnView", heading="What your officer thought before they saw a score",
        path="assessment__person__ref",
        told={
            "at_us": "When", "reoffending_level": "Any reoffending", "harm_level": "Serious harm",
            "reoffending_words": "Why: any reoffending",
        },
        withheld={**_why(_WORKINGS, "id", "assessment"), "by": _STAFF, "harm_words": _OTHERS},
    ),
    Export(
        model="risk.AnswerRow", heading="The facts that your scores rest on", path="assessment__person__ref",
        told={
            "item": "Question", "value": "Answer", "source": "Where from", "recorded_on": "Of",
            "at_us": "Written down", "shown": "What was on record beside it",
        },
        withheld={**_why(_WORKINGS, "id", "assessment"), "by": _STAFF},
    ),
    Export(
        model="risk.Dispute", heading="Facts that you said are wrong", path="assessment__person__ref",
        told={
            "item": "Question", "recorded": "On record", "claimed": "What you said", "words": "In your words",
            "raised_us": "When", "state": "State", "reviewed_us": "Reviewed", "review_words": "What the review found",
        },
        withheld={**_why(_WORKINGS, "id", "assessment"), **_why(_STAFF, "raised_by", "reviewed_by")},
    ),
    Export(
        model="risk.Consultation", heading="Who looked at your scores, why, and what they said",
        path="assessment__person__ref",
        told={
            "at_us": "When", "purpose": "Why", "by_role": "Who, by what they are", "answers": "Facts used",
            "claimed": "Facts that you disputed then", "versions": "Versions", "scores": "Scores",
        },
        withheld={**_why(_WORKINGS, "id", "assessment", "view", "inputs_hash"), "by": _STAFF},
    ),
    Export(
        model="risk.Decision", heading="What was decided on your risk", path="assessment__person__ref",
        told={
            "reoffending_level": "Any reoffending", "harm_level": "Serious harm",
            "reoffending_band": "The score said: any reoffending", "harm_band": "The score said: serious harm",
            "direction": "Beside the score", "reasons": "Reasons", "words": "In words", "used": "Disputed facts used",
            "proposed_us": "Decided", "signed_us": "Signed by a second person", "returned_us": "Sent back",
        },
        withheld={
            **_why(_WORKINGS, "id", "assessment", "consultation", "compared_with", "second_why"),
            **_why(_STAFF, "proposed_by", "signed_by", "returned_by"), "returned_words": _OTHERS,
        },
    ),
    Export(
        model="operations.LegalHold", heading="Times when your record must not be erased", path="person__ref",
        told={"from_us": "From", "to_us": "To"},
        withheld={**_why(_WORKINGS, "id", "person"), "set_by": _STAFF, "reason": _OTHERS},
    ),
    Export(
        model="monitoring.EngineState", heading="What the monitoring keeps in mind", path="person_ref",
        told={"last_fix_us": "Last position", "last_heard_us": "Last heard from"},
        withheld=_why(
            _WORKINGS, "id", "activation_id", "person_ref", "order_id", "version", "from_us", "to_us", "now_us",
            "blob", "due_us",
            "claimed_by", "claimed_until_us", "trouble",
        ),
    ),
)  # fmt: skip

# Told in a table of their own, because they are many; by operations/disclosed_facts.py.
IN_A_TABLE = {
    "monitoring.PositionRow": "where the person was, from the database and the archive",
    "monitoring.StatusRow": "what tags and home units said of themselves, from the database and the archive",
}

# Withheld whole, and why; found and erased by the activation.
CLOSED = {
    "monitoring.ProximityWatch": "how far a distance from a protected person was looked at; the order tells of it",
}

# Models that hold nothing about a person under supervision, and why.
NOT_ABOUT = {
    "accounts.User": "staff",
    "accounts.RoleGrant": "staff",
    "accounts.PasswordLink": "staff",
    "api.ApiKey": "keys of other systems",
    "audit.Head": "the end of the log's chain",
    "people.Organisation": "organisations",
    "people.Team": "teams",
    "monitoring.Device": "devices; who wore one is in the activation",
    "monitoring.Receipt": "which delivery was answered how: hashes and counts",
    "monitoring.InboxItem": "deliveries of the last minutes, before they become positions",
    "monitoring.Reject": "records that could not be used and belong to nobody for sure",
    "monitoring.Mark": "how far a reader has read",
    "monitoring.ArchiveFile": "names and hashes of files",
    "desk.Intake": "how far the desk has read",
    "outbox.WebhookEndpoint": "addresses of other systems",
    "outbox.OutboxItem": "notices on their way, deleted when they have arrived",
    "victims.ProtectedDevice": "protected persons, whose side stands apart",
    "victims.ProtectedPosition": "protected persons, whose side stands apart",
    "victims.ProtectedStatus": "protected persons, whose side stands apart",
    "operations.RetentionRule": "rules",
    "operations.Tombstone": "hashes and counts of what was erased",
    "operations.WorkerBeat": "workers",
    "operations.Chore": "chores",
    "operations.ChoreRun": "runs of chores: counts",
}
