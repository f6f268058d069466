"""The Flesch-Kincaid reading grade of English text (Kincaid and others, 1975)."""

from __future__ import annotations

import re

_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """Return the syllables of a word, by its groups of vowels; a number counts as one."""
    text = re.sub(r"[^a-z]", "", word.lower())
    if not text:
        return 1
    groups = len(_VOWELS.findall(text))
    silent = text.endswith("e") and not text.endswith(("le", "ee")) and groups > 1
    past = text.endswith("ed") and not text.endswith(("ted", "ded")) and groups > 1
    return max(1, groups - int(silent or past))


def grade(sentences: list[str]) -> float:
    """Return 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    words = [word for sentence in sentences for word in sentence.split()]
    count = sum(max(1, len(re.findall(r"[.!?:](?:\s|$)", sentence))) for sentence in sentences)
    return 0.39 * len(words) / count + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
