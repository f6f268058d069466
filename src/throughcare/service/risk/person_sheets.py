"""The sheet for the person: what the scores say of them, what was decided, and how to say that it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Status
from throughcare.risk.person_texts import BAND_TEXTS, LANGUAGES, TEXTS
from throughcare.risk.person_words import Passage
from throughcare.risk.sheet import Sheet
from throughcare.service.risk import queries
from throughcare.service.risk.actions import in_use
from throughcare.service.risk.queries import DecisionView
from throughcare.service.risk.scoring import COMPARED, answers_of, compared_with, scores_of
from throughcare.service.risk.sheets import claims_of, sheet_for_two
from throughcare.service.risk.vocabulary import DisputeState

# The Welsh awaits a human translator's check, as that of the scores does.
_TEXTS = {
    "en": {
        "heading": "What was decided",
        "open": "Nobody has decided yet. A person will, not a score.",
        "waits": "One person has decided. A second person must look at it first.",
        "decided": "A person decided this, not a score.",
        "any": "A new crime of any kind: {level}.",
        "harm": "A new crime with grave harm: {level}.",
        "same": "That is what the score said too.",
        "other": "That is not what the score said. Ask your officer why.",
        "record_only": "We do not know all we asked about your life now. So at least one score counts your past only.",
        "toggle": "Darllen hyn yn Gymraeg",
        "print": "Save it as a PDF to print",
    },
    "cy": {
        "heading": "Beth a benderfynwyd",
        "open": "Nid oes neb wedi penderfynu eto. Person fydd yn gwneud, nid sgôr.",
        "waits": "Mae un person wedi penderfynu. Rhaid i ail berson edrych arno yn gyntaf.",
        "decided": "Person a benderfynodd hyn, nid sgôr.",
        "any": "Trosedd newydd o unrhyw fath: {level}.",
        "harm": "Trosedd newydd gyda thrais difrifol: {level}.",
        "same": "Dyna a ddywedodd y sgôr hefyd.",
        "other": "Nid dyna a ddywedodd y sgôr. Gofynnwch i'ch swyddog pam.",
        "record_only": (
            "Nid ydym yn gwybod popeth a ofynnwyd am eich bywyd nawr. Felly mae o leiaf un sgôr yn cyfrif eich "
            "gorffennol yn unig."
        ),
        "toggle": "Read this in English",
        "print": "Ei gadw fel PDF i'w argraffu",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSheet:
    """The whole sheet in one language; ``whole`` is what a PDF is made from."""

    language: str
    title: str
    passages: tuple[Passage, ...]
    toggle: str
    print_words: str
    whole: Sheet

    @property
    def other_language(self) -> str:
        """The other language."""
        return "cy" if self.language == "en" else "en"


def sheet_for_person(assessment_id: int, *, contact: str, language: str) -> PersonSheet:
    """Return the sheet on the answers as they are now."""
    language = language if language in LANGUAGES else "en"
    disputes = queries.disputes(assessment_id)
    answers = answers_of(queries.answers(assessment_id).values(), instead=in_use(disputes))
    claims = claims_of({each.item: each.claimed for each in disputes if each.state is DisputeState.OPEN})
    decision = next((each for each in queries.decisions(assessment_id) if each.returned_us is None), None)
    whole = sheet_for_two(answers, claims, contact=contact)
    told = {
        each: _with_decision(whole.person[each], decision, each, record_only=_from_record_only(answers))
        for each in LANGUAGES
    }
    return PersonSheet(
        language=language,
        title=TEXTS[language]["title"],
        passages=told[language],
        toggle=_TEXTS[language]["toggle"],
        print_words=_TEXTS[language]["print"],
        whole=replace(whole, person=told),
    )


def _from_record_only(answers: Answers) -> bool:
    """Return whether a decision is set beside a form without needs, because an answer about them is missing."""
    static = {name for _, name in COMPARED.values()}
    return any(
        each.score.status is Status.SCORED and each.instrument.spec.name in static
        for each in compared_with(answers, scores_of(answers)).values()
    )


def _with_decision(
    passages: tuple[Passage, ...], decision: DecisionView | None, language: str, *, record_only: bool
) -> tuple[Passage, ...]:
    """Return the passages with what was decided before how to challenge it."""
    said = (*_decided(decision, language), *((_TEXTS[language]["record_only"],) if record_only else ()))
    decided = Passage(_TEXTS[language]["heading"], said)
    return (*passages[:-1], decided, passages[-1])


def _decided(decision: DecisionView | None, language: str) -> Iterable[str]:
    texts = _TEXTS[language]
    if decision is None:
        yield texts["open"]
        return
    if decision.second_why and decision.signed_us is None:
        yield texts["waits"]
        return
    yield texts["decided"]
    yield texts["any"].format(level=BAND_TEXTS[decision.reoffending_level][language])
    yield texts["harm"].format(level=BAND_TEXTS[decision.harm_level][language])
    if decision.direction != "no_score":
        yield texts["same" if decision.direction == "same" else "other"]
