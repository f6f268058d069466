"""A process of its own in which many sign at once, for ``test_concurrency``: a real file or server, real locks."""

from __future__ import annotations

import sys
import threading
from collections import Counter

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the settings first
from django.db import connection  # noqa: E402

from tests.service.makers import NOW_US, make_person  # noqa: E402
from tests.service.orders.examples import document  # noqa: E402
from throughcare.kernel.time import DAY_US  # noqa: E402
from throughcare.orders.vocabulary import VariationType  # noqa: E402
from throughcare.service.audit.queries import verify  # noqa: E402
from throughcare.service.orders import actions, queries  # noqa: E402
from throughcare.service.orders.reading import read_order  # noqa: E402
from throughcare.service.viewer import Viewer, system  # noqa: E402

SIGNERS = 6
AUTHOR = system("author")


def main() -> int:
    """Sign one draft six times at once, then six drafts of one version; print how each ended."""
    call_command("migrate", verbosity=0)
    person = make_person("P1")
    actions.record_order(by=AUTHOR, now_us=NOW_US, person_id=person.pk, order=read_order(document()))
    drafts = [proposed() for _ in range(SIGNERS + 1)]
    same = ended([drafts[0]] * SIGNERS)
    first_count = len(queries.versions_of("O1"))
    renewed = [again(draft_id) for draft_id in drafts[1:]]
    different = ended(renewed)
    found = {"same": same, "different": different}
    for name, outcomes in found.items():
        sys.stdout.write(f"{name} signed {outcomes['signed']} told {outcomes['told']} ")
    sys.stdout.write(f"versions {first_count} {len(queries.versions_of('O1'))} broken {verify().broken_at}")
    return sum(outcomes["failed"] for outcomes in found.values())


def proposed() -> str:
    draft_id = actions.start_variation(
        by=AUTHOR, now_us=NOW_US, order_id="O1", effective_us=NOW_US + DAY_US,
        types=[VariationType.OTHER], why="x",
    )  # fmt: skip
    actions.propose_draft(
        by=AUTHOR, now_us=NOW_US, draft_id=draft_id, revision=queries.draft(draft_id).revision
    )
    return draft_id


def again(draft_id: str) -> str:
    actions.renew_draft(by=AUTHOR, now_us=NOW_US, draft_id=draft_id)
    actions.propose_draft(
        by=AUTHOR, now_us=NOW_US, draft_id=draft_id, revision=queries.draft(draft_id).revision
    )
    return draft_id


def ended(draft_ids: list[str]) -> Counter[str]:
    """Return how many signatures were given, told off, and failed in another way."""
    found: Counter[str] = Counter()
    digests = [queries.draft(draft_id).digest for draft_id in draft_ids]
    gate = threading.Barrier(len(draft_ids))

    def sign(number: int) -> None:
        gate.wait()
        try:
            actions.sign_draft(
                by=Viewer(actor=f"user:{number}"),
                now_us=NOW_US,
                draft_id=draft_ids[number],
                digest=digests[number],
            )
            found["signed"] += 1
        except (actions.DraftChanged, actions.OrderChanged):
            found["told"] += 1
        except Exception as problem:  # noqa: BLE001 - the process tells whatever went wrong
            sys.stderr.write(f"{problem!r}\n")
            found["failed"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(len(draft_ids))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


if __name__ == "__main__":
    sys.exit(main())
