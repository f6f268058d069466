"""A question of the order's form: one page, one thing asked, one part of the document written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from throughcare.service.orders.drafting.document import Document, Item
from throughcare.service.orders.fields import initial_of, json_of

KnownPlaces = tuple[tuple[str, Mapping[str, Any]], ...]  # label and area


class QuestionForm(forms.Form):
    """Writes the fields of the same name into one item of the document.

    Parameters
    ----------
    document : dict
        The order as far as it is known, for choices that depend on it.
    item : dict
        The item that is asked about: the order itself, a place, a condition or a part of one.
    known_places : tuple of (label, area)
        Places on record that may be picked.
    """

    use_required_attribute = False
    template: ClassVar[str] = "orders/drafts/question.html"
    writes: ClassVar[bool] = True  # False for a page that only leads on
    main_field: ClassVar[str] = ""  # where a fault of the whole question is shown; the first field if empty

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        document: Document,
        item: Item,
        known_places: KnownPlaces = (),
    ) -> None:
        self.document = document
        self.item = item
        self.known_places = known_places
        super().__init__(data, initial=None)
        self.arrange()
        self.initial = self.stored()

    @property
    def goes_to(self) -> str:
        """The ending of the next page's address where the answer decides it; empty otherwise."""
        return ""

    def arrange(self) -> None:
        """Fit fields and choices to the document; most forms have none to fit."""
        self.label_suffix = ""

    def stored(self) -> dict[str, Any]:
        """Return what the document holds, as the fields show it."""
        return initial_of(self.item, self.fields)

    def write(self, item: Item) -> None:
        """Put the cleaned answers into the item; an empty one is taken out."""
        for name, field in self.fields.items() if self.writes else ():
            put(item, name, json_of(field, self.cleaned_data[name]))


def put(item: Item, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Set a field, or take it out where there is no value."""
    if value is None:
        item.pop(name, None)
    else:
        item[name] = value


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the form.

    Parameters
    ----------
    slug : str
        The last part of its address.
    title : str
        The question, as the page's heading.
    form : type of QuestionForm
        What is asked and written.
    section : str
        The list that its item stands in; empty for the order itself.
    kinds : frozenset of str
        The kinds of condition that it is asked of; empty for any item of the section.
    covers : tuple of str
        The fields below the item whose faults belong here; the first also takes faults of the item itself
        where ``takes_rest`` is set.
    row : str
        What the answer is called in a list; empty where the answers are shown some other way.
    answer : callable
        The answer in words, from document and item; empty where there is none yet.
    hint : str
        A sentence under the heading.
    needed : callable
        Whether it is asked, from document and item.
    follows : str
        The slug of the page that comes after it, where that is not simply the next that is needed.
    """

    slug: str
    title: str
    form: type[QuestionForm]
    row: str
    answer: Callable[[Document, Item], str]
    section: str = ""
    kinds: frozenset[str] = frozenset()
    covers: tuple[str, ...] = ()
    takes_rest: bool = False
    hint: str = ""
    needed: Callable[[Document, Item], bool] = lambda _document, _item: True
    follows: str = ""
