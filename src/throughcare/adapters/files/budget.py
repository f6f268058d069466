"""The reject budget: a few bad rows are rejects, mostly bad rows are a wrong mapping, and the feed stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.intake import Reject


@dataclass(frozen=True, slots=True)
class RejectBudget:
    """How many rejects are too many.

    Parameters
    ----------
    most : float
        Largest share of rejects that is still believable; 1 never stops.
    rows : int
        Rows to see before judging.
    """

    most: float = 0.5
    rows: int = 1000


@dataclass(slots=True)
class RejectTally:
    """Rows and rejects of one feed so far, held against its budget."""

    where: str
    budget: RejectBudget
    seen: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, rows: int, rejects: Iterable[Reject]) -> None:
        """Count a block and stop the feed when the share of rejects says that the mapping is wrong.

        Raises
        ------
        RefusedInput
            If at least ``budget.rows`` rows were seen and more than ``budget.most`` of them were rejected.
        """
        self.seen += rows
        for reject in rejects:
            self.rejected += 1
            self.reasons[reject.reason] += 1
            self.words.setdefault(reject.reason, reject.words)
        if self.seen >= self.budget.rows and self.rejected > self.budget.most * self.seen:
            raise self._refusal()

    def _refusal(self) -> RefusedInput:
        reason, count = self.reasons.most_common(1)[0]
        return RefusedInput(
            where=self.where,
            expected=f"at most {self.budget.most:.0%} of the rows to be rejected",
            found=f"{self.rejected} of the first {self.seen} rows rejected, {count} of them {reason!r}",
            action=f"So many suggest a wrong column mapping or setting, not bad rows. The first: {self.words[reason]}",
        )
