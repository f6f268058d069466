"""Two pictures: the Hampshire rides with their zones, and true error against stated accuracy (no coordinates)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from benchmarks.tracks import cycles
from benchmarks.tracks.places import inside_m
from benchmarks.tracks.still import house, still_rows
from throughcare.kernel.geodesy import Plane

INK, FAINT, CROSSED, CLEAR = "#0b0c0c", "#b1b4b6", "#d4351c", "#1d70b8"
FONT = 'font-family="sans-serif" font-size="12"'


def hampshire(data: Path, path: Path) -> None:
    """Draw every receiver's track with the widest zones across the route and the nearest beside it."""
    every = cycles.tracks(data)
    plane = Plane(float(every[0].lat_deg[0]), float(every[0].lon_deg[0]))
    lines = [
        shapely.LineString(np.stack(plane.to_metres(t.lat_deg, t.lon_deg), axis=1)).simplify(15.0)
        for t in every
        if t.device != cycles.SPARSE
    ]
    circles = [
        (plane.to_metres(a.area["centre"][1], a.area["centre"][0]), a.area["radius_m"], a.group)
        for a in cycles.areas(data)
        if a.group in {"across, 800 m", "across, 150 m", "beside, 30 m clear"}
    ]
    west, south, east, north = shapely.total_bounds(lines)
    west, south, east, north = west - 900, south - 900, east + 900, north + 900
    scale = 760.0 / (east - west)
    height = (north - south) * scale + 46.0
    shapes = [
        f'<circle cx="{(float(e) - west) * scale:.1f}" cy="{(north - float(n)) * scale:.1f}" r="{r * scale:.1f}" '
        f'fill="{CLEAR if group.startswith("beside") else CROSSED}" fill-opacity="0.18" '
        f'stroke="{CLEAR if group.startswith("beside") else CROSSED}"/>'
        for (e, n), r, group in circles
    ]
    shapes += [
        f'<path d="{_path(line, west, north, scale)}" fill="none" stroke="{INK}" stroke-width="0.8" stroke-opacity="0.6"/>'
        for line in lines
    ]
    legend = (
        f'<text x="8" y="{height - 26:.0f}" {FONT} fill="{INK}">Seven receivers on two rides, north up; the bar is 1 km. '
        f"Red: zones across the route, 150 m and 800 m. Blue: zones 30 m clear of it.</text>"
        f'<path d="M8 {height - 12:.0f}h{1000 * scale:.0f}" stroke="{INK}" stroke-width="3"/>'
    )
    path.write_text(
        _svg(760, height, "Map of two cycle rides with test zones", [*shapes, legend]), encoding="utf-8"
    )


def _path(line: shapely.LineString, west: float, north: float, scale: float) -> str:
    points = [f"{(x - west) * scale:.0f} {(north - y) * scale:.0f}" for x, y in line.coords]
    return "M" + "L".join(dict.fromkeys(points))


def accuracy(table: pa.Table, path: Path) -> None:
    """Draw true error against stated accuracy of phones at rest: distances only."""
    rows = still_rows(table)
    area = house(table)
    lat, lon, stated = (rows[name].to_numpy() for name in ("lat", "lon", "accuracy"))
    error = np.maximum(area["radius_m"] - inside_m(area, lat, lon), 0.5)
    cells = {
        (round(float(np.log10(a)) * 20), round(float(np.log10(e)) * 20))
        for a, e in zip(stated, error, strict=True)
    }
    left, top, size = 70.0, 16.0, 360.0
    step = size / 80.0  # 4 decades of 20 cells: 1 m to 10 km stated, 0.5 m upward true

    def x(cell: float) -> float:
        return left + cell * step

    def y(cell: float) -> float:
        return top + size - (cell + 8) * step

    shapes = [f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="{FAINT}"/>']
    shapes += [
        f'<path d="M{x(0):.1f} {y(0):.1f}L{x(72):.1f} {y(72):.1f}" stroke="{FAINT}" stroke-dasharray="4 3"/>'
    ]
    shapes += [
        f'<rect x="{x(a) - step / 2:.1f}" y="{y(e) - step / 2:.1f}" width="{step:.1f}" height="{step:.1f}" '
        f'fill="{CROSSED if e > 20 * np.log10(75.0) else CLEAR}"/>'
        for a, e in sorted(cells)
    ]
    for decade, words in ((0, "1"), (20, "10"), (40, "100"), (60, "1,000"), (80, "10,000")):
        shapes.append(
            f'<text x="{x(decade):.0f}" y="{top + size + 16:.0f}" {FONT} text-anchor="middle">{words}</text>'
        )
        if decade < 80:
            shapes.append(
                f'<text x="{left - 6:.0f}" y="{y(decade) + 4:.0f}" {FONT} text-anchor="end">{words}</text>'
            )
    shapes.append(f'<text x="{left:.0f}" y="{top + size + 36:.0f}" {FONT}>stated accuracy, metres</text>')
    shapes.append(f'<text x="8" y="{top - 3:.0f}" {FONT}>true error, metres</text>')
    path.write_text(
        _svg(460, 430, "True error against stated accuracy of phones at rest", shapes), encoding="utf-8"
    )


def _svg(width: float, height: float, title: str, shapes: list[str]) -> str:
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n'
        f'<title>{title}</title>\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
