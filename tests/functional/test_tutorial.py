"""The tutorial, run as a reader would: its files saved, its commands run, its promised lines compared."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from throughcare.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"(?:^<!-- (file|exit): (\S+) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One fenced block of the page: a file to save, or commands with what they print."""

    mark: str
    value: str
    language: str
    text: str


def steps(page: str) -> Iterator[Step]:
    """Yield the blocks of a page in order; the mark before a block says what it is."""
    for match in BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        yield Step(match[1] or "", match[2] or "", match[3], match[4])


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block, its continued lines joined, with the lines it promises."""
    joined = text.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, [line for line in output.splitlines() if line.strip()]


def run(command: str) -> tuple[int, str]:
    """Run one command: ours in this process, which is quick, the others in a shell."""
    if command.startswith("throughcare "):
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            code = main(shlex.split(command)[1:])
        return code, told.getvalue()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def pattern(promised: list[str]) -> re.Pattern[str]:
    """Return what a whole output must look like; ``...`` stands for anything, alone on a line for any lines."""
    parts = [
        r"(?:.*\n)*?"
        if line.strip() == "..."
        else ".*".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
        for line in promised
    ]
    return re.compile("".join(parts))


def seen(output: str) -> str:
    """Return the output without empty lines, trailing blanks and progress bars."""
    lines = (line.rstrip() for line in output.splitlines() if "━" not in line)
    return "".join(f"{line}\n" for line in lines if line)


def follow(page: str) -> int:
    """Do what a page says in the working folder; return how many commands were run."""
    count = 0
    for step in steps(page):
        if step.mark == "file":
            Path(step.value).write_text(step.text, encoding="utf-8")
        elif step.language == "console":
            told = list(commands(step.text))
            for number, (command, promised) in enumerate(told, 1):
                code, output = run(command)
                expected = int(step.value) if step.mark == "exit" and number == len(told) else 0
                assert code == expected, f"{command}\n{output}"
                assert pattern(promised).fullmatch(seen(output)), f"{command}\n{seen(output)}"
                count += 1
    return count


def test_what_the_tutorial_promises_is_what_a_reader_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert follow("tutorial.md") >= 15
    pages = {path.name for path in Path("watched/report").glob("*.html")}
    assert pages >= {"index.html", "ACT-1.html"}
    written = [
        path
        for folder in ("watched", "replayed", "town")
        for path in Path(folder).rglob("*")
        if path.is_file()
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    altered = next(Path("watched/evidence").glob("*.json"))
    altered.write_text(altered.read_text().replace('"best_s":', '"best_s":1', 1))
    code, output = run("python verify.py watched")
    assert code == 1
    assert f"{altered.name} is not the file that was written" in output


def test_the_order_of_the_tutorial_is_the_example_file() -> None:
    written = next(step.text for step in steps("tutorial.md") if step.value == "order.json")
    assert written == (DOCS / "examples" / "order.json").read_text(encoding="utf-8")


def test_every_block_of_the_tutorial_is_run_or_is_the_set_up() -> None:
    unrun = [s.text for s in steps("tutorial.md") if s.mark != "file" and s.language != "console"]
    assert len(unrun) == 1
    assert unrun[0].startswith("make run\n")
