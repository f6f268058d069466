"""A strict reading of an HTML page: balanced tags, headings, ids, links and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class PageFacts:
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    tables_without_headers: int = 0
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts = PageFacts()
        self.open: list[str] = []
        self.headers_here = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        if tag == "table" and not self.headers_here:
            self.facts.tables_without_headers += 1

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.facts.text += data

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = self.facts
        facts.text += " "
        facts.tags.append(tag)
        if tag == "table":
            self.headers_here = 0
        for name, value in attrs:
            facts.attributes.append((tag, name, value or ""))
            if name == "id":
                facts.ids.append(value or "")
            if name == "href":
                facts.links.append(value or "")
            if tag == "th" and name == "scope":
                self.headers_here += 1
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            facts.headings.append(int(tag[1]))


def read_page(path: Path) -> PageFacts:
    """Return the facts of a page; fails where a tag is not closed in order."""
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader.facts
