"""The instruments that there are, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from throughcare.risk.all_reoffending import score as all_reoffending
from throughcare.risk.combined_serious import score as combined_serious
from throughcare.risk.contract import Generation, Instrument
from throughcare.risk.direct_contact_sexual import score as direct_contact_sexual
from throughcare.risk.images_indirect_sexual import score as images_indirect_sexual
from throughcare.risk.lds import score as lds
from throughcare.risk.mst import score as mst
from throughcare.risk.ogp import score as ogp
from throughcare.risk.ogrs3 import score as ogrs3
from throughcare.risk.opd import score as opd
from throughcare.risk.ovp import score as ovp
from throughcare.risk.pni import score as pni
from throughcare.risk.psa import score as psa
from throughcare.risk.rsr import score as rsr
from throughcare.risk.serious_violent_reoffending import score as serious_violent_reoffending
from throughcare.risk.violent_reoffending import score as violent_reoffending

_MODULES = (
    all_reoffending,
    violent_reoffending,
    serious_violent_reoffending,
    direct_contact_sexual,
    images_indirect_sexual,
    combined_serious,
    ogrs3,
    ogp,
    ovp,
    rsr,
    mst,
    lds,
    opd,
    pni,
    psa,
)
_BY_NAME: dict[str, Instrument] = {
    instrument.spec.name: instrument for module in _MODULES for instrument in module.INSTRUMENTS
}
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(_BY_NAME)
"""Every instrument by name; each folder's ``score.py`` lists its own in ``INSTRUMENTS``."""


def instrument_named(name: str) -> Instrument:
    """Return one instrument.

    Raises
    ------
    KeyError
        If there is none of that name; the message lists the names there are.
    """
    if name not in INSTRUMENTS:
        raise KeyError(f"no instrument {name!r}; there are {', '.join(sorted(INSTRUMENTS))}")
    return INSTRUMENTS[name]


def of_generation(generation: Generation) -> tuple[Instrument, ...]:
    """Return the instruments of one generation."""
    return tuple(each for each in INSTRUMENTS.values() if each.spec.generation is generation)
