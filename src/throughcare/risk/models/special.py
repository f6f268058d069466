"""What no model of one's own may read: race and the like, by name, by its answers, or as a copy of a group column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_STEMS = (
    "race|races|racial|ethnic|ethnicity|ethnicities|nationality|nationalities|citizenship|religion|religions|religious|"
    "transgender|cisgender"
)
_PHRASES = (
    "sexual orientation|sexual preference|skin colour|skin color|trade union|union member|political opinion|"
    "political party|political belief|gender reassignment|gender identity|national origin|country of birth"
)
_NAMED = re.compile(rf"\b(?:{_STEMS}|{_PHRASES})\b")
_ANSWERS = frozenset(
    [
        "black",
        "white",
        "asian",
        "hispanic",
        "latino",
        "latina",
        "mixed",
        "caucasian",
        "christian",
        "muslim",
        "hindu",
        "sikh",
        "jewish",
        "buddhist",
        "heterosexual",
        "homosexual",
        "bisexual",
        "gay",
        "lesbian",
    ]
)
_TWO = 2


def special(name: str, label: str, levels: Sequence[str]) -> str:
    """Return what says that a column holds a special category; empty where nothing does.

    Sex and age are no such category: published instruments use both, and validation looks at both.
    """
    for words in (name, label):
        found = _NAMED.search(_plain(words))
        if found is not None:
            return found.group()
    answers = sorted({word for level in levels for word in _plain(level).split() if word in _ANSWERS})
    return " and ".join(answers[:_TWO]) if len(answers) >= _TWO else ""


def is_copy(feature: npt.NDArray[Any], group: npt.NDArray[Any]) -> bool:
    """Return whether a feature divides people just as a group column does, whatever its answers are called."""
    pairs = np.unique(np.stack([feature, group]), axis=1)
    each = [np.unique(row) for row in pairs]
    return bool(pairs.shape[1] == len(each[0]) == len(each[1]) >= _TWO)


def _plain(words: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return " ".join(re.findall(r"[^\W_]+", apart)).lower()
