"""Several senders, one commit: who comes while another's facts are being written is written with the next.

A commit waits for the disk, and the disk takes ten deliveries in the time of one. The first that finds the writer
free takes all that wait and writes them in one transaction; the others find theirs done.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.monitoring.inbox import store
from throughcare.service.monitoring.models import Receipt

MOST_TOGETHER = 64
AWAY = (OperationalError, InterfaceError)  # the database is down, locked for too long, or its disk is full


@dataclass(slots=True)
class Ticket:
    """One delivery on its way to the disk, with what will be answered.

    Parameters
    ----------
    digest : str
        What the receipt is kept under; empty for none, where asking again may get another answer.
    """

    delivery: Delivery
    digest: str
    answer: str
    now_us: int
    done: bool = False
    trouble: DatabaseError | InterfaceError | None = None


@dataclass(slots=True)
class Commits:
    """The queue to the disk, one for a process."""

    waiting: list[Ticket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def commit(self, ticket: Ticket) -> None:
        """Return when the delivery and its receipt are durable.

        Raises
        ------
        DatabaseError, InterfaceError
            If they are not.
        """
        with self.lock:
            self.waiting.append(ticket)
        while not ticket.done:
            with self.turn:
                if not ticket.done:
                    write_each(self._taken())
        if ticket.trouble is not None:
            raise ticket.trouble

    def _taken(self) -> list[Ticket]:
        with self.lock:
            taken, self.waiting = self.waiting[:MOST_TOGETHER], self.waiting[MOST_TOGETHER:]
        return taken


def write_each(tickets: Sequence[Ticket]) -> None:
    """Write deliveries in one transaction, and mark each as done, with its trouble where it could not be written."""
    try:
        write(tickets)
    except (DatabaseError, InterfaceError) as trouble:
        if len(tickets) > 1 and not isinstance(trouble, AWAY):
            for ticket in tickets:  # one of them is at fault: the others shall not suffer for it
                write_each([ticket])
            return
        for ticket in tickets:
            ticket.trouble = trouble
    finally:
        for ticket in tickets:
            ticket.done = True


@transaction.atomic
def write(tickets: Sequence[Ticket]) -> None:
    """Write deliveries and their receipts, all or none."""
    store([ticket.delivery for ticket in tickets], now_us=max(ticket.now_us for ticket in tickets))
    Receipt.objects.bulk_create(
        [Receipt(digest=t.digest, answer=t.answer, at_us=t.now_us) for t in tickets if t.digest],
        ignore_conflicts=True,
    )


COMMITS = Commits()
