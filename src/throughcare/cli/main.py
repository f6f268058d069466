"""``throughcare``: one call per command. Exit codes: 0 done, 1 refused, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import throughcare
from throughcare.cli.compiling import ENGINE_COMMANDS, prepare_engine
from throughcare.cli.console import print_refusal
from throughcare.kernel.errors import RefusedInput

COMMANDS = (
    "monitor",
    "estate",
    "replay",
    "tune",
    "crossings",
    "decode",
    "simulate",
    "check_order",
    "demo",
    "risk",
    "evaluate",
)
HELP = frozenset({"-h", "--help"})
PLUG_INS = "throughcare.commands"  # entry points: the service adds its commands without being imported here


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of every command, or of one: a command starts sooner without the code of the others."""
    root = argparse.ArgumentParser(
        prog="throughcare",
        description="Fair, explained monitoring of orders: facts in, reasons out, people decide.",
    )
    root.add_argument("--version", action="version", version=f"throughcare {throughcare.__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [only] if only in COMMANDS else COMMANDS:
        importlib.import_module(f"throughcare.cli.{name}").add_parser(commands)
    for plug_in in sorted(entry_points(group=PLUG_INS), key=lambda found: found.name):
        plug_in.load().add_parser(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = sys.argv[1:] if argv is None else argv
    if given and given[0] in ENGINE_COMMANDS and not HELP.intersection(given):
        prepare_engine()
    arguments = parser(given[0].replace("-", "_") if given else None).parse_args(given)
    try:
        return int(arguments.run(arguments))
    except RefusedInput as refusal:
        print_refusal(refusal)
        return 1
    except OSError as problem:
        print_refusal(_file_trouble(problem))
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing half-written was kept", file=sys.stderr)
        return 130


def _file_trouble(problem: OSError) -> RefusedInput:
    return RefusedInput(
        where=str(problem.filename or "a file"),
        expected="a file that can be read, or a folder that can be written to",
        found=problem.strerror or str(problem),
        action="Check the path, the permissions and the space on the disk.",
    )
