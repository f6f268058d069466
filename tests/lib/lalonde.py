"""The samples of LaLonde's study, read from Stata files (format 113) where they lie beside the project."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from throughcare.evaluation.cohort import Cohort, Covariate, Floats, Outcomes

NUMBERS = ("age", "education", "re74", "re75")
FLAGS = ("black", "hispanic", "married", "nodegree", "u74", "u75")
_STATA_TYPES = {251: "i1", 252: "<i2", 253: "<i4", 254: "<f4", 255: "<f8"}


def read_stata(path: Path) -> dict[str, Floats]:
    """Return the number columns of a Stata file of format 113, little-endian."""
    content = path.read_bytes()
    assert content[:2] == b"\x71\x02"
    width, rows = struct.unpack("<hi", content[4:10])
    types = content[109 : 109 + width]
    names = [
        content[109 + width + 33 * place :][:33].split(b"\0")[0].decode("ascii") for place in range(width)
    ]
    place = 109 + width + 33 * width + 2 * (width + 1) + 12 * width + 33 * width + 81 * width
    while True:
        kind, length = struct.unpack("<bi", content[place : place + 5])
        place += 5 + length
        if kind == 0:
            break
    record = np.dtype(
        [(name, _STATA_TYPES.get(kind, f"S{kind}")) for name, kind in zip(names, types, strict=True)]
    )
    table = np.frombuffer(content, record, count=rows, offset=place)
    return {
        name: table[name].astype(np.float64)
        for name, kind in zip(names, types, strict=True)
        if kind in _STATA_TYPES
    }


def lalonde(folder: Path, controls: str) -> tuple[Cohort, Outcomes]:
    """Return the treated of Dehejia and Wahba's sample beside `controls` ("nsw_dw", "cps_controls", "psid_controls").

    The covariates are those of Imbens and Xu (2024): their ten, with unemployment in 1974 and 1975.
    """
    experiment = read_stata(folder / "nsw_dw.dta")
    others = read_stata(folder / f"{controls}.dta")
    treated, without = experiment["treat"] == 1, others["treat"] == 0
    columns = {
        name: np.concatenate([experiment[name][treated], others[name][without]]) for name in experiment
    }
    for year in ("74", "75"):
        columns[f"u{year}"] = (columns[f"re{year}"] == 0).astype(np.float64)
    count = len(columns["treat"])
    cohort = Cohort(
        people=np.arange(count).astype(np.str_),
        treated=columns["treat"] == 1,
        covariates=tuple(Covariate(name, name) for name in (*NUMBERS, *FLAGS)),
        columns={name: columns[name] for name in (*NUMBERS, *FLAGS)},
        strata={},
    )
    return cohort, Outcomes(binary={}, counts={"re78": columns["re78"]}, days={})
