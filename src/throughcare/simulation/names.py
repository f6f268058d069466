"""Invented names: they sound British and mean nobody and nowhere."""

from __future__ import annotations

import numpy as np

_STEMS = (
    "Alder", "Amble", "Brack", "Brindle", "Cald", "Cinder", "Corvel", "Dapple", "Ebber", "Elver", "Farrow",
    "Fetter", "Gannel", "Garrick", "Hallow", "Hessel", "Hobbin", "Inkle", "Jessop", "Kettle", "Lammer",
    "Larkin", "Marrow", "Merrin", "Nettle", "Oster", "Pellow", "Pindle", "Quarrel", "Raddle", "Rushen",
    "Sallow", "Skerrin", "Tansel", "Thissel", "Umber", "Vennel", "Wather", "Whinnel", "Yarrel",
)  # fmt: skip
_ENDS = (
    "beck", "bourne", "bridge", "combe", "croft", "dale", "den", "fold", "garth", "ham", "hithe", "holme",
    "hurst", "ley", "mere", "more", "rigg", "shaw", "stead", "thwaite", "wick", "worth",
)  # fmt: skip
MAIN_KINDS = ("Road", "Road", "Road", "Way", "Parade")
MINOR_KINDS = (
    "Street",
    "Street",
    "Avenue",
    "Lane",
    "Terrace",
    "Grove",
    "Crescent",
    "Gardens",
    "Drive",
    "Road",
)
CLOSE_KINDS = ("Close", "Close", "Court", "Mews", "Place", "Yard")


def invented_words(*, rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Return distinct invented place words such as ``Hesselcroft``.

    Raises
    ------
    ValueError
        If more words are asked for than the stems and endings can make.
    """
    room = len(_STEMS) * len(_ENDS)
    if count > room:
        raise ValueError(f"expected at most {room} names; found a request for {count}")
    chosen = rng.permutation(room)[:count]
    return tuple(_STEMS[i // len(_ENDS)] + _ENDS[i % len(_ENDS)] for i in chosen.tolist())
