"""``throughcare risk instruments | items``: what can be scored, and what each instrument asks."""

from __future__ import annotations

import argparse
import json
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.risk.contract import Instrument
from throughcare.risk.items import Day, Item, Whole
from throughcare.risk.registry import INSTRUMENTS


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-commands of this module."""
    listed: argparse.ArgumentParser = commands.add_parser(
        "instruments",
        help="list the instruments that there are",
        description="List every instrument with its version, what it predicts and how far ahead.",
    )
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.set_defaults(run=run_instruments)
    asked: argparse.ArgumentParser = commands.add_parser(
        "items",
        help="list what one instrument asks",
        description="List every question of one instrument, with the answers that it takes.",
    )
    asked.add_argument("instrument", metavar="INSTRUMENT", help="a name that `risk instruments` lists")
    asked.add_argument("--json", action="store_true", help="print JSON")
    asked.set_defaults(run=run_items)


def chosen(name: str) -> Instrument:
    """Return the instrument of a name, or refuse with the names that there are."""
    if name not in INSTRUMENTS:
        raise RefusedInput(
            where="the instrument",
            expected=f"one of {', '.join(sorted(INSTRUMENTS))}",
            found=name,
            action="See `throughcare risk instruments`.",
        )
    return INSTRUMENTS[name]


def run_instruments(arguments: argparse.Namespace) -> int:
    """List the instruments."""
    specs = [instrument.spec for instrument in INSTRUMENTS.values()]
    if arguments.json:
        rows = [
            {
                "name": spec.name,
                "version": spec.version,
                "title": spec.title,
                "predicts": spec.predicts,
                "months": spec.horizon_months,
                "bands": [{"name": band.name, "words": band.words, "from": band.low} for band in spec.bands],
                "population": [reason.words for reason in spec.population],
                "source": f"{spec.citation.title}; {spec.citation.where}; {spec.citation.date}",
                "licence": spec.citation.licence,
            }
            for spec in specs
        ]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for spec in specs:
        ahead = "" if spec.horizon_months is None else f", within {spec.horizon_months} months"
        print(f"{spec.name} {spec.version}\n    {spec.title}: {spec.predicts}{ahead}")
    return 0


def run_items(arguments: argparse.Namespace) -> int:
    """List the questions of one instrument."""
    spec = chosen(arguments.instrument).spec
    if arguments.json:
        rows = [
            {
                "name": item.name,
                "question": item.question,
                "kind": item.kind.value,
                "answers": accepted(item),
                "required": item.name in spec.required,
            }
            for item in spec.items
        ]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for item in spec.items:
        need = "required" if item.name in spec.required else f"if not answered: {spec.defaults[item.name]}"
        print(f"{item.name} ({item.kind.value}; {need})\n    {item.question}\n    answers: {accepted(item)}")
    return 0


def accepted(item: Item) -> str:
    """Return the answers that an item takes, in one line."""
    match item.domain:
        case Day():
            return "a date such as 2026-03-14"
        case Whole(low=low, high=high, unit=unit):
            return f"a whole number of {unit} from {low} to {high}"
        case _:
            return ", ".join(
                "yes" if value is True else "no" if value is False else str(value)
                for value in item.domain.values
            )
