"""What the deployment files and the guide call exists, with the options that they give it."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from throughcare.service.configuration import PREFIX, SECRETS, Configuration

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
GUIDE = (ROOT / "docs" / "service" / "deploy.md").read_text()


def service_parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="throughcare", exit_on_error=False)
    commands = root.add_subparsers(required=True)
    for found in entry_points(group="throughcare.commands"):
        found.load().add_parser(commands)
    return root


def words_of(unit: Path) -> list[str]:
    text = unit.read_text().replace("\\\n", " ")
    line = re.search(r"/opt/throughcare/bin/throughcare ([^\n']+)", text)
    assert line is not None
    return shlex.split(line[1].replace("${", "").replace("}", ""))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_and_gives_it_its_secrets_as_files(unit: Path) -> None:
    assert service_parser().parse_args(words_of(unit)).run
    settings = set(re.findall(rf"{PREFIX}([A-Z_]+)=", unit.read_text()))
    assert settings == {"SECRET_KEY_FILE", "DATABASE_URL_FILE"}
    assert {name.removesuffix("_FILE") for name in settings} <= set(SECRETS)


def test_every_command_and_setting_of_the_guide_exists() -> None:
    known = {found.name for found in entry_points(group="throughcare.commands")}
    assert set(re.findall(r"throughcare ([a-z]+)\b(?= |`|;|\n)", code_of(GUIDE))) <= known
    fields = {name.upper() for name in Configuration.__dataclass_fields__}
    told = {name.removesuffix("_FILE") for name in re.findall(rf"{PREFIX}([A-Z_]+)", GUIDE)}
    assert told <= fields


def code_of(page: str) -> str:
    """The calls of the program in the page: in code spans and blocks, by its path or its bare name."""
    spans = re.findall(r"`(throughcare [^`]+)`", page)
    calls = re.findall(r"bin/(throughcare [a-z]+[^\n]*)", page)
    images = re.findall(r"(?:-p \S+|/var/lib/throughcare) (throughcare [a-z]+)", page)
    return "\n".join([*spans, *calls, *images]) + "\n"


def test_the_image_starts_the_server_as_an_account_without_rights() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text()
    command = re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    assert command is not None
    assert service_parser().parse_args(re.findall(r'"([^"]+)"', command[1])).host == "0.0.0.0"
    assert re.search(r"^USER throughcare$", text, re.MULTILINE)
    assert PREFIX + "SECRET_KEY" not in text
