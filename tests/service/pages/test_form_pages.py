"""What every page owes whoever uses it: one heading, a title that says when it failed, errors that lead to their box,
no need of a script, and room on a small screen and for large letters."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from playwright.sync_api import Browser, BrowserContext, Page

from tests.service import matrix
from tests.service.pages.test_every_page import pages

BLANK = {"revision": "0", "kind": "", "csrfmiddlewaretoken": ""}
# Pages whose only work is done by a script, and where the same is done without one.
NEEDS_SCRIPT = {
    "casework:trail_map": "the trail's page draws the same",
    "orders:area_map": "areas are typed in as numbers",
    "desk:map": "the item's page draws the same",
    "mfa_add_webauthn": "browsers speak with security keys by script alone; a code does without",
}


class Parsed(HTMLParser):
    """What of a page is checked: headings, title, ids of what can be filled in, links of the error summary."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings = 0
        self.title = ""
        self.boxes: set[str] = set()
        self.ids: list[str] = []
        self.backs: list[str] = []
        self.summary: list[str] = []
        self.date_boxes: list[str] = []
        self._in_title = False
        self._in_summary = 0
        self.loose_errors = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.headings += tag == "h1"
        self._in_title = tag == "title"
        if "id" in given:
            self.ids.append(given["id"])
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.boxes.add(given.get("id", ""))
            if given.get("type") in {"date", "time", "datetime-local", "month"}:
                self.date_boxes.append(given.get("name", ""))
        classes = given.get("class", "").split()
        if "govuk-back-link" in classes:
            self.backs.append(given.get("href", ""))
        if "govuk-error-summary__list" in classes:
            self._in_summary = 1
        if self._in_summary and tag == "a":
            self.summary.append(given.get("href", ""))
        if self._in_summary and tag == "li":
            self.loose_errors += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._in_summary = 0
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def wrong_with(text: str) -> list[str]:
    """Return what is wrong with a page, whatever it is about."""
    page = Parsed(text)
    wrong = []
    if page.headings != 1:
        wrong.append(f"{page.headings} headings of the first order")
    if len(page.ids) != len(set(page.ids)):
        wrong.append(f"ids twice: {sorted({each for each in page.ids if page.ids.count(each) > 1})}")
    if page.date_boxes:
        wrong.append(f"boxes that the browser fills in its own way: {page.date_boxes}")
    if not page.title.partition(" \u2013 ")[0].strip():
        wrong.append("no title")
    failed = "govuk-error-summary" in text or "govuk-error-message" in text
    if failed != page.title.startswith("Error: "):
        wrong.append(f"title {page.title!r}, failed: {failed}")
    if page.loose_errors != len(page.summary):
        wrong.append("an error that leads nowhere")
    wrong += [
        f"the summary leads to {href}, which is no box"
        for href in page.summary
        if href.startswith("#") and href[1:] not in page.boxes
    ]
    for href in page.backs:
        resolve(href.partition("?")[0].partition("#")[0])
    return wrong


@pytest.mark.django_db
def test_every_page_has_one_heading_a_title_and_a_way_back_that_exists(client: Client) -> None:
    found = {url: wrong_with(answer.content.decode()) for _, url, answer in pages(matrix.make_seed(), client)}
    assert {url: wrong for url, wrong in found.items() if wrong} == {}
    assert len(found) > 50


@pytest.mark.django_db
def test_every_form_sent_empty_says_what_is_wrong_and_leads_there(client: Client) -> None:
    seed = matrix.make_seed()
    shown = [(url, answer.content.decode()) for _, url, answer in pages(seed, client)]
    found, refused = {}, 0
    for url, text in shown:
        for how, answer in _sent(client, url, text):
            page = answer.content.decode()
            refused += "govuk-error-summary" in page
            wrong = wrong_with(page)
            if wrong:
                found[f"{how} {url}"] = wrong
    assert found == {}
    assert refused > 25


def _sent(client: Client, url: str, text: str) -> Iterator[tuple[str, Any]]:
    """Yield the pages that come when a page's own form is sent without anything in it."""
    if 'method="post"' in text.partition("<main")[2] and url != reverse(
        "account_logout"
    ):  # that one is obeyed
        answer = client.post(url, BLANK)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield "post", answer
    if 'method="get"' in text:
        names = [part.partition('"')[0] for part in text.split('name="')[1:]]
        answer = client.get(url, dict.fromkeys(names, "?"))
        if answer.status_code == 200:
            yield "get", answer


@pytest.fixture
def without_script(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """Open a small browser that runs no script beside the running service."""
    opened = browser.new_context(
        viewport={"width": 320, "height": 640}, base_url=live_server.url, java_script_enabled=False
    )
    yield opened
    opened.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_fits_a_small_screen_and_large_letters_and_needs_no_script(
    without_script: BrowserContext, client: Client
) -> None:
    seed = matrix.make_seed()
    shown = [(route, url) for route, url, _ in pages(seed, client)]
    value = client.cookies["sessionid"].value
    cookie = {"name": "sessionid", "value": value, "domain": "localhost", "path": "/"}
    without_script.add_cookies([cookie])
    page = without_script.new_page()
    wrong: dict[str, list[str]] = {}
    for route, url in shown:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(url)
        faults = [f"{name} wide at 320" for name in _too_wide(page)]
        page.set_viewport_size({"width": 640, "height": 800})
        _double_letters(page)
        faults += [f"{name} wide with double letters" for name in _too_wide(page)]
        if route.name not in NEEDS_SCRIPT:
            faults += _dead(page)
        if faults:
            wrong[url] = faults
    assert wrong == {}, "\n".join(f"{url}: {faults}" for url, faults in wrong.items())


def _too_wide(page: Page) -> list[str]:
    """Return what makes the page itself scroll sideways; a table that scrolls by itself does not."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const inside = e => e.closest('.tc-wide') && !e.classList.contains('tc-wide');
          return [...document.querySelectorAll('body *')]
            .filter(e => !inside(e) && e.getBoundingClientRect().right > width + 1)
            .slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className + ' ' + (e.id || ''));
        }"""
    )
    return found


def _double_letters(page: Page) -> None:
    """Show the letters of the page twice as large, as a reader's own setting does."""
    page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")


def _dead(page: Page) -> list[str]:
    """Return controls that would do nothing without a script, or that tabbing reaches in another order."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main button, main [tabindex]')].filter(e =>
            (e.tagName === 'BUTTON' && (e.type !== 'submit' || !(e.form)) ) || e.tabIndex > 0
        ).map(e => 'dead or out of order: ' + e.outerHTML.slice(0, 90))"""
    )
    return found
