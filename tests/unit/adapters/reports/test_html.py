"""The HTML report: whole, linked, safe, the same twice."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lib import nights
from tests.lib.html_pages import read_page
from throughcare.adapters.reports import activation_page, html, write_report
from throughcare.adapters.reports.pages import pack, page_names
from throughcare.adapters.reports.view import RunView

HOSTILE = "</h1><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>{{ 7*7 }}\u202e\x07"


@pytest.fixture(scope="module")
def run() -> RunView:
    calm = nights.activation(
        "act-2", wearer_ref="W-205", first=dt.date(2026, 3, 27), out_nights=(1,), excused_nights=()
    )
    return nights.run(replace(nights.activation(), chosen_nights=(dt.date(2026, 3, 4),)), calm)


@pytest.fixture(scope="module")
def report(run: RunView, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("report"), run, background=nights.background()).parent


def pages(report: Path) -> list[Path]:
    return sorted(report.glob("*.html"))


def test_there_is_an_index_and_a_page_an_activation(report: Path) -> None:
    assert [page.name for page in pages(report)] == ["act-1.html", "act-2.html", "index.html"]


def test_every_page_is_balanced_named_and_in_order(report: Path) -> None:
    for page in pages(report):
        facts = read_page(page)
        assert facts.headings[0] == 1
        assert facts.headings.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(facts.headings)), facts.headings
        assert len(facts.ids) == len(set(facts.ids))
        assert facts.tables_without_headers == 0
        assert ("html", "lang", "en-GB") in facts.attributes
        assert {"main", "header", "footer", "title"} <= set(facts.tags)
        assert facts.links[0] == "#main"


def test_no_page_asks_for_anything_outside_itself(report: Path) -> None:
    for page in pages(report):
        source = page.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|//[a-z]+\.[a-z]|@import|url\((?!#)", source)
        assert not {"img", "link", "iframe", "object", "image"} & set(read_page(page).tags)
        assert ' style="' not in source


def test_the_policy_allows_exactly_the_style_and_script_of_the_page(report: Path) -> None:
    source = (report / "index.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1].replace("&#39;", "'")
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_every_link_leads_somewhere(report: Path) -> None:
    ids = {page.name: set(read_page(page).ids) for page in pages(report)}
    for page in pages(report):
        for link in read_page(page).links:
            file, _, anchor = link.partition("#")
            assert not file or (report / file).is_file()
            assert not anchor or anchor in ids[file or page.name]


def test_an_incident_is_said_in_words_first_with_bounds_reasons_and_what_is_not_known(report: Path) -> None:
    said = read_page(report / "act-1.html").text
    headline = "Away from the curfew address from 21:04 to 22:31 on Monday 2 March 2026: 1 h 27 min (at least"
    assert headline in said
    assert said.index(headline) < said.index("The home unit listened and did not hear the tag.")
    assert "Reasonable excuse covers 1 h 27 min: Hospital, card seen" in said
    assert "Not known is not absence." in said


def test_every_page_says_that_it_is_no_finding_and_that_a_person_decides(report: Path) -> None:
    for page in pages(report):
        assert read_page(page).text.count("This is not a finding of breach.") >= 2
        assert "A person decides." in read_page(page).text


def test_the_index_counts_what_was_monitored_and_what_was_not_used(report: Path) -> None:
    said = re.sub(r"\s+", " ", read_page(report / "index.html").text)
    assert "Activations 2" in said
    assert "Records that could not be used 15" in said
    assert "outside every activation 3" in said
    assert "Facts known until 2026-11-01 23:59:00 UTC" in said
    assert "Away from the curfew address AL10 left home during curfew 3 1 4 h 21 min 2 h 54 min" in said
    assert "No data 1" in said


def test_the_grid_shows_each_night_by_letter_and_links_to_its_incident(report: Path) -> None:
    source = (report / "index.html").read_text("utf-8")
    grid = re.search(r'<table class="grid">(.*?)</table>', source, re.DOTALL)[1]
    rows = [re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]*)", row) for row in grid.split("<tr>")[2:]]
    assert ["".join(row) for row in rows] == ["AE·", "·A·"]
    assert re.search(r'<td class="n0"><a href="act-1.html#n1i1" aria-label="2 March: Away', grid)


def test_accumulated_time_leaves_out_what_was_excused(report: Path) -> None:
    rows = re.findall(
        r'<th scope="row"><a href="act-1.html">W-104</a></th>(.*?)</tr>', (report / "index.html").read_text()
    )
    assert "1 h 27 min (at least 1 h 20 min, at most 1 h 35 min)" in rows[-1]


def test_a_chosen_quiet_night_has_its_map_and_a_long_table_lies_whole_beside_it(report: Path) -> None:
    said = read_page(report / "act-1.html").text
    assert "Night of Wednesday 4 March 2026" in said
    assert f"The first {activation_page.ROWS_MOST} of 840 rows" in said
    rows = list(csv.DictReader((report / "points-20260304-act-1.csv").read_text("utf-8").splitlines()))
    assert [int(row["number"]) for row in rows] == list(range(1, 841))


def test_the_same_run_gives_the_same_bytes(report: Path, run: RunView, tmp_path: Path) -> None:
    write_report(tmp_path, run, background=nights.background())
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        p.name: p.read_bytes() for p in report.iterdir()
    }


def test_hostile_text_stays_text_everywhere(tmp_path: Path) -> None:
    view = nights.activation("a/../<b>", wearer_ref=HOSTILE, label=HOSTILE)
    view = replace(view, order_id=HOSTILE, condition_words=((HOSTILE, HOSTILE),))
    run = replace(
        nights.run(view, title=HOSTILE), notes=(HOSTILE,), reject_counts={HOSTILE: 1}, code_version=HOSTILE
    )
    write_report(tmp_path, run)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", page.name) for page in tmp_path.iterdir())
    for page in pages(tmp_path):
        facts = read_page(page)
        assert facts.tags.count("script") == 1
        assert "img" not in facts.tags
        assert not [name for _, name, _ in facts.attributes if name.startswith("on")]
        source = page.read_text("utf-8")
        assert "\u202e" not in source
        assert "\x07" not in source
        assert "{{ 7*7 }}" in source


def test_a_run_without_incidents_or_people_says_so(tmp_path: Path) -> None:
    empty = RunView("Nothing", 0, 0, "code", ())
    said = read_page(write_report(tmp_path, empty)).text
    assert "No incident." in said
    assert "Every record could be used." in said


def test_what_does_not_fit_on_the_index_goes_to_pages_that_it_links(
    run: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "PAGE_BYTES", 500)
    index = write_report(tmp_path, run)
    links = set(read_page(index).links)
    assert {"nights-1.html", "people-1.html", "incidents-curfew_absence-1.html"} <= links
    assert read_page(tmp_path / "incidents-curfew_absence-1.html").text.count("AL10") == 3
    assert "act-1.html#n1i1" in read_page(tmp_path / "nights-1.html").links


def test_an_activation_too_large_for_one_page_goes_on_to_others(
    run: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation_page, "PAGE_BYTES", 60_000)
    index = write_report(tmp_path, run)
    assert (tmp_path / "act-1--2.html").is_file()
    links = [link for link in read_page(index).links if link.startswith("act-1") and "#" in link]
    for link in links:
        file, anchor = link.split("#")
        assert anchor in read_page(tmp_path / file).ids
    assert "act-1--2.html" in read_page(tmp_path / "act-1.html").links


def test_progress_is_told_once_an_activation(run: RunView, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_report(tmp_path, run, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


@given(st.lists(st.text(max_size=12), unique=True, max_size=30))
def test_page_names_are_safe_and_never_shared(ids: list[str]) -> None:
    names = page_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", name) for name in names.values())
    assert "index.html" not in names.values()


def test_an_activation_called_index_does_not_replace_the_index() -> None:
    names = page_names(["index", "INDEX", "incidents-x", "act:1", "act"])
    assert names["act"] == "act.html"
    assert not {"index.html", "INDEX.html", "incidents-x.html", "act:1.html"} & set(names.values())


@given(st.lists(st.integers(1, 400), max_size=40), st.integers(0, 300))
def test_packing_keeps_every_section_once_in_order_and_within_its_room(
    sizes: list[int], first_room: int
) -> None:
    found = pack(["x" * size for size in sizes], first_room=first_room, room=300)
    assert [index for page in found for index in page] == list(range(len(sizes)))
    for k, page in enumerate(found):
        total = sum(sizes[index] for index in page)
        assert total <= (first_room if k == 0 else 300) or len(page) == 1


def test_an_open_record_is_not_drawn_into_time_that_was_not_known(tmp_path: Path) -> None:
    view = nights.activation(nights=3)
    run = replace(nights.run(view), known_at_us=nights.at(nights.FIRST, 22))
    said = re.sub(r"\s+", " ", read_page(write_report(tmp_path, run)).text)
    assert "Nights 1" in said
    assert "to 22:00 on Monday 2 March 2026 (1 night)" in re.sub(
        r"\s+", " ", read_page(tmp_path / "act-1.html").text
    )
