"""Court packs: made in one action, kept with their hashes, handed out with a log of who received them."""

from __future__ import annotations

from django.db import transaction

from throughcare.kernel.ids import content_hash
from throughcare.service.accounts.queries import display_name
from throughcare.service.audit.actions import record
from throughcare.service.desk.actions.changing import enter
from throughcare.service.desk.court_pack import Subject, court_pack, digest
from throughcare.service.desk.models import DeskItem, Pack
from throughcare.service.desk.queries.item import ItemView, PackFile, item, pack_file
from throughcare.service.desk.queries.seen import seen_of
from throughcare.service.desk.vocabulary import EntryKind
from throughcare.service.monitoring.queries import traced
from throughcare.service.orders.queries import histories
from throughcare.service.people.queries import names_of
from throughcare.service.viewer import Viewer


class NoEvidence(Exception):
    """The facts do not show the incident any more: there is nothing to make a pack from."""


def make_pack(*, by: Viewer, now_us: int, item_id: int) -> int:
    """Make the court pack of an item and keep it; return its key.

    The evidence is made anew from every recorded fact, outside the transaction; the pack is kept only if the
    incidents were not told anew meanwhile.

    Raises
    ------
    NoEvidence
        If the engine has taken the incident back, or told it anew while the pack was made.
    """
    shown = item(item_id)
    gravest = shown.gravest
    found = None if gravest.retracted else traced(gravest.incident.incident_id, now_us)
    if found is None:
        raise NoEvidence
    made = court_pack(shown, found, subject=_subject(shown, by, now_us))
    with transaction.atomic():
        row = DeskItem.objects.select_for_update().get(pk=item_id)
        if seen_of(item_id) != shown.seen:
            raise NoEvidence
        pack = Pack.objects.create(
            item=row,
            decision_id=None if shown.signed is None else shown.signed.decision_id,
            made_us=now_us,
            made_by=by.actor,
            violation_us=shown.violation_us,
            digest=digest(made.document),
            document=made.document,
            evidence_digest=digest(made.evidence),
            evidence=made.evidence,
        )
        detail = {"pack": pack.pk, "digest": pack.digest, "evidence": pack.evidence_digest}
        enter(row, EntryKind.PACK, by=by, now_us=now_us, detail=detail)
    return pack.pk


def _subject(shown: ItemView, by: Viewer, now_us: int) -> Subject:
    name = names_of(by, [shown.person_ref], now_us=now_us).get(shown.person_ref, "")
    history = histories([shown.order_id]).get(shown.order_id)
    versions = () if history is None else history.versions
    said = next((o for o in versions if o.version == shown.incident.order_version), None)
    return Subject(
        name=name,
        reference=shown.person_ref,
        maker=display_name(by.user_id) if by.user_id is not None else by.actor,
        made_us=now_us,
        order_document_hash="not on record" if said is None else content_hash(said.as_json()),
    )


@transaction.atomic
def disclose_pack(*, by: Viewer, now_us: int, pack_id: int, recipient: str, evidence: bool) -> PackFile:
    """Return a pack's file, after the log says for whom it was taken out.

    Parameters
    ----------
    recipient : str
        Who receives it, such as a court; an organisation or an office, not a person's name.
    evidence : bool
        Whether the evidence is wanted, and not the document.

    Raises
    ------
    Pack.DoesNotExist
    """
    found = pack_file(pack_id, evidence=evidence)
    if found is None:
        raise Pack.DoesNotExist
    row = DeskItem.objects.get(pk=found.item_id)
    record(
        viewer=by,
        action="pack_disclosed",
        subject=f"pack:{pack_id}",
        at_us=now_us,
        person_ref=row.person_ref,
        recipient=recipient,
        detail={"file": "evidence" if evidence else "document", "digest": found.digest},
    )
    return found
