"""The catalogue of items: one name for one question, whichever instrument asks it."""

from throughcare.risk.catalogue import pretrial
from throughcare.risk.catalogue.former import FORMER, RISK_BANDS
from throughcare.risk.catalogue.needs import DRUGS, NEEDS
from throughcare.risk.catalogue.person import PERSON, RECORD, SEXUAL_RECORD
from throughcare.risk.catalogue.screens import SCREENS
from throughcare.risk.items import Item

ITEMS: dict[str, Item] = {
    item.name: item
    for item in (
        *(*PERSON, *RECORD, *SEXUAL_RECORD, *NEEDS, *DRUGS, *SCREENS),
        *(*FORMER, *RISK_BANDS, *pretrial.ITEMS),
    )
}


def items_named(*names: str) -> tuple[Item, ...]:
    """Return items of the catalogue by name, in the order asked."""
    return tuple(ITEMS[name] for name in names)


__all__ = ["ITEMS", "items_named"]
