"""Bringing a variation up to date with versions that were signed after it was begun. Pure."""

from __future__ import annotations

from throughcare.service.orders.drafting.document import Document, copied


def renewed(mine: Document, *, base: Document, newest: Document) -> tuple[Document, tuple[str, ...]]:
    """Return the draft on top of the newest version, and the fields that both changed.

    A field of the order that the draft left as it was takes the newest value; one that only the draft changed
    keeps the draft's. Where both changed a field in different ways nobody can tell for them: the draft's value
    stays, and the field is named.
    """
    merged = copied(mine)
    clashes: list[str] = []
    for name in {**mine, **newest}:
        was, now, written = base.get(name), newest.get(name), mine.get(name)
        if written == was and now != was:
            merged[name] = copied({name: now})[name]
        elif was not in (now, written) and now != written:
            clashes.append(name)
    return merged, tuple(clashes)
