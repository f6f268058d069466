"""What a key may be let do: a closed list, least first."""

from __future__ import annotations

from enum import StrEnum


class ApiScope(StrEnum):
    """One thing that a key may ask."""

    ORDERS_READ = "orders:read"
    ORDERS_CHECK = "orders:check"
    INCIDENTS_READ = "incidents:read"
    STATUS_READ = "status:read"
    POSITIONS_READ = "positions:read"
    WEBHOOKS_MANAGE = "webhooks:manage"


SCOPE_WORDS = {
    ApiScope.ORDERS_READ: "Read orders and their versions",
    ApiScope.ORDERS_CHECK: "Check an order before it is sent",
    ApiScope.INCIDENTS_READ: "Read incidents and what was told of them",
    ApiScope.STATUS_READ: "Read how a tag stands now",
    ApiScope.POSITIONS_READ: "Read where a person was, at most a day at a time",
    ApiScope.WEBHOOKS_MANAGE: "Add and stop webhooks",
}
