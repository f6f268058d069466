"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from throughcare.adapters.files.atomic import atomic_bytes, atomic_file


def killed_while_writing(path: Path) -> None:
    with atomic_file(path) as file:
        file.write(b"half")
        raise RuntimeError("killed")


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "r.csv"
    with atomic_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" whole")
    assert path.read_bytes() == b"half whole"
    assert [item.name for item in tmp_path.iterdir()] == ["r.csv"]


def test_a_run_that_fails_leaves_what_stood_there_and_nothing_else(tmp_path: Path):
    path = tmp_path / "r.csv"
    atomic_bytes(path, b"before")
    with pytest.raises(RuntimeError, match="killed"):
        killed_while_writing(path)
    assert path.read_bytes() == b"before"
    assert [item.name for item in tmp_path.iterdir()] == ["r.csv"]


def test_only_the_owner_can_read_personal_data(tmp_path: Path):
    path = tmp_path / "r.csv"
    atomic_bytes(path, b"x")
    assert path.stat().st_mode & 0o077 == 0
