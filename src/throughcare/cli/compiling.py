"""The compile cache: where the engine's compiled code is kept, and what a command says when it has to be made.

Numba notices a changed file, not a changed constant in another file. So the folder is named after the whole engine's
source: an older engine's code is never used. Code in it is run, so it is a folder of this user's own or a new one.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from importlib import resources
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("throughcare.kernel", "throughcare.orders", "throughcare.monitoring")
ENGINE_COMMANDS = frozenset({"monitor", "estate", "replay", "tune", "demo"})
_STAMP = "compiled"


def prepare_engine() -> None:
    """Make sure that the engine's compiled code is there, and say so where it is not.

    Does nothing where Numba is loaded already, or where ``NUMBA_CACHE_DIR`` says that the deployer decides.
    """
    if "numba" in sys.modules or "NUMBA_CACHE_DIR" in os.environ:
        return
    folder = _folder()
    os.environ["NUMBA_CACHE_DIR"] = str(folder)  # read when Numba is loaded, here and in worker processes
    if (folder / _STAMP).is_file():
        return
    print("compiling the engine, once for this machine: about 20 seconds", file=sys.stderr, flush=True)
    began_s = time.monotonic()
    from throughcare.runners.warming import compile_engine  # noqa: PLC0415 - loads Numba: after the folder is named

    compile_engine()
    (folder / _STAMP).touch()
    print(f"compiled in {time.monotonic() - began_s:.0f} s; kept in {folder}", file=sys.stderr, flush=True)


def _folder() -> Path:
    """Return the folder for this engine, or a new one where the user's cache cannot be written to."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(base) / "throughcare" / f"engine-{_fingerprint()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="throughcare-engine-"))


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {version('numba')} {version('numpy')}".encode())
    for package in PACKAGES:
        for source in sorted(resources.files(package).iterdir(), key=lambda item: item.name):
            if source.name.endswith(".py"):
                digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]
