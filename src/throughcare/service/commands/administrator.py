"""``throughcare administrator``: the first account, from which all others are made."""

from __future__ import annotations

import argparse
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = "Make an administrator's account and print the link by which its owner sets a password. Once."


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "administrator", help="make the first account", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("username", metavar="USERNAME", help="user name")
    parser.add_argument("--name", required=True, metavar="NAME", help="full name")
    parser.add_argument("--email", required=True, metavar="ADDRESS", help="address at the organisation")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the account where there is no administrator yet, and print the link."""
    with started(arguments):
        from throughcare.service.operations.first_account import make_first_administrator

        link = make_first_administrator(
            username=arguments.username, full_name=arguments.name, email=arguments.email
        )
        print(f"{link}\nIt sets the password of {arguments.username}, once, within three days.")
    return 0
