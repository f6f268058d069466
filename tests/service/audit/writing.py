"""A process of its own that writes the log from several threads, for ``test_concurrency``: a real file, real locks."""

from __future__ import annotations

import sys
import threading
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the settings first
from django.db import connection, transaction  # noqa: E402

from throughcare.service.audit.actions import record  # noqa: E402
from throughcare.service.audit.queries import verify  # noqa: E402
from throughcare.service.viewer import system  # noqa: E402

WRITERS, EACH = 4, 50


def main() -> int:
    """Write, and print how many entries were checked, the first that does not fit, and each write's milliseconds."""
    call_command("migrate", verbosity=0)
    took_ms: list[float] = []
    failed: list[BaseException] = []
    threads = [threading.Thread(target=write, args=(number, took_ms, failed)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_ms.sort()
    verdict = verify()
    quantiles = (round(took_ms[int(len(took_ms) * share)], 2) for share in (0.5, 0.95))
    sys.stdout.write(" ".join(map(str, (verdict.checked, verdict.broken_at, *quantiles))))
    sys.stderr.write("\n".join(map(repr, failed)))
    return len(failed)


def write(number: int, took_ms: list[float], failed: list[BaseException]) -> None:
    """Write one writer's entries; every fifth is taken back."""
    try:
        for count in range(EACH):
            with transaction.atomic():
                began_s = time.perf_counter()
                record(viewer=system(f"writer{number}"), action="wrote", subject=f"line:{count}", at_us=count)
                took_ms.append(1e3 * (time.perf_counter() - began_s))
                if count % 5 == 4:
                    transaction.set_rollback(True)
    except BaseException as problem:  # noqa: BLE001 - a thread's failure is the test's
        failed.append(problem)
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
