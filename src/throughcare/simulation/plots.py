"""Buildings along streets: footprints, plots with gardens, house numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.network import Network, Spot
from throughcare.simulation.shapes import Floats, at_metres, headings, rectangle, resample
from throughcare.simulation.terrain import Terrain

_SETBACK_M = 10.5  # from the street's middle to the front wall
_CLEAR_M = 8.5  # no building nearer than this to the middle of any street


class Use(IntEnum):
    """What a building along a street is for."""

    HOME = 0
    SHOP = 1
    PUB = 2
    CAFE = 3
    SURGERY = 4
    PROBATION_OFFICE = 5
    COURT = 6
    LIBRARY = 7
    OFFICE = 8


@dataclass(frozen=True, eq=False)
class Buildings:
    """Buildings along the streets, one row each.

    Parameters
    ----------
    edge, street, number : int64 arrays of shape (n,)
        Edge of the network, street, house number (odd on one side, even on the other).
    at_m : float64 array of shape (n,)
        Metres along the edge.
    east_m, north_m, angle_rad : float64 arrays of shape (n,)
        Middle of the footprint and the direction of its front.
    side : float64 array of shape (n,)
        +1 left of the edge's direction, -1 right.
    width_m, depth_m, garden_m : float64 arrays of shape (n,)
        Footprint along and across the street; depth of the garden behind it.
    use : int64 array of shape (n,), :class:`Use`
    """

    edge: NDArray[np.int64]
    street: NDArray[np.int64]
    number: NDArray[np.int64]
    at_m: Floats
    east_m: Floats
    north_m: Floats
    angle_rad: Floats
    side: Floats
    width_m: Floats
    depth_m: Floats
    garden_m: Floats
    use: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edge)

    def footprint(self, i: int) -> Floats:
        """Return the corners (4, 2) of building ``i``."""
        return rectangle(
            centre=(float(self.east_m[i]), float(self.north_m[i])),
            width_m=float(self.width_m[i]),
            depth_m=float(self.depth_m[i]),
            angle_rad=float(self.angle_rad[i]),
        )

    def plot(self, i: int) -> Floats:
        """Return the corners (4, 2) of the whole plot: front garden or yard, house and back garden."""
        front, back = 4.5, float(self.garden_m[i])
        shift = float(self.side[i]) * (back - front) / 2
        angle = float(self.angle_rad[i])
        centre = (
            float(self.east_m[i]) - shift * math.sin(angle),
            float(self.north_m[i]) + shift * math.cos(angle),
        )
        depth_m = float(self.depth_m[i]) + front + back
        return rectangle(
            centre=centre, width_m=float(self.width_m[i]) + 1.5, depth_m=depth_m, angle_rad=angle
        )

    def garden(self, i: int) -> Floats:
        """Return the corners (4, 2) of the garden behind building ``i``."""
        angle = float(self.angle_rad[i])
        shift = float(self.side[i]) * (float(self.depth_m[i]) + float(self.garden_m[i])) / 2
        return rectangle(
            centre=(
                float(self.east_m[i]) - shift * math.sin(angle),
                float(self.north_m[i]) + shift * math.cos(angle),
            ),
            width_m=float(self.width_m[i]),
            depth_m=float(self.garden_m[i]),
            angle_rad=angle,
        )

    def spot(self, i: int) -> Spot:
        """Return where building ``i`` joins the network; its door is in the middle of its front."""
        angle = float(self.angle_rad[i])
        back = float(self.side[i]) * (float(self.depth_m[i]) / 2 - 0.5)
        return Spot(
            int(self.edge[i]),
            float(self.at_m[i]),
            float(self.east_m[i]) + back * math.sin(angle),
            float(self.north_m[i]) - back * math.cos(angle),
        )


def build_along(*, rng: np.random.Generator, network: Network, terrain: Terrain) -> Buildings:
    """Return homes and shops along every street, clear of each other, of water, railway and grounds."""
    rows = np.vstack([_candidates(rng, network, number, terrain) for number in range(len(network.edges))])
    rows = rows[_clear(rows, network, terrain)]
    rows = rows[_apart(rows)]
    edge = rows[:, 0].astype(np.int64)
    street = np.array([e.street for e in network.edges], dtype=np.int64)[edge]
    return Buildings(
        edge=edge,
        street=street,
        number=_numbers(street, rows[:, 5]),
        at_m=rows[:, 1],
        east_m=rows[:, 2],
        north_m=rows[:, 3],
        angle_rad=rows[:, 4],
        side=rows[:, 5],
        width_m=rows[:, 6],
        depth_m=rows[:, 7],
        garden_m=rows[:, 8],
        use=_uses(rng, rows, network, terrain.radius_m),
    )


def _candidates(rng: np.random.Generator, network: Network, number: int, terrain: Terrain) -> Floats:
    """Return rows edge, at, east, north, angle, side, width, depth, garden for both sides of an edge."""
    edge = network.edges[number]
    middle = edge.line.mean(axis=0)
    out = float(np.hypot(*middle)) / terrain.radius_m
    frontage_m, gap_m = _frontage(rng, out, main=edge.main)
    if out > 1.3 or edge.length_m < 25:
        return np.empty((0, 9))
    slots = np.arange(11.0, edge.length_m - 11.0, frontage_m)
    place = at_metres(edge.line, slots)
    ahead = headings(resample(edge.line, 4.0))
    index = np.minimum((slots / edge.length_m * (len(ahead) - 1)).round().astype(np.int64), len(ahead) - 1)
    angle = np.arctan2(ahead[index, 1], ahead[index, 0])
    sides = []
    depth_m = 9.5 if frontage_m < 8 else 8.5
    for side in (1.0, -1.0):
        setback_m = _SETBACK_M + depth_m / 2 + (3.0 if frontage_m > 12 else 0.0) + rng.uniform(-0.4, 0.4)
        pair = gap_m / 2 * np.where(np.arange(len(slots)) % 2 == 0, 1.0, -1.0) * (8 < frontage_m < 12)
        east = place[:, 0] - side * setback_m * np.sin(angle) + pair * np.cos(angle)
        north = place[:, 1] + side * setback_m * np.cos(angle) + pair * np.sin(angle)
        whole = np.full(len(slots), 1.0)
        sides.append(
            np.column_stack(
                [
                    number * whole,
                    slots,
                    east,
                    north,
                    angle,
                    side * whole,
                    (frontage_m - gap_m) * whole,
                    depth_m * whole,
                    rng.uniform(6.0, 13.0, len(slots)),
                ]
            )
        )
    return np.vstack(sides)


def _frontage(rng: np.random.Generator, out: float, *, main: bool) -> tuple[float, float]:
    """Return (metres of street a house takes, gap): terraces in the middle, then semis, then detached."""
    wanders = out + rng.normal(0, 0.12)
    if wanders < 0.4 or (main and out < 0.6):
        return 6.4, 0.15
    if wanders < 0.75:
        return 9.4, 2.4
    return 15.0, 4.5


def _clear(rows: Floats, network: Network, terrain: Terrain) -> NDArray[np.bool_]:
    """Return which buildings stand clear of every street (on a grid of 1 m) and of what is blocked."""
    reach_m = _CLEAR_M + float(rows[:, 7].max()) / 2
    half_m = 1.6 * terrain.radius_m
    near = np.zeros((int(2 * half_m), int(2 * half_m)), dtype=bool)
    streets = np.vstack([resample(edge.line, 5.0) for edge in network.edges])
    cell = (streets[np.abs(streets).max(axis=1) < half_m - 20.0] + half_m).astype(np.int64)
    across = np.arange(-int(reach_m), int(reach_m) + 1)
    for dx in across.tolist():
        for dy in across[np.hypot(across, dx) <= reach_m].tolist():
            near[cell[:, 1] + dy, cell[:, 0] + dx] = True
    place = (rows[:, 2:4] + half_m).astype(np.int64)
    free = ~near[place[:, 1], place[:, 0]]
    for i in np.flatnonzero(free).tolist():
        free[i] = not terrain.is_blocked(rows[i, 2], rows[i, 3])
    return np.asarray(free)


def _apart(rows: Floats) -> NDArray[np.bool_]:
    """Keep each building that does not stand on one kept before it."""
    kept = np.zeros(len(rows), dtype=bool)
    cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
    for i, row in enumerate(rows.tolist()):
        edge, x, y, width_m = row[0], row[2], row[3], row[6]
        ci, cj = int(x // 20), int(y // 20)
        near = (
            other
            for a in (ci - 1, ci, ci + 1)
            for b in (cj - 1, cj, cj + 1)
            for other in cells.get((a, b), ())
        )
        if all(
            (x - ox) ** 2 + (y - oy) ** 2 > _least(width_m, other_m, same=edge == o_edge) ** 2
            for ox, oy, other_m, o_edge in near
        ):
            kept[i] = True
            cells.setdefault((ci, cj), []).append((x, y, width_m, edge))
    return kept


def _least(width_m: float, other_m: float, *, same: bool) -> float:
    """Neighbours in a row may touch; houses of different streets keep a diagonal apart."""
    half = (width_m + other_m) / 2
    return 0.93 * half if same else max(1.25 * half, 11.5)


def _numbers(street: NDArray[np.int64], side: Floats) -> NDArray[np.int64]:
    """Return house numbers that count up along each street, odd on one side and even on the other."""
    numbers = np.zeros(len(street), dtype=np.int64)
    for first, wanted in ((1, 1.0), (2, -1.0)):
        rows = np.flatnonzero(side == wanted)
        ordered = rows[np.argsort(street[rows], kind="stable")]
        starts = np.concatenate([[True], np.diff(street[ordered]) > 0])
        begin = np.maximum.accumulate(np.where(starts, np.arange(len(ordered)), 0))
        numbers[ordered] = first + 2 * (np.arange(len(ordered)) - begin)
    return numbers


def _uses(rng: np.random.Generator, rows: Floats, network: Network, radius_m: float) -> NDArray[np.int64]:
    """Return the use of each building: shops along the middle of the main roads, pubs here and there."""
    use = np.zeros(len(rows), dtype=np.int64)
    main = np.array([edge.main for edge in network.edges])[rows[:, 0].astype(np.int64)]
    out = np.hypot(rows[:, 2], rows[:, 3]) / radius_m
    shops = main & (rng.random(len(rows)) < np.exp(-((out / 0.24) ** 2)))
    use[shops] = rng.choice([Use.SHOP, Use.SHOP, Use.SHOP, Use.CAFE, Use.OFFICE], int(shops.sum()))
    corners = (~main) & (rng.random(len(rows)) < 0.004)
    use[corners] = Use.SHOP
    main_homes = np.flatnonzero(main & (out < 0.5))
    anywhere = np.flatnonzero(out < 0.9)
    use[rng.choice(main_homes, 9, replace=False)] = Use.PUB
    use[rng.choice(anywhere, 9, replace=False)] = Use.PUB
    central = np.flatnonzero(main & (out < 0.35) & (use != Use.PUB))
    public = (Use.PROBATION_OFFICE, Use.COURT, Use.LIBRARY, Use.SURGERY, Use.SURGERY)
    use[rng.choice(central, len(public), replace=False)] = public
    return use
