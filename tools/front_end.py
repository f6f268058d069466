"""Copy the front-end packages that npm brought into the service's static files.

    python -m tools.front_end

They are locked in package-lock.json and never committed. GDS Transport is licensed for gov.uk only: the font
rules are taken out, so that no page asks for a file that is not there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "throughcare" / "service" / "static" / "vendor"
FILES = (
    "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.org/dist/htmx.min.js",
    "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css",
)
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


def copy_packages(*, packages: Path, target: Path) -> list[Path]:
    """Copy every file that the pages use and return where they went.

    Raises
    ------
    FileNotFoundError
        If npm has not brought the packages.
    """
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name in FILES:
        source = packages / name
        text = source.read_text(encoding="utf-8")
        text = _SOURCE_MAP.sub("\n", _FONT_FACE.sub("", text))
        written.append(target / source.name)
        written[-1].write_text(text, encoding="utf-8")
    return written


if __name__ == "__main__":
    try:
        copied = copy_packages(packages=ROOT / "node_modules", target=TARGET)
    except FileNotFoundError as problem:
        sys.exit(f"{problem.filename} is missing: run npm ci first (make run does it)")
    print(f"{len(copied)} front-end files copied to {TARGET.relative_to(ROOT)}")
