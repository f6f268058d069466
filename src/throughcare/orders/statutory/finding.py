"""What a check of an order against the law finds: where, what was expected, what was found, by which source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from throughcare.orders.model import Order

Severity = Literal["unlawful", "check", "note"]
SEVERITIES: tuple[Severity, ...] = ("unlawful", "check", "note")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from and how far it can be trusted.

    Parameters
    ----------
    title : str
        Act, paragraph, guidance or page.
    url : str
        Empty for a rule of this project.
    read_on : date
        When the text was last compared.
    status : {'statute', 'guidance', 'secondary', 'house'}
        ``secondary``: taken from a text about the law, the law itself was not read. ``house``: our own rule.
    """

    title: str
    url: str
    read_on: dt.date
    status: Literal["statute", "guidance", "secondary", "house"]

    def words(self) -> str:
        """Return the source as one line."""
        how = {"secondary": ", from a secondary source", "house": ", a rule of this project"}
        return f"{self.title}{how.get(self.status, '')} (read {self.read_on.isoformat()})"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has to say about an order.

    Parameters
    ----------
    rule_id : str
        Stable; the rules are listed in ``docs/rules/orders-statutory-limits.md``.
    severity : {'unlawful', 'check', 'note'}
        ``unlawful``: outside a legal limit. ``check``: a person must look, because a fact is missing or the
        text can be read in two ways. ``note``: good to know.
    path : str
        The field, such as ``conditions[0].phases[1]``.
    expected, found, action : str
        In plain words.
    citation : Citation
        The source.
    """

    rule_id: str
    severity: Severity
    path: str
    expected: str
    found: str
    action: str
    citation: Citation

    def words(self) -> str:
        """Return the finding as one line, without its source."""
        return f"{self.path}: expected {self.expected}; found {self.found}. {self.action}"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        values = asdict(self)
        values["citation"]["read_on"] = self.citation.read_on.isoformat()
        return values


Rule = Callable[[Order], Iterator[Finding]]
