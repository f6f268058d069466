"""The few distributions that tests and intervals need, without a numerical library.

Normal, chi-square, Student and binomial, each by a textbook series or continued fraction; the tests hold them beside
SciPy. References: NIST Digital Library of Mathematical Functions 7.12, 8.7, 8.9, 8.17.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

_STANDARD = NormalDist()
_TINY = 1e-300
_STEPS = 1000


def normal_below(z: float) -> float:
    """Return the chance that a standard normal number is below z, exact in both tails."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(share: float) -> float:
    """Return the number below which a standard normal one lies with the chance ``share``."""
    return _STANDARD.inv_cdf(share)


def two_sided(z: float) -> float:
    """Return the chance that a standard normal number is as far from 0 as z."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi_square_above(value: float, *, freedom: int) -> float:
    """Return the chance that a chi-square number of ``freedom`` degrees is above ``value``."""
    if value <= 0:
        return 1.0
    shape, x = freedom / 2.0, value / 2.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for step in range(1, _STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * 1e-16:
                break
        return max(0.0, 1.0 - front * total)
    b = x + 1.0 - shape
    c, d = 1.0 / _TINY, 1.0 / b
    fraction = d
    for step in range(1, _STEPS):
        a = -step * (step - shape)
        b += 2.0
        d = 1.0 / _away_from_zero(a * d + b)
        c = _away_from_zero(b + a / c)
        fraction *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return front * fraction


def student_below(t: float, *, freedom: float) -> float:
    """Return the chance that Student's t of ``freedom`` degrees is below t."""
    tail = 0.5 * _beta_share(freedom / (freedom + t * t), freedom / 2.0, 0.5)
    return 1.0 - tail if t > 0 else tail


def student_quantile(share: float, *, freedom: float) -> float:
    """Return the t below which Student's t of ``freedom`` degrees lies with the chance ``share``."""
    if freedom > 1e7:
        return normal_quantile(share)
    low, high = -1.0, 1.0
    while student_below(low, freedom=freedom) > share:
        low *= 2.0
    while student_below(high, freedom=freedom) < share:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if student_below(middle, freedom=freedom) < share:
            low = middle
        else:
            high = middle
        if high - low < 1e-13 * max(1.0, abs(low)):
            break
    return 0.5 * (low + high)


def binomial_at_least(least: int, *, trials: int, chance: float) -> float:
    """Return the chance of at least ``least`` successes in ``trials``, summed term by term."""
    if least <= 0:
        return 1.0
    if least > trials or chance <= 0.0:
        return 0.0
    if chance >= 1.0:
        return 1.0
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    counts = np.arange(least, trials + 1)
    logs = (
        factorials[trials]
        - factorials[counts]
        - factorials[trials - counts]
        + counts * math.log(chance)
        + (trials - counts) * math.log1p(-chance)
    )
    return float(min(1.0, np.exp(logs).sum()))


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function, from the end where its continued fraction is quick."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(x, a, b) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(1.0 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    total = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for part in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + part * d)
            c = _away_from_zero(1.0 + part / c)
            total *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return total
