"""Rejects and notes as values."""

from __future__ import annotations

from throughcare.monitoring.intake import Note, Reject, total_notes


def test_a_reject_without_an_instant_says_so():
    reject = Reject(file="f", row=2, field="t", reason="missing_time", words="w")
    assert reject.as_dict()["t"] is None


def test_notes_of_one_code_are_added_in_order_of_code():
    notes = [Note("b", 1, "bee"), Note("a", 2, "ay"), Note("b", 3, "bee")]
    assert [note.as_dict() for note in total_notes(notes)] == [
        {"code": "a", "count": 2, "words": "ay"},
        {"code": "b", "count": 4, "words": "bee"},
    ]
