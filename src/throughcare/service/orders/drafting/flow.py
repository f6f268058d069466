"""Which page comes after which: the sequence of the form, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.service.orders.drafting.document import PART_MARK, PARTS, Document, condition_of, find_item
from throughcare.service.orders.drafting.question import Question, QuestionForm
from throughcare.service.orders.drafting.questions import BASICS, next_question, questions_of


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the form: a question (``slug``), a list (``section``), or the list of answers (neither).

    ``key`` is the item's for a question; the condition's for a list of phases or exemptions.
    """

    slug: str = ""
    section: str = ""
    key: str = ""


CHECK = Stop()


def after(document: Document, question: Question, *, key: str, form: QuestionForm) -> Stop:
    """Return the page after an answered question: the next without an answer, then the list it is part of."""
    if form.goes_to:
        return Stop(slug=f"{question.slug}-{form.goes_to}", key=key)
    if question.follows:
        return Stop(slug=question.follows, key=key)
    following = next_question(document, question, find_item(document, question.section, key))
    if question.slug == "curfew-dates" and (following is None or following.slug == "release-day"):
        return _into_phases(document, key)
    if following is not None:
        return Stop(slug=following.slug, key=key)
    return _list_after(question, key)


def first_gap(document: Document, section: str, key: str) -> Question | None:
    """Return the first question of an item without an answer; None where all are answered."""
    item = find_item(document, section, key)
    return next((q for q in questions_of(document, section, item) if not q.answer(document, item)), None)


def gap_of_condition(document: Document, key: str) -> Stop | None:
    """Return the page on which a condition, or a part of one, still lacks an answer; None where none does."""
    gap = first_gap(document, "conditions", key)
    if gap is not None:
        return Stop(slug=gap.slug, key=key)
    for part, name in PARTS.items():
        for number in range(len(condition_of(document, key).get(name, ()))):
            inner = first_gap(document, part, f"{key}{PART_MARK}{number}")
            if inner is not None:
                return Stop(slug=inner.slug, key=f"{key}{PART_MARK}{number}")
    return None


def after_list(document: Document, section: str, owner: str) -> Stop:
    """Return the page after a list: for a condition's list what the condition lacks, then the next section."""
    if section in PARTS:
        gap = gap_of_condition(document, owner)
        return gap or Stop(section="conditions")
    if section == "places":
        return Stop(section="conditions")
    return CHECK


def before(document: Document, question: Question, key: str) -> Stop:
    """Return the page before a question."""
    item = find_item(document, question.section, key)
    slugs = [q.slug for q in questions_of(document, question.section, item)]
    if question.slug not in slugs:
        parent = next((name for name in slugs if question.slug.startswith(f"{name}-")), "")
        return Stop(slug=parent, key=key) if parent else _list_after(question, key)
    position = slugs.index(question.slug)
    return Stop(slug=slugs[position - 1], key=key) if position else _list_before(question, key)


def start(document: Document) -> Stop:
    """Return where writing goes on: the first question about the order without an answer."""
    gap = first_gap(document, "", "")
    return CHECK if gap is None else Stop(slug=gap.slug)


def _into_phases(document: Document, key: str) -> Stop:
    inner = first_gap(document, "phases", f"{key}{PART_MARK}0")
    if inner is None:
        return Stop(section="phases", key=key)
    return Stop(slug=inner.slug, key=f"{key}{PART_MARK}0")


def _list_after(question: Question, key: str) -> Stop:
    if question == BASICS[-1]:
        return Stop(section="places")
    if question.section in PARTS:
        return Stop(section=question.section, key=key.partition(PART_MARK)[0])
    return Stop(section=question.section) if question.section else CHECK


def _list_before(question: Question, key: str) -> Stop:
    return _list_after(question, key) if question.section else CHECK
