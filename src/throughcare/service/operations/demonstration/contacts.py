"""The contacts of the invented officers with their people: kept, missed, moved, forgotten, and those to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from throughcare.kernel.time import DAY_US, MINUTE_US, civil_us, local_datetime
from throughcare.runners.loading import Progress
from throughcare.service.casework.actions import plan_contact, record_result
from throughcare.service.casework.vocabulary import ContactChannel, ContactResult
from throughcare.service.operations.demonstration.cast import Cast
from throughcare.simulation.town import TIME_ZONE

TOGETHER = 20  # people a transaction
FORGOTTEN_DAYS = 5  # of the contacts of so many days some still wait for their result
_EVERY_DAYS = (7, 14, 28)
_SHARES = (
    0.45,
    0.35,
    0.2,
)  # of people seen so often; our assumption, more often at the beginning in practice
_CHANNELS = (ContactChannel.OFFICE, ContactChannel.PHONE, ContactChannel.HOME_VISIT, ContactChannel.VIDEO)
_CHANNEL_SHARES = (0.55, 0.25, 0.12, 0.08)
_RESULT_SHARES = {
    ContactResult.CAME: 0.76,
    ContactResult.DID_NOT_COME: 0.1,
    ContactResult.COULD_NOT_COME: 0.05,
    ContactResult.MOVED: 0.06,
    ContactResult.CANCELLED_BY_US: 0.03,
}
_NOTES = {
    ContactResult.CAME: (
        "On time. Talked about the hours of the curfew and how work fits in.",
        "Keeps in touch with the family. Next: the form for housing.",
        "Tag charged every evening; no trouble with it.",
        "Looked at last week together. A plan for the week-end.",
    ),
    ContactResult.DID_NOT_COME: ("Rang twice, no answer. A letter was sent.", "No word. To be talked about."),
    ContactResult.COULD_NOT_COME: (
        "Had a hospital appointment and showed the card.",
        "Shift was changed; employer confirmed.",
    ),
    ContactResult.MOVED: ("Asked for another day because of work.",),
    ContactResult.CANCELLED_BY_US: ("Officer on leave at short notice.",),
}
_FORGOTTEN = 0.25  # of the newest: nobody said yet what came of it
_PLANNED_BEFORE_US = 7 * DAY_US


@dataclass
class ContactWork:
    """Every officer's diary, from when the people came under supervision to some weeks from now."""

    cast: Cast
    rng: np.random.Generator
    now_us: int

    def write(self, since_us: Iterable[tuple[str, int]], *, progress: Progress) -> int:
        """Write the contacts of each person since an instant and return how many there are."""
        people, total = list(since_us), 0
        for first in range(0, len(people), TOGETHER):
            with transaction.atomic():
                total += sum(self._of(ref, from_us) for ref, from_us in people[first : first + TOGETHER])
            progress("contacts", min(first + TOGETHER, len(people)), len(people))
        return total

    def _of(self, ref: str, from_us: int) -> int:
        """Write one person's contacts: all that were due, and the next."""
        every_us = int(self.rng.choice(_EVERY_DAYS, p=_SHARES)) * DAY_US
        due_us = from_us + int(self.rng.integers(1, 4)) * DAY_US
        total, is_ahead = 0, False
        while not is_ahead:
            at_us = self._in_hours(due_us)
            is_ahead = at_us > self.now_us
            self._plan(ref, at_us)
            total += 1
            due_us += every_us
        return total

    def _in_hours(self, due_us: int) -> int:
        """Return a time of a working day, on the quarter of an hour."""
        day = local_datetime(due_us, TIME_ZONE).date()
        day += dt.timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
        quarters = int(self.rng.integers(0, 31))  # 09:30 to 17:00
        return civil_us(day, dt.time(9, 30), TIME_ZONE) + quarters * 15 * MINUTE_US

    def _plan(self, ref: str, at_us: int) -> None:
        by, person_id = self.cast.officer(ref), self.cast.person_ids[ref]
        channel = ContactChannel(self.rng.choice(_CHANNELS, p=_CHANNEL_SHARES))
        planned_us = min(at_us - _PLANNED_BEFORE_US, self.now_us)
        contact_id = plan_contact(
            by=by, now_us=planned_us, person_id=person_id, planned_us=at_us, channel=channel
        )
        said_us = at_us + int(self.rng.integers(20, 240)) * MINUTE_US
        is_new = at_us > self.now_us - FORGOTTEN_DAYS * DAY_US
        if said_us > self.now_us or (is_new and self.rng.random() < _FORGOTTEN):
            return
        result = ContactResult(self.rng.choice(list(_RESULT_SHARES), p=list(_RESULT_SHARES.values())))
        moved_to = at_us + int(self.rng.integers(1, 4)) * DAY_US
        record_result(
            by=by,
            now_us=said_us,
            person_id=person_id,
            contact_id=contact_id,
            result=result,
            note=str(self.rng.choice(_NOTES[result])),
            next_us=None,
            next_channel=channel,
        )
        if result is ContactResult.MOVED:
            self._plan(ref, self._in_hours(moved_to))
