"""A routable street network: junctions, the streets between them, and shortest paths."""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.shapes import Floats, along, at_metres

_MAIN_FACTOR = 0.62  # a driver counts a metre of main road as this many metres


@dataclass(frozen=True, eq=False)
class Edge:
    """A stretch of street between junctions ``u`` and ``v``; ``line`` runs from u to v in metres (k, 2)."""

    u: int
    v: int
    line: Floats
    street: int
    main: bool

    @property
    def length_m(self) -> float:
        """Length along the street."""
        return float(along(self.line)[-1])


@dataclass(frozen=True, eq=False)
class Network:
    """Junction coordinates (n, 2) in metres, and the edges between them; one connected whole."""

    nodes: Floats
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the network: an edge and the metres from its start, and the door beside it."""

    edge: int
    at_m: float
    east_m: float
    north_m: float


@dataclass(eq=False)
class Router:
    """Shortest paths on a network. Trees are kept once found: the answers never depend on the history."""

    network: Network
    _lengths: list[float] = field(init=False)
    _next: list[list[tuple[int, int]]] = field(init=False)
    _trees: dict[tuple[int, bool], tuple[list[float], list[int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._lengths = [edge.length_m for edge in self.network.edges]
        self._next = [[] for _ in range(len(self.network.nodes))]
        for number, edge in enumerate(self.network.edges):
            self._next[edge.u].append((edge.v, number))
            self._next[edge.v].append((edge.u, number))

    def path(self, start: Spot, end: Spot, *, driving: bool) -> Floats:
        """Return the polyline (k, 2) in metres from door to door along the streets."""
        middle = self._direct(start, end) if start.edge == end.edge else self._around(start, end, driving)
        doors = [[[start.east_m, start.north_m]], middle, [[end.east_m, end.north_m]]]
        line = np.vstack([np.asarray(part) for part in doors])
        keep = np.concatenate([[True], np.hypot(*np.diff(line, axis=0).T) > 0.05])
        return line[keep] if keep.sum() > 1 else np.vstack([line[0], line[-1]])

    def distance_m(self, start: Spot, end: Spot) -> float:
        """Return the walking distance in metres, door to door."""
        return float(along(self.path(start, end, driving=False))[-1])

    def _direct(self, start: Spot, end: Spot) -> Floats:
        return _piece(self.network.edges[start.edge].line, start.at_m, end.at_m)

    def _around(self, start: Spot, end: Spot, driving: bool) -> Floats:  # noqa: FBT001 - private
        first, last = self.network.edges[start.edge], self.network.edges[end.edge]
        best = (math.inf, first.u, last.u)
        for leave, lead_m in ((first.u, start.at_m), (first.v, self._lengths[start.edge] - start.at_m)):
            reach, _ = self._tree(leave, driving)
            for enter, tail_m in ((last.u, end.at_m), (last.v, self._lengths[end.edge] - end.at_m)):
                scale = _MAIN_FACTOR if driving else 1.0
                cost = lead_m * (scale if first.main else 1.0) + reach[enter]
                cost += tail_m * (scale if last.main else 1.0)
                best = min(best, (cost, leave, enter))
        _, leave, enter = best
        lead = _piece(first.line, start.at_m, 0.0 if leave == first.u else self._lengths[start.edge])
        tail = _piece(last.line, 0.0 if enter == last.u else self._lengths[end.edge], end.at_m)
        return np.vstack([lead, *self._between(leave, enter, driving), tail])

    def _between(self, leave: int, enter: int, driving: bool) -> list[Floats]:  # noqa: FBT001 - private
        _, via = self._tree(leave, driving)
        parts: list[Floats] = []
        node = enter
        while node != leave:
            edge = self.network.edges[via[node]]
            came_from_u = edge.v == node and edge.u != node
            parts.append(edge.line if came_from_u else edge.line[::-1])
            node = edge.u if came_from_u else edge.v
        return parts[::-1]

    def _tree(self, source: int, driving: bool) -> tuple[list[float], list[int]]:  # noqa: FBT001 - private
        """Return (cost to each junction, edge by which it is reached): Dijkstra, 1959."""
        key = (source, driving)
        if key in self._trees:
            return self._trees[key]
        cost = [math.inf] * len(self._next)
        via = [-1] * len(self._next)
        cost[source] = 0.0
        heap = [(0.0, source)]
        edges = self.network.edges
        while heap:
            reached, node = heapq.heappop(heap)
            if reached > cost[node]:
                continue
            for other, number in self._next[node]:
                scale = _MAIN_FACTOR if driving and edges[number].main else 1.0
                total = reached + self._lengths[number] * scale
                if total < cost[other]:
                    cost[other], via[other] = total, number
                    heapq.heappush(heap, (total, other))
        self._trees[key] = (cost, via)
        return self._trees[key]


def _piece(line: Floats, from_m: float, to_m: float) -> Floats:
    """Return the part of a polyline between two distances, reversed where ``to_m`` is the smaller."""
    low, high = min(from_m, to_m), max(from_m, to_m)
    reach = along(line)
    inner = line[(reach > low) & (reach < high)]
    ends = at_metres(line, np.array([low, high]))
    part = np.vstack([ends[:1], inner, ends[1:]])
    return part if from_m <= to_m else part[::-1]


def build_network(*, lines: list[Floats], main: list[bool]) -> Network:
    """Return the network of streets cut at every crossing; an edge's ``street`` is the number of its line.

    Stubs under 25 m and streets that join nothing are dropped; the largest connected part is kept.
    """
    grown = [line if main[i] else _reach_out(line, i, lines) for i, line in enumerate(lines)]
    pieces = _cut(grown, main, _crossings(grown))
    return _largest(_without_stubs(_without_stubs(pieces)))


def _reach_out(line: Floats, number: int, lines: list[Floats], reach_m: float = 58.0) -> Floats:
    """Extend both ends of a street to the street ahead, where one is near: a T-junction, not a gap."""
    others = [other for i, other in enumerate(lines) if i != number]
    starts = np.vstack([other[:-1] for other in others])
    ends = np.vstack([other[1:] for other in others])
    for _ in range(2):
        hit = _ray_hit(line[-1], line[-1] - line[-2], starts, ends, reach_m)
        if hit is not None:
            line = np.vstack([line, hit])
        line = line[::-1]
    return line


def _ray_hit(origin: Floats, ahead: Floats, starts: Floats, ends: Floats, reach_m: float) -> Floats | None:
    u = ahead / max(float(np.hypot(*ahead)), 1e-9)
    d = ends - starts
    w = starts - origin
    cross = u[0] * d[:, 1] - u[1] * d[:, 0]
    safe = np.where(np.abs(cross) < 1e-9, np.inf, cross)
    t = (w[:, 0] * d[:, 1] - w[:, 1] * d[:, 0]) / safe
    s = (w[:, 0] * u[1] - w[:, 1] * u[0]) / safe
    ok = (t > 0.5) & (t < reach_m) & (s >= 0) & (s <= 1)
    if not ok.any():
        return None
    nearest = t[ok].min()
    return np.asarray(origin + u * (nearest + 0.5))[None, :]


def _crossings(lines: list[Floats]) -> list[tuple[int, float, int, float, float, float]]:
    """Return (line a, metres on a, line b, metres on b, east, north) of every crossing of two segments."""
    owner = np.concatenate([np.full(len(line) - 1, i) for i, line in enumerate(lines)])
    reach = np.concatenate([along(line)[:-1] for line in lines])
    p = np.vstack([line[:-1] for line in lines])
    d = np.vstack([np.diff(line, axis=0) for line in lines])
    middle = p[:, 0] + d[:, 0] / 2
    order = np.argsort(middle, kind="stable")
    longest = float(np.hypot(d[:, 0], d[:, 1]).max())
    found = []
    for shift in range(1, len(order)):
        a, b = order[:-shift], order[shift:]
        near = middle[b] - middle[a] <= longest
        if not near.any():
            break
        a, b = a[near], b[near]
        found.extend(_meet(a, b, owner, reach, p, d))
    return found


def _meet(
    a: NDArray[np.int64], b: NDArray[np.int64], owner: NDArray[np.int64], reach: Floats, p: Floats, d: Floats
) -> list[tuple[int, float, int, float, float, float]]:
    cross = d[a, 0] * d[b, 1] - d[a, 1] * d[b, 0]
    safe = np.where(np.abs(cross) < 1e-9, np.inf, cross)
    w = p[b] - p[a]
    t = (w[:, 0] * d[b, 1] - w[:, 1] * d[b, 0]) / safe
    s = (w[:, 0] * d[a, 1] - w[:, 1] * d[a, 0]) / safe
    ok = (owner[a] != owner[b]) & (t >= 0) & (t <= 1) & (s >= 0) & (s <= 1) & np.isfinite(safe)
    a, b, t, s = a[ok], b[ok], t[ok], s[ok]
    place = p[a] + d[a] * t[:, None]
    on_a = reach[a] + t * np.hypot(d[a, 0], d[a, 1])
    on_b = reach[b] + s * np.hypot(d[b, 0], d[b, 1])
    columns = (owner[a], on_a, owner[b], on_b, place[:, 0], place[:, 1])
    return list(zip(*(column.tolist() for column in columns), strict=True))


_Piece = tuple[int, int, Floats, int, bool]


@dataclass(eq=False)
class _Junctions:
    """Junctions found so far; a place within seven metres of one is that one."""

    places: list[tuple[float, float]] = field(default_factory=list)
    _cells: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def at(self, x: float, y: float) -> int:
        """Return the number of the junction at a place, making it when it is new."""
        ci, cj = int(x // 8), int(y // 8)
        around = ((i, j) for i in (ci - 1, ci, ci + 1) for j in (cj - 1, cj, cj + 1))
        for known in (n for cell in around for n in self._cells.get(cell, ())):
            if math.hypot(self.places[known][0] - x, self.places[known][1] - y) < 7.0:
                return known
        self.places.append((x, y))
        self._cells.setdefault((ci, cj), []).append(len(self.places) - 1)
        return len(self.places) - 1


def _cut(
    lines: list[Floats], main: list[bool], crossings: list[tuple[int, float, int, float, float, float]]
) -> tuple[Floats, list[_Piece]]:
    """Return (junctions, pieces): every street cut where it crosses another, near junctions made one."""
    junctions = _Junctions()
    marks: list[list[tuple[float, int]]] = [[] for _ in lines]
    for a, on_a, b, on_b, x, y in crossings:
        node = junctions.at(x, y)
        marks[a].append((on_a, node))
        marks[b].append((on_b, node))
    for number, line in enumerate(lines):
        marks[number].append((0.0, junctions.at(*line[0].tolist())))
        marks[number].append((float(along(line)[-1]), junctions.at(*line[-1].tolist())))
    nodes = np.array(junctions.places)
    pieces: list[_Piece] = []
    for number, line in enumerate(lines):
        for (from_m, u), (to_m, v) in itertools.pairwise(sorted(marks[number])):
            if u != v:
                part = _piece(line, from_m, to_m)
                part[0], part[-1] = nodes[u], nodes[v]
                pieces.append((u, v, part, number, main[number]))
    return nodes, pieces


def _without_stubs(cut: tuple[Floats, list[_Piece]]) -> tuple[Floats, list[_Piece]]:
    nodes, pieces = cut
    degree = np.bincount([n for u, v, *_ in pieces for n in (u, v)], minlength=len(nodes))
    kept = [
        piece
        for piece in pieces
        if min(degree[piece[0]], degree[piece[1]]) > 1 or float(along(piece[2])[-1]) > 25.0
    ]
    return nodes, kept


def _largest(cut: tuple[Floats, list[_Piece]]) -> Network:
    nodes, pieces = cut
    parent = list(range(len(nodes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for u, v, *_ in pieces:
        parent[root(u)] = root(v)
    roots = np.array([root(u) for u, *_ in pieces])
    values, counts = np.unique(roots, return_counts=True)
    biggest = values[np.argmax(counts)]
    kept = [piece for piece, r in zip(pieces, roots.tolist(), strict=True) if r == biggest]
    used = sorted({n for u, v, *_ in kept for n in (u, v)})
    new = {old: i for i, old in enumerate(used)}
    edges = tuple(Edge(new[u], new[v], line, street, is_main) for u, v, line, street, is_main in kept)
    return Network(nodes[used], edges)
