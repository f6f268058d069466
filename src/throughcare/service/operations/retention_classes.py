"""What retention can erase, as a table: each class of record, when its time begins, and what goes.

How long each is kept is not here. It is data that the deployer sets, with the legal basis; without a rule nothing is
erased. The values of :data:`DEMONSTRATION_DAYS` are for the demonstration only and are no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClass:
    """A class of record.

    Parameters
    ----------
    name, words, trigger : str
        Its code, what it is in plain words, and what starts its time.
    model : str
        ``app.Model``; empty where the class is more than the rows of one model.
    time_field : str
        The field with the instant from which its time runs: microseconds (``*_us``) or a date and time.
    """

    name: str
    words: str
    trigger: str
    model: str = ""
    time_field: str = ""


PERSON, POSITIONS, PROTECTED = "person_record", "positions", "protected_positions"

CLASSES: dict[str, RecordClass] = {
    each.name: each
    for each in (
        RecordClass(
            name=PERSON,
            words="Everything about a person whose orders have all ended, their positions too",
            trigger="the end of their last order",
        ),
        RecordClass(
            name=POSITIONS,
            words="Positions and what tags said of themselves, in the archive",
            trigger="the day that they are from",
        ),
        RecordClass(
            name=PROTECTED,
            words="Where protected persons' devices were, and what they said of themselves",
            trigger="the time that they are from",
        ),
        RecordClass(
            name="rejects",
            words="Records from devices that could not be used",
            trigger="the day that they came in",
            model="monitoring.Reject",
            time_field="at_us",
        ),
        RecordClass(
            name="notices_sent",
            words="Notices that were delivered",
            trigger="their delivery",
            model="outbox.OutboxItem",
            time_field="delivered_us",
        ),
        RecordClass(
            name="password_links",
            words="Used or expired links for passwords",
            trigger="their end",
            model="accounts.PasswordLink",
            time_field="expires_us",
        ),
        RecordClass(
            name="sessions",
            words="Sessions of staff that are over",
            trigger="their end",
            model="sessions.Session",
            time_field="expire_date",
        ),
        RecordClass(
            name="sign_in_attempts",
            words="Failed attempts to sign in",
            trigger="the attempt",
            model="axes.AccessAttempt",
            time_field="attempt_time",
        ),
        RecordClass(
            name="sign_ins",
            words="Who signed in when, from which address",
            trigger="the sign-in",
            model="axes.AccessLog",
            time_field="attempt_time",
        ),
    )
}

DEMONSTRATION_BASIS = "Demonstration value. No legal advice: name your own law or schedule."
DEMONSTRATION_DAYS = {
    PERSON: 2190,
    POSITIONS: 365,
    PROTECTED: 30,
    "rejects": 90,
    "notices_sent": 30,
    "password_links": 30,
    "sessions": 7,
    "sign_in_attempts": 30,
    "sign_ins": 180,
}
