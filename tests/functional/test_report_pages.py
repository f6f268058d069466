"""The report in a real browser: axe, keyboard, narrow screens, with and without script, and no request at all."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.lib import nights
from throughcare.adapters.reports import write_report
from throughcare.cli.main import main

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("index.html", "act-1.html", "act-2.html")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Texts inside the drawings that overlap another text of the same drawing, as the browser lays them out.
OVERLAPS = """
() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const tall = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 1 && tall > 3.5) found.push(a + ' | ' + b);
  }
  return found;
})
"""
WIDE = """
() => [...document.querySelectorAll('main > *, main section > :not(.scroll)')]
  .filter(part => part.getBoundingClientRect().right > innerWidth + 1).map(part => part.outerHTML.slice(0, 120))
"""
CLIPPED = """
() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(t => {
    const box = t.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 ||
      box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  }).map(t => t.textContent);
})
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    calm = nights.activation(
        "act-2", wearer_ref="W-205", first=dt.date(2026, 10, 23), out_nights=(1,), excused_nights=()
    )
    busy = replace(nights.activation(), chosen_nights=(dt.date(2026, 3, 4),))
    folder = tmp_path_factory.mktemp("report")
    return write_report(folder, nights.run(busy, calm), background=nights.background()).parent


@pytest.fixture(params=[(1280, True), (1280, False), (320, True), (320, False)], ids=str)
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Open a page of a width, its own script on or off, that records every request and every complaint."""
    width, script = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return requests, complaints


def opened(page: Page, report: Path, name: str) -> Page:
    page.goto((report / name).as_uri())
    return page


def test_pages_ask_for_nothing_complain_of_nothing_and_never_scroll_sideways(
    window: Page, report: Path
) -> None:
    requests, complaints = watched(window)
    for name in PAGES:
        opened(window, report, name)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert window.evaluate(WIDE) == []
    assert requests == [(report / name).as_uri() for name in PAGES]
    assert complaints == []


def axe(page: Page, rules: list[str]) -> list[dict[str, Any]]:
    if not AXE.is_file():
        reason = "axe-core is not installed; run npm ci"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    return [
        {"rule": v["id"], "help": v["help"], "where": [n["html"][:160] for n in v["nodes"][:3]]}
        for v in found["violations"]
    ]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES[:2])
def test_axe_finds_nothing(browser: Browser, report: Path, name: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = opened(context.new_page(), report, name)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    page.evaluate(
        "document.querySelectorAll('.points tr:nth-child(n+9)').forEach(row => row.remove())"
    )  # all alike
    found = axe(page, RULES)
    context.close()
    assert found == []


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tuning on a small invented town."""
    town, out = tmp_path_factory.mktemp("town"), tmp_path_factory.mktemp("tuned")
    assert main(["simulate", "--out", str(town), "--people", "8", "--days", "4", "--seed", "5"]) == 0
    facts = ["--orders", str(town / "orders.json"), "--positions", str(town / "positions.parquet")]
    facts += ["--statuses", str(town / "statuses.csv")]
    assert main(["tune", *facts, "--out", str(out), "--trials", "2"]) == 0
    return out


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_the_page_of_a_tuning(browser: Browser, tuned: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    requests, complaints = watched(page)
    opened(page, tuned, "index.html")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(WIDE) == []
    assert (requests, complaints) == ([(tuned / "index.html").as_uri()], [])
    found = axe(page, RULES)
    context.close()
    assert found == []


@pytest.mark.parametrize("name", ["index.html", "act-2.html"])
def test_axe_finds_nothing_in_a_page_whose_script_never_ran(
    browser: Browser, report: Path, tmp_path: Path, name: str
) -> None:
    source = (report / name).read_text("utf-8")
    bare = source[: source.rindex("<script>")] + source[source.rindex("</script>") + len("</script>") :]
    (tmp_path / name).write_text(bare, "utf-8")
    context = browser.new_context(bypass_csp=True)
    page = opened(context.new_page(), tmp_path, name)
    found = axe(page, RULES)
    assert page.locator(".tools, .filter").count() == 0
    context.close()
    assert found == []


@pytest.mark.parametrize("name", PAGES[1:])
def test_no_text_of_a_drawing_lies_on_another_or_is_cut_off(page: Page, report: Path, name: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    opened(page, report, name)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CLIPPED) == []


def test_the_first_tab_stop_skips_to_the_content(page: Page, report: Path) -> None:
    opened(page, report, "index.html")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    assert page.locator(":focus").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_map_zooms_by_keyboard_and_its_scale_bar_stays_true(page: Page, report: Path) -> None:
    opened(page, report, "act-2.html")
    words = page.locator(".scale-words").first
    before = float(words.text_content().removesuffix(" m"))
    page.get_by_role("button", name="Zoom in").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    after = float(words.text_content().removesuffix(" m"))
    assert after == pytest.approx(before / 1.6**2, rel=0.01)
    assert "scale(2.56" in page.locator("svg.map .pan").first.get_attribute("transform")
    page.get_by_role("button", name="Whole map").first.click()
    assert words.text_content() == f"{before:g} m"


def test_the_list_of_incidents_can_be_narrowed_and_says_how_many_are_left(page: Page, report: Path) -> None:
    opened(page, report, "index.html")
    rows = page.locator("table.incidents tbody tr")
    assert rows.count() == 3
    page.get_by_label("Show only incidents with").fill("w-205 curfew")
    assert [row.is_visible() for row in rows.all()] == [False, False, True]
    assert page.get_by_text("1 of 3 incidents").is_visible()


def test_without_script_an_officer_gets_from_the_index_to_the_incident_and_its_table(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = opened(context.new_page(), report, "index.html")
    page.get_by_role("link", name="21:04 on Monday 2 March 2026").click()
    assert page.url.endswith("act-1.html#n1i1")
    assert (
        "1 h 27 min (at least 1 h 20 min, at most 1 h 35 min)."
        in page.locator(".headline").first.inner_text()
    )
    assert page.locator("svg.map").first.is_visible()
    page.get_by_text("Every report used and not used").first.click()
    assert page.get_by_role("cell", name="implausible jump").first.is_visible()
    context.close()


def test_the_printed_page_shows_no_buttons_and_every_table(page: Page, report: Path) -> None:
    opened(page, report, "act-2.html")
    page.emulate_media(media="print")
    assert not page.locator(".tools").first.is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("table.points tbody tr").first.is_visible()


def test_nothing_moves_for_those_who_ask_for_less_motion(page: Page, report: Path) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, report, "index.html")
    page.locator("a").nth(3).focus()
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
