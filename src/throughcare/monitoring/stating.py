"""Stating: of spells with evidence like this one's, the share that were true absences on simulated nights.

The odds that a spell reaches are not that share: they count evidence under even odds and are bounded on purpose, and
most people are at home on most nights. So what an incident states is a logistic function of three things: the odds
reached, how long the absence is proved, and how many polls of the home unit were unheard in it. Its four numbers were
fitted on the curfew nights of ``benchmarks/nights.py``, seeds 11 and 12, with radio and without; docs/benchmarks.md
says how true it is on nights that it never saw, and docs/adr/0014 what was tried.

It is valid for nights such as those: an absence on one night in ten, and the default parameters. Where absences are
rarer, a smaller share is true: a tenth of the absences is about a tenth of the odds.
"""

from __future__ import annotations

import math

INTERCEPT = -5.1
BY_LOG_ODDS = 1.1  # of the highest log-odds against presence that the spell reached
BY_PROVED_MINUTE = 0.27  # beyond the shortest excursions of a receiver that stands still, up to the longest
BY_LOG_UNHEARD = 1.75  # of one more than the unheard polls
FIRST_MINUTE, LAST_MINUTE = 8.0, 30.0
MOST_UNHEARD = 30
MOST_SURE, LEAST_SURE = 0.99, 0.01


def stated_share(*, reached: float, proved_s: float, unheard: int) -> float:
    """Return the share of such spells that were true absences on simulated nights, to two places.

    It never falls where the evidence grows.

    Parameters
    ----------
    reached : float
        The highest probability that the spell reached, in [0, 1]; taken within [0.5, 0.9999].
    proved_s : float, seconds
        From its first to its last evidence.
    unheard : int
        Polls of the home unit within it that did not hear the tag; 0 where none listens.

    Returns
    -------
    float
        From 0.01 to 0.99: no number of simulated nights says more.
    """
    bounded = min(0.9999, max(0.5, reached))
    minutes = min(LAST_MINUTE, max(FIRST_MINUTE, proved_s / 60.0)) - FIRST_MINUTE
    log_odds = (
        INTERCEPT
        + BY_LOG_ODDS * math.log(bounded / (1.0 - bounded))
        + BY_PROVED_MINUTE * minutes
        + BY_LOG_UNHEARD * math.log1p(min(MOST_UNHEARD, unheard))
    )
    return min(MOST_SURE, max(LEAST_SURE, round(1.0 / (1.0 + math.exp(-log_odds)), 2)))
