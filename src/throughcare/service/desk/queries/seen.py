"""What of an item somebody has seen: so that nobody signs what changed meanwhile."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from throughcare.service.desk.models import DeskItem


def seen_of(item_id: int) -> int:
    """Return how often the incidents of an item were told: it rises whenever there is something new to see."""
    group = DeskItem.objects.filter(Q(pk=item_id) | Q(merged_into=item_id))
    found = group.aggregate(told=Sum("engine_revision"), incidents=Count("pk"))
    return int(found["told"] or 0) + int(found["incidents"])
