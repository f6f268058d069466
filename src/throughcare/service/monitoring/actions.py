"""What changes monitoring: facts come in, workers evaluate them, old days go to the archive."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings

from throughcare.service.monitoring import archiving, inbox
from throughcare.service.monitoring.archiving import Archived
from throughcare.service.monitoring.delivery import Delivery, Stored
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.protecting import erase_protected, protect, unprotect
from throughcare.service.monitoring.worker import Worked, work

__all__ = [
    "Archived",
    "Delivery",
    "Memory",
    "Stored",
    "Worked",
    "archive_days",
    "erase_protected",
    "expire_days",
    "protect",
    "store_deliveries",
    "store_facts",
    "unprotect",
    "work_once",
]

ITEMS_A_PASS = 2_000


def store_facts(*, delivery: Delivery, now_us: int) -> Stored:
    """Make a delivery durable; when this returns it may be acknowledged.

    The same facts of the same device are kept once, however often they are delivered. What cannot be right is kept
    as a refused record with its reason.
    """
    return inbox.store([delivery], now_us=now_us)[0]


def store_deliveries(*, deliveries: Sequence[Delivery], now_us: int) -> tuple[Stored, ...]:
    """Make several deliveries durable at the cost of one, all of them or none; see :func:`store_facts`."""
    return inbox.store(deliveries, now_us=now_us)


def work_once(*, worker: str, now_us: int, limit: int = ITEMS_A_PASS, memory: Memory | None = None) -> Worked:
    """Do one pass of a worker: evaluate what waits in the inbox, and wake what time alone may have changed.

    Any number of workers may run at once. Each takes the activations that nobody holds, evaluates outside any lock
    and writes by compare-and-set: state, events, incidents, facts and the inbox in one transaction. Who loses
    the race throws the work away. A record that makes the engine fail is found by trying one by one and set aside.

    Parameters
    ----------
    worker : str
        Its name, which no other process has.
    limit : int
        The most items of the inbox, and the most activations woken, in one pass.
    memory : Memory or None
        What the process remembers between passes: make one at its start and give it to every pass. None reads
        everything anew.

    Returns
    -------
    Worked
        ``idle`` says that there was nothing to do.
    """
    return work(worker=worker, now_us=now_us, limit=limit, memory=memory or Memory())


def archive_days(*, now_us: int) -> Archived:
    """Move the facts of past days from the database to files, join the files of a day, remove what is left over.

    Days of the last ``THROUGHCARE_ARCHIVE_DAYS`` stay. Run it as often as is convenient: two at once do the work of
    one, and a stop in the middle leaves nothing lost or doubled.
    """
    began_us = settings.CLOCK()
    return archiving.archive(
        now_us=now_us,
        days=settings.CONFIGURATION.archive_days,
        clock=lambda: now_us + settings.CLOCK() - began_us,
    )


def expire_days(*, now_us: int, before_us: int, keep: Collection[str]) -> int:
    """Take days that ended before an instant out of the archive, and return how many facts that were.

    Parameters
    ----------
    keep : collection of str
        Activations whose facts stay: of people on legal hold, and whose orders still run.
    """
    return archiving.expire(now_us=now_us, before_us=before_us, keep=keep)
