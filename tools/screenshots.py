"""Take the pictures of the service's documentation: the invented town at a fixed time, in a real Chromium.

    .venv/bin/python -m tools.screenshots

The town is made once in ``out/pictures`` (remove it, or say --fresh, to make it again). Each picture is a WebP of the
first screen of a page, as one role sees it.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures" / "service"
THROUGHCARE = Path(sys.executable).parent / "throughcare"
AT = "2026-11-19T13:10Z"  # a Thursday: the night is told, the afternoon's contacts are to come
PASSWORD = "an invented town"
WIDE, PHONE = 1280, 390
QUALITY = 0.72
MOST_BYTES = 1_500_000


def _first(selector: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        href = page.locator(selector).first.get_attribute("href", timeout=10_000)
        assert href is not None
        page.goto(page.url.partition("?")[0] + href if href.startswith("?") else href)

    return follow


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Parameters
    ----------
    steps : tuple
        What leads from the page at ``path`` to the one that is shown: selectors of links to follow, or callables.
    scripted : bool
        Whether the browser runs scripts; most pictures are of pages without them.
    """

    name: str
    role: str
    path: str
    steps: tuple[str, ...] = ()
    scripted: bool = False
    width: int = WIDE
    height: int = 900


_ITEM = 'table.tc-desk th a[href^="/desk/items/"]'
_PERSON = 'main table a[href^="/casework/people/"]'
SHOTS = (
    Shot("desk", "monitoring_officer", "/desk/items/"),
    Shot("desk-item", "monitoring_officer", "/desk/items/", (_ITEM,), height=1400),
    Shot("desk-map", "monitoring_officer", "/desk/items/", (_ITEM, 'main a[href$="/map"]'), scripted=True),
    Shot("caseload", "senior", "/casework/cases/", ("main a:has-text('Cases of my team')",)),
    Shot("caseload-phone", "practitioner", "/casework/cases/", width=PHONE, height=844),
    Shot(
        "person",
        "senior",
        "/casework/cases/",
        ("main a:has-text('Cases of my team')", f":nth-match({_PERSON}, 3)"),
        height=1300,
    ),
    Shot("order", "practitioner", "/orders/", ('main table a[href^="/orders/O"]',), height=1000),
    Shot("changes", "senior", "/orders/drafts", ('main table a[href^="/orders/drafts/"]',), height=1000),
    Shot("register", "field_officer", "/orders/installations"),
    Shot("workload", "senior", "/desk/workload/"),
    Shot("audit", "auditor", "/audit/"),
)


def main() -> int:
    """Take every picture, or those that are named; return 1 where they are too heavy together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="pictures to take (all)")
    parser.add_argument("--folder", type=Path, default=ROOT / "out" / "pictures", help="where the town is")
    parser.add_argument("--fresh", action="store_true", help="make the town again")
    given = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with _town(given.folder, fresh=given.fresh) as address, sync_playwright() as playwright:
        path = next(
            found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found
        )
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        for shot in SHOTS:
            if not given.names or shot.name in given.names:
                _take(browser, address, shot)
        browser.close()
    total = sum(file.stat().st_size for file in PICTURES.glob("*.webp"))
    print(f"{total / 1000:.0f} kB together")
    return int(total > MOST_BYTES)


@contextmanager
def _town(folder: Path, *, fresh: bool) -> Iterator[str]:
    """Run the town as of the fixed time, in a copy: so that every run begins at the same moment."""
    if fresh or not (folder / "demonstration.json").is_file():
        subprocess.run(
            [
                THROUGHCARE,
                "try",
                "--folder",
                folder,
                "--fresh",
                "--people",
                "60",
                "--days",
                "21",
                "--at",
                AT,
                "--prepare",
            ],
            check=True,
        )
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(folder, copy := Path(place) / "town")
        started = subprocess.Popen(
            [THROUGHCARE, "try", "--folder", copy, "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        assert started.stdout is not None
        try:
            yield next(
                found[0] for line in started.stdout if (found := re.search(r"http://\S+", line))
            ).rstrip("/")
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(60)
            started.stdout.close()


def _take(browser: Browser, address: str, shot: Shot) -> None:
    context = browser.new_context(
        base_url=address,
        viewport={"width": shot.width, "height": shot.height},
        java_script_enabled=shot.scripted,
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", shot.role)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(shot.path)
    for step in shot.steps:
        _first(step)(page)
    if shot.scripted:
        page.wait_for_timeout(1500)  # the map draws
    drawn = page.screenshot(animations="disabled")
    context.close()
    file = PICTURES / f"{shot.name}.webp"
    file.write_bytes(_webp(browser, drawn))
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")


def _webp(browser: Browser, png: bytes) -> bytes:
    """Return a picture as WebP: the browser can write it, so that nothing has to be installed for it."""
    page = browser.new_page()
    text = base64.b64encode(png).decode()
    url = page.evaluate(
        """async ([text, quality]) => {
            const image = new Image();
            image.src = 'data:image/png;base64,' + text;
            await image.decode();
            const canvas = document.createElement('canvas');
            canvas.width = image.width; canvas.height = image.height;
            canvas.getContext('2d').drawImage(image, 0, 0);
            return canvas.toDataURL('image/webp', quality);
        }""",
        [text, QUALITY],
    )
    page.close()
    return base64.b64decode(str(url).partition(",")[2])


if __name__ == "__main__":
    sys.exit(main())
