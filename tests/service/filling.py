"""Filling in a form as somebody does in a browser."""

from __future__ import annotations

from playwright.sync_api import Page


def fill_day(page: Page, legend: str, day: str) -> None:
    """Type a day such as ``9 mar 2026`` into its three boxes."""
    group = page.get_by_role("group", name=legend)
    for label, part in zip(("Day", "Month", "Year"), day.split(), strict=True):
        group.get_by_label(label, exact=True).fill(part)
