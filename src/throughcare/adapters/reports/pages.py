"""The HTML report: an index of the run and a page an activation, each whole in itself, with no outside request."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports import words
from throughcare.adapters.reports.contents import letter_css
from throughcare.adapters.reports.svg import plain
from throughcare.kernel.ids import content_hash

PAGE_BYTES = 1_150_000  # sections that would make a page larger go to a page of their own
_SAFE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")
_RESERVED = re.compile(r"^(index|incidents-.*|nights-.*|people-.*|points-.*|con|nul|aux|prn)$", re.IGNORECASE)


@cache
def environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error, and no control character passes."""
    made = Environment(
        loader=PackageLoader("throughcare.adapters.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.globals.update(not_a_finding=words.NOT_A_FINDING, limits=words.LIMITS)
    return made


def _finalize(value: Any) -> Any:  # noqa: ANN401 - any template value
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _asset(name: str) -> str:
    return files("throughcare.adapters.reports").joinpath("templates", name).read_text("utf-8")


@cache
def style() -> str:
    """Return the one style sheet, the letters' colours with it."""
    return _asset("report.css") + letter_css()


def content_policy() -> str:
    """Return a policy that lets the page run its own style and script, by hash, and fetch nothing."""
    return (
        f"default-src 'none'; style-src '{_digest(style())}'; script-src '{_digest(_asset('report.js'))}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def render(template: str, **values: object) -> str:
    """Return one rendered template, whole page or part."""
    return environment().get_template(template).render(**values)


def render_page(template: str, **values: object) -> str:
    """Return one whole page with its style, script and policy."""
    return render(
        template,
        style=Markup(style()),  # noqa: S704 - our own files, not input
        script=Markup(_asset("report.js")),  # noqa: S704
        policy=content_policy(),
        **values,
    )


def safe_stem(ident: str) -> str:
    """Return an id as a file name without its ending: itself where that is safe everywhere, else a hash of it."""
    return ident if _SAFE_NAME.match(ident) else f"id-{content_hash(ident)[:16]}"


def page_names(ids: Sequence[str]) -> dict[str, str]:
    """Return a page name for each id, none of them the name of another page."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for ident in ids:
        stem = safe_stem(ident)
        if _RESERVED.match(stem) or stem.casefold() in taken:
            stem = f"id-{content_hash(ident)[:16]}"
        taken.add(stem.casefold())
        names[ident] = f"{stem}.html"
    return names


def pack(sections: Sequence[str], *, first_room: int, room: int = PAGE_BYTES) -> list[list[int]]:
    """Return which sections go on which page: in order, no page over its room unless one section alone is.

    The first page may stay empty of sections where even the first does not fit.
    """
    pages: list[list[int]] = [[]]
    left = first_room
    for index, section in enumerate(sections):
        size = len(section.encode())
        if size > left and (pages[-1] or len(pages) == 1):
            pages.append([])
            left = room
        pages[-1].append(index)
        left -= size
    return pages


def write(path: Path, page: str) -> None:
    """Write a page as UTF-8 with plain line ends on every system."""
    atomic_bytes(path, page.encode("utf-8"))
