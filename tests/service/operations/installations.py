"""A whole installation in a folder: its settings, its commands in processes of their own, its database."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

KEY = "only-for-tests-and-tools-never-for-a-service"
THROUGHCARE = Path(sys.executable).parent / "throughcare"
_AHEAD = "import django; django.setup()\n"


@dataclass
class Installation:
    """One installation; ``said`` collects what its processes wrote to standard error."""

    data_dir: Path
    database_url: str
    demo: bool = True
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings, and nothing of the test run's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHCARE_")}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "throughcare.service.settings",
            "THROUGHCARE_SECRET_KEY": KEY,
            "THROUGHCARE_DATA_DIR": str(self.data_dir),
            "THROUGHCARE_DATABASE_URL": self.database_url,
            "THROUGHCARE_DEMO": "yes" if self.demo else "no",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of throughcare to its end."""
        return self._finish([str(THROUGHCARE), *arguments])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start one command of throughcare and return while it runs."""
        command = [str(THROUGHCARE), *arguments]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)

    def python(self, program: str) -> str:
        """Run a program with Django started, and return what it printed."""
        done = self._finish([sys.executable, "-c", _AHEAD + program])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def migrate(self) -> None:
        """Bring the database up to this version."""
        self.python("from django.core.management import call_command; call_command('migrate', verbosity=0)")

    def _finish(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        self.said.append(done.stderr)
        return done
