"""The application as the server runs it."""

from __future__ import annotations

import gc

from throughcare.service.operations.loading import loaded_application


def test_what_is_loaded_is_left_alone_by_the_collector() -> None:
    try:
        assert callable(loaded_application())
        assert gc.get_freeze_count() > 50_000
    finally:
        gc.unfreeze()
