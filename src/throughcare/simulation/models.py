"""Every parameter of a simulation in one place, so that a fit to real data can replace any part."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.simulation.alcohol import AlcoholModel
from throughcare.simulation.battery import BatteryModel
from throughcare.simulation.conduct import ConductModel
from throughcare.simulation.errors import ErrorModel
from throughcare.simulation.radio import RadioModel
from throughcare.simulation.tags import TagModel


@dataclass(frozen=True, slots=True)
class Models:
    """Every parameter of a simulation. Replace any of them to fit real data."""

    errors: ErrorModel = field(default_factory=ErrorModel)
    tag: TagModel = field(default_factory=TagModel)
    battery: BatteryModel = field(default_factory=BatteryModel)
    radio: RadioModel = field(default_factory=RadioModel)
    alcohol: AlcoholModel = field(default_factory=AlcoholModel)
    conduct: ConductModel = field(default_factory=ConductModel)
