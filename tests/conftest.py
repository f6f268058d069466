"""What every test shares: hypothesis profiles, the data beside the project, and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.lib.postgres import SWITCH, NoPostgres, settings_for_this_run

try:
    os.environ.update(settings_for_this_run(os.environ))
except NoPostgres as absent:  # elsewhere the other tests still say something; CI must not pass without these
    pytest.exit(str(absent), returncode=int(os.environ.get("CI") == "true"))
os.environ.pop(SWITCH, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tools.service_settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # playwright's loop runs in the thread that asks the database
)
django.setup()  # before a folder's conftest imports a model

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# ci draws the same few examples every time, so a red run is the change's fault; nightly searches for hours.
settings.register_profile(
    "ci", derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def chromium_path() -> str | None:
    """Return the system's Chromium; `make test` installs it where it may."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files change on purpose only: ``pytest PATH --regenerate`` writes those of the tests it runs anew."""
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regenerate", default=False))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or in CI fail, a browser test where there is no browser."""
    if item.get_closest_marker("browser") is None or chromium_path() is not None:
        return
    reason = "no Chromium on this machine; run tools/system_packages.sh, or install the package chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data is not on this machine: {SHARED_DATA} is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one headless Chromium for the run; the test carries the marker ``browser``."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open one empty page with no network: what it shows, it carries itself."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()
