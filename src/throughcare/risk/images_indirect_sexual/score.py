"""How the images and indirect contact predictor is read off: the first row of a short table that fits."""

from __future__ import annotations

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Limit, Rules, Tabled
from throughcare.risk.images_indirect_sexual import spec
from throughcare.risk.ogrs4.sexual import CONTRADICTIONS, COUNTS, NOT_APPLICABLE, too_many

_IMAGES, _CHILD = "sexual_sanctions_images", "sexual_sanctions_child_contact"
_ADULT, _OTHER = "sexual_sanctions_adult_contact", "sexual_sanctions_non_contact"

ROWS = (
    # name in the table                         what the record holds                            when
    ("two_or_more_image_sanctions", "two or more sanctions for images", lambda f: f.number(_IMAGES) >= 2),
    ("one_image_sanction", "one sanction for images", lambda f: f.number(_IMAGES) == 1),
    (
        "two_or_more_child_contact_sanctions",
        "two or more sanctions for contact offences against children, none for images",
        lambda f: f.number(_CHILD) >= 2,
    ),
    (
        "one_child_contact_sanction",
        "one sanction for a contact offence against a child, none for images",
        lambda f: f.number(_CHILD) == 1,
    ),
    (
        "non_contact_and_adult_contact_sanctions",
        "sanctions for contact offences against adults and for offences without contact, none of the others",
        lambda f: (f.number(_ADULT) > 0) & (f.number(_OTHER) > 0),
    ),
)


def _row(frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first row that fits each person; the number of rows where none does."""
    row = np.full(frame.size, len(ROWS))
    for index in reversed(range(len(ROWS))):
        row[ROWS[index][2](frame)] = index
    return row


def _percent(frame: Frame, _: Floats) -> Floats:
    percents = np.array([100.0 * spec.TABLE.one(name) for name, _, _ in ROWS] + [0.0])
    return np.asarray(percents[_row(frame)], dtype=np.float64)


def _told(index: int, code: str, words: str) -> Limit:
    percent = 100.0 * spec.TABLE.one(code)
    reason = Reason(code, f"The table has {percent:.2f} % for {words}.", {"percent": round(percent, 3)})

    def holds(frame: Frame) -> Bools:
        return np.asarray(_row(frame) == index, dtype=np.bool_)

    return Limit(reason, holds)


ONE_KIND_ONLY = Reason(
    "one_kind_gives_nothing",
    "The published table needs both an adult contact sanction and one without contact for its lowest row, and gives "
    "0 for either alone. It may have meant either. A score of 0 is no evidence that there is no risk.",
)

_RULES = Rules(
    contradictions=CONTRADICTIONS,
    not_applicable=NOT_APPLICABLE,
    outside=(too_many(*COUNTS),),
    cautions=(
        *(_told(index, name, words) for index, (name, words, _) in enumerate(ROWS)),
        Limit(ONE_KIND_ONLY, lambda frame: _row(frame) == len(ROWS)),
    ),
)

IMAGES_INDIRECT_SEXUAL = Tabled(spec=spec.SPEC, parts=(), rules=_RULES, value=_percent)
INSTRUMENTS = (IMAGES_INDIRECT_SEXUAL,)
