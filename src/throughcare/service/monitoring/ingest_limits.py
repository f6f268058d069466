"""What keeps a flood from others: a limit for each device, and a limit for all that waits.

Both are kept in the memory of one process: a server of several processes allows each device that many times its
limit at most. They guard the service and decide nothing about a fact.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

from throughcare.kernel.time import HOUR_US, MINUTE_US, SECOND_US
from throughcare.service.monitoring.measures import Waiting, waiting

MOST_ITEMS = 500_000  # deliveries that wait: a workless night of the nation's gateways
OLDEST_US, MANY_ITEMS = (
    12 * HOUR_US,
    50_000,
)  # for so long only where many wait: one that is stuck stops nobody
LOOK_US = 2 * SECOND_US  # counting what waits takes a while: it is asked so often at most
RETRY_FULL_S = 60
_MOST_DEVICES = 100_000


class TooMuch(Exception):
    """Nothing was stored; the sender is to come back later.

    Parameters
    ----------
    words : str
        What is too much, and what to do.
    retry_after_s : int
    device : bool
        Whether it is this sender that sends too much, and not all of them together.
    """

    def __init__(self, words: str, *, retry_after_s: int, device: bool) -> None:
        self.words = words
        self.retry_after_s = retry_after_s
        self.device = device
        super().__init__(words)


@dataclass(slots=True)
class Limits:
    """How much each device delivered of late, and how much waited when last asked.

    A device may deliver while it has less than a minute's worth outstanding; one delivery may be larger than that,
    for a tag that comes back into coverage has a night to tell, and is paid off before the next.
    """

    used: dict[str, tuple[float, int]] = field(default_factory=dict)
    looked: tuple[int, Waiting] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, device_id: str, *, per_minute: int, now_us: int) -> int:
        """Return after how many seconds the device may deliver: 0 for now."""
        over = self._outstanding(device_id, per_minute, now_us) - per_minute
        return 0 if over < 0 else max(1, math.ceil(60.0 * over / per_minute))

    def charge(self, device_id: str, facts: int, *, per_minute: int, now_us: int) -> None:
        """Count facts that were stored or refused."""
        with self.lock:
            if len(self.used) >= _MOST_DEVICES:
                self.used = {name: use for name, use in self.used.items() if now_us - use[1] < MINUTE_US}
            self.used[device_id] = (self._outstanding(device_id, per_minute, now_us) + facts, now_us)

    def _outstanding(self, device_id: str, per_minute: int, now_us: int) -> float:
        used, at_us = self.used.get(device_id, (0.0, now_us))
        return max(0.0, used - max(0, now_us - at_us) / MINUTE_US * per_minute)

    def require_room(self, *, now_us: int) -> None:
        """Let a delivery in only while the inbox is worked off.

        Raises
        ------
        TooMuch
            If more than ``MOST_ITEMS`` wait, or ``MANY_ITEMS`` and the oldest for longer than ``OLDEST_US``.
        """
        if self.looked is None or not 0 <= now_us - self.looked[0] < LOOK_US:
            self.looked = (now_us, waiting())
        held = self.looked[1]
        late = held.oldest_us is not None and now_us - held.oldest_us > OLDEST_US
        if held.items > MOST_ITEMS or (late and held.items > MANY_ITEMS):
            words = (
                f"Expected an inbox that is worked off; {held.items:,} deliveries wait. Nothing was stored: keep "
                "your facts and send them again later. The service's own people are told by its doctor."
            )
            raise TooMuch(words, retry_after_s=RETRY_FULL_S, device=False)

    def clear(self) -> None:
        """Forget everything, as a new process would."""
        self.used.clear()
        self.looked = None


LIMITS = Limits()
