"""Questions about the order as a whole."""

from __future__ import annotations

from typing import Any

from django import forms

from throughcare.orders.vocabulary import (
    ConditionKind,
    LegalBasis,
    NotifyingOrganisation,
    OrderType,
    ResponsibleOrganisation,
    SentenceType,
)
from throughcare.service.orders.drafting.document import Item, with_ticked
from throughcare.service.orders.drafting.question import QuestionForm, put
from throughcare.service.orders.fields import choice_field, initial_of, several_field, yes_no_field
from throughcare.service.orders.wording import choices
from throughcare.service.pages.times import DAY_HINT, DayField

NOT_STATED = "not_stated"


class TypeForm(QuestionForm):
    """Which kind of order it is."""

    order_type = choice_field(label="Type of order", name="the type of order", options=choices(OrderType))


class BasisForm(QuestionForm):
    """On what the monitoring rests."""

    legal_basis = choice_field(
        label="Legal basis", name="the legal basis of the monitoring", options=choices(LegalBasis)
    )


class SentenceForm(QuestionForm):
    """The sentence, where the order states one."""

    sentence_type = choice_field(
        label="Sentence or bail type",
        name="the sentence or bail type, or that it is not stated",
        options=[*choices(SentenceType), (NOT_STATED, "The order does not state one")],
    )

    def stored(self) -> dict[str, Any]:
        """Return the type; that none is stated is an answer too."""
        if "sentence_type" not in self.item:
            return {}
        return {"sentence_type": self.item["sentence_type"] or NOT_STATED}

    def write(self, item: Item) -> None:
        """Write the type, or that none is stated."""
        chosen = self.cleaned_data["sentence_type"]
        item["sentence_type"] = None if chosen == NOT_STATED else chosen


class NotifyingForm(QuestionForm):
    """Who sent the order."""

    notifying_organisation = choice_field(
        label="Organisation that sent the order",
        name="who sent the order",
        options=choices(NotifyingOrganisation),
    )


class ResponsibleForm(QuestionForm):
    """Who answers for the person."""

    responsible_organisation = choice_field(
        label="Responsible organisation",
        name="who is responsible for the person",
        options=choices(ResponsibleOrganisation),
    )


class DatesForm(QuestionForm):
    """First and last day; used by the order, conditions and phases alike."""

    start_date = DayField(label="First day", name="the first day", help_text=DAY_HINT)
    end_date = DayField(
        label="Last day (optional)",
        name="the last day",
        required=False,
        help_text="The last day counts: it ends at midnight that night. Leave it empty if there is no end yet.",
    )

    def stored(self) -> dict[str, Any]:
        """Return the dates on record; at first those of what the item is part of."""
        return super().stored() or initial_of(self.document, self.fields)

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        values = super().clean() or {}
        first, last = values.get("start_date"), values.get("end_date")
        if first and last and last < first:
            self.add_error("end_date", "The last day must be the same as or after the first day")
        return values

    def write(self, item: Item) -> None:
        """Write the dates; a curfew's only phase without any gets the same."""
        super().write(item)
        if item.get("phases") == [{}]:
            super().write(item["phases"][0])


class ConvictedForm(QuestionForm):
    """When the person was convicted: the limits of the law depend on it."""

    convicted_on = DayField(
        label="Day of conviction (optional)",
        name="the day of conviction",
        required=False,
        help_text="Which limits of the law apply depends on it. Leave it empty if there was no conviction.",
    )

    def write(self, item: Item) -> None:
        """Write the day; that there was none is an answer too."""
        day = self.cleaned_data["convicted_on"]
        item["convicted_on"] = None if day is None else day.isoformat()


class HdcForm(QuestionForm):
    """Whether it is a home detention curfew."""

    home_detention_curfew = yes_no_field(label="Home detention curfew", about="it is a home detention curfew")

    def stored(self) -> dict[str, Any]:
        """Return yes or no."""
        known = self.item.get("home_detention_curfew")
        return {} if known is None else {"home_detention_curfew": "yes" if known else "no"}

    def write(self, item: Item) -> None:
        """Write the answer."""
        put(item, "home_detention_curfew", self.cleaned_data["home_detention_curfew"] == "yes")


class TickedForm(QuestionForm):
    """Which kinds of condition the order has; each that is ticked is asked about in full."""

    ticked = several_field(
        label="Conditions",
        name="at least one condition",
        options=choices(ConditionKind),
        help_text="Unticking a condition takes out what was entered about it.",
    )

    def write(self, item: Item) -> None:
        """Tick exactly these; each new one gets an empty condition."""
        item.update(with_ticked(item, self.cleaned_data["ticked"]))


class PlaceNameForm(QuestionForm):
    """What a place is called."""

    label = forms.CharField(
        label="Name or first line of the address",
        max_length=200,
        error_messages={
            "required": "Enter the name of the place",
            "max_length": "The name of the place must be 200 characters or less",
        },
        help_text="The person reads it in their order, such as: 1 Invented Street.",
    )
