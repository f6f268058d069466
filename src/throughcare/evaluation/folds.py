"""Folds by who a person is: the same people always fall into the same folds, in whatever order they come.

Each arm is put in the order of a hash of the person and a salt, and dealt into 20 blocks. A repeat deals the blocks
into folds, so that every fold holds its share of both arms.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Flags

BLOCKS = 20


@dataclass(frozen=True, slots=True)
class Folds:
    """Which block each person is in, and which blocks each fold of each repeat holds.

    Parameters
    ----------
    block : int16 (n,)
    fold_of_block : int8 (repeats, blocks)
    """

    block: npt.NDArray[np.int16]
    fold_of_block: npt.NDArray[np.int8]

    @property
    def count(self) -> int:
        """How many folds a repeat has."""
        return int(self.fold_of_block.max()) + 1

    def held_out(self) -> npt.NDArray[np.bool_]:
        """Return which blocks each fold leaves out: (repeats * folds, blocks), repeat by repeat."""
        folds = np.arange(self.count)
        left_out: npt.NDArray[np.bool_] = self.fold_of_block[:, None, :] == folds[:, None]
        return left_out.reshape(-1, self.fold_of_block.shape[1])


def deal_folds(
    people: npt.NDArray[np.str_], treated: Flags, *, salt: str, repeats: int = 5, folds: int = 5
) -> Folds:
    """Return the folds of people.

    Parameters
    ----------
    people : str (n,)
    treated : bool (n,)
    salt : str
        Of the protocol; another salt deals anew.
    repeats, folds : int

    Returns
    -------
    Folds
    """
    blocks = min(BLOCKS, int(treated.sum()), int((~treated).sum()))
    blocks = max(blocks - blocks % folds, folds)
    hashes = person_hashes(people, salt=salt)
    block = np.empty(len(people), dtype=np.int16)
    for arm in (treated, ~treated):
        rows = np.flatnonzero(arm)
        order = rows[np.lexsort((people[rows], hashes[rows]))]
        block[order] = np.arange(len(rows)) % blocks
    seed = int.from_bytes(hashlib.sha256(f"deal {salt}".encode()).digest()[:8], "big")
    rng = np.random.default_rng(seed)
    even = np.arange(blocks) % folds
    return Folds(block, np.stack([rng.permutation(even) for _ in range(repeats)]).astype(np.int8))


def person_hashes(people: npt.NDArray[np.str_], *, salt: str) -> npt.NDArray[np.uint64]:
    """Return 64 bits of each person and the salt: FNV-1a over the characters, then mixed (splitmix64).

    Notes
    -----
    Done for all people at once, character by character, so that a million take a second and not a loop.
    """
    start = np.uint64(int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big"))
    fixed = people.astype(np.str_)
    width = fixed.dtype.itemsize // 4
    codes = np.ascontiguousarray(fixed).view(np.uint32).reshape(len(fixed), width)
    hashes = np.full(len(fixed), start, dtype=np.uint64)
    for place in range(width):
        there = codes[:, place] > 0
        mixed = (hashes ^ codes[:, place].astype(np.uint64)) * np.uint64(0x100000001B3)
        hashes = np.where(there, mixed, hashes)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
