"""Facts on their way in, what the engine made of them, and where the old ones went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Device(models.Model):
    """A device or gateway that may deliver: its vendor's adapter, the hash of its key, its limit.

    A device delivers for itself, a gateway for any device. While a key is changed, the former one is good until
    ``former_until_us``.
    """

    device_id = models.CharField(max_length=64, unique=True)
    vendor = models.CharField(max_length=40, blank=True)
    is_gateway = models.BooleanField(default=False)
    secret_hash = models.CharField(max_length=64, blank=True)
    former_hash = models.CharField(max_length=64, blank=True)
    former_until_us = models.BigIntegerField(default=0)
    facts_per_minute = models.PositiveIntegerField(null=True)
    added_us = models.BigIntegerField(default=0)
    disabled_us = models.BigIntegerField(null=True)


class Receipt(models.Model):
    """What was answered to a delivery, for as long as a sender may ask again: the same bytes get the same answer."""

    digest = models.CharField(max_length=64, primary_key=True)
    answer = models.TextField()
    at_us = models.BigIntegerField(db_index=True)


class InboxItem(models.Model):
    """What one device said in one delivery: durable before it is acknowledged, gone once it is evaluated.

    ``body`` holds canonical JSON lines of facts; ``digest`` makes the same delivery count once. ``first_us`` and
    ``last_us`` bound its facts: they say which activations it touches, and from when on it can be evaluated.
    """

    device_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    received_us = models.BigIntegerField()
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    delivery_id = models.CharField(max_length=64)
    facts = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        """Claimed by device; the same bytes of the same device are one item."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device_id", "digest"], name="inbox_item_once")
        ]


class Reject(models.Model):
    """A record that could not be used: kept as it came, with what was expected, found and to be done.

    ``digest`` makes the same bad record of the same device one row, however often it is sent.
    """

    digest = models.CharField(max_length=64, unique=True)
    delivery_id = models.CharField(max_length=64)
    device_id = models.CharField(max_length=64, blank=True)
    row = models.IntegerField()
    field = models.CharField(max_length=100)
    reason = models.CharField(max_length=80)
    words = models.TextField()
    raw = models.TextField()
    at_us = models.BigIntegerField()

    class Meta:
        """Listed newest first, counted by device."""

        indexes: ClassVar = [models.Index(fields=["at_us"]), models.Index(fields=["device_id", "at_us"])]


class PositionRow(models.Model):
    """A position within the time that is kept in the database.

    ``activation_id`` is empty where none fits, and ``why`` says why; such a row waits for an order that covers it.
    """

    activation_id = models.CharField(max_length=64, blank=True)
    device_id = models.CharField(max_length=64)
    t_us = models.BigIntegerField()
    received_us = models.BigIntegerField()
    lat_deg = models.FloatField()
    lon_deg = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    level = models.FloatField(null=True)
    source = models.SmallIntegerField()
    hdop = models.FloatField(null=True)
    satellites = models.FloatField(null=True)
    speed_mps = models.FloatField(null=True)
    heading_deg = models.FloatField(null=True)
    digest = models.CharField(max_length=16)
    why = models.CharField(max_length=40, blank=True)

    class Meta:
        """Read by activation and time, which the constraint's index serves; the same fact is kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activation_id", "t_us", "device_id", "digest"], name="position_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["t_us"])]


class StatusRow(models.Model):
    """What a device said of itself, within the time that is kept in the database; else as :class:`PositionRow`."""

    activation_id = models.CharField(max_length=64, blank=True)
    device_id = models.CharField(max_length=64)
    t_us = models.BigIntegerField()
    received_us = models.BigIntegerField()
    kind = models.SmallIntegerField()
    value = models.FloatField(null=True)
    digest = models.CharField(max_length=16)
    why = models.CharField(max_length=40, blank=True)

    class Meta:
        """Read by activation and time, which the constraint's index serves; the same fact is kept once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activation_id", "t_us", "device_id", "digest"], name="status_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["t_us"])]


class EngineState(models.Model):
    """The engine's state of one activation. Written by compare-and-set on ``version``; woken by ``due_us``.

    ``blob`` holds the state without the facts after its base, which are the position and status rows; empty, it is
    made anew from all facts. A claim keeps other workers away until it expires: it saves work and guards nothing.
    """

    activation_id = models.CharField(max_length=64, unique=True)
    person_ref = models.CharField(max_length=64)
    order_id = models.CharField(max_length=64)
    version = models.BigIntegerField(default=0)
    now_us = models.BigIntegerField(default=0)
    blob = models.BinaryField()
    due_us = models.BigIntegerField(null=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until_us = models.BigIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)
    from_us = models.BigIntegerField(null=True)  # its time, when its facts were last compared with it
    to_us = models.BigIntegerField(null=True)
    last_fix_us = models.BigIntegerField(null=True)
    last_heard_us = models.BigIntegerField(null=True)

    class Meta:
        """Woken by what is due."""

        indexes: ClassVar = [models.Index(fields=["due_us"])]


class EngineEvent(models.Model):
    """One telling of the engine, never edited; ``event_id`` is its content id, so that none is doubled."""

    event_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    activation_id = models.CharField(max_length=64)
    person_ref = models.CharField(max_length=64)
    incident_id = models.CharField(max_length=80, blank=True)
    revision = models.IntegerField()
    t_us = models.BigIntegerField()
    known_us = models.BigIntegerField()
    recorded_us = models.BigIntegerField()
    body = models.JSONField()

    class Meta:
        """Read by incident and by time of recording."""

        indexes: ClassVar = [
            models.Index(fields=["incident_id", "revision"]),
            models.Index(fields=["recorded_us"]),
        ]


class IncidentRow(models.Model):
    """An incident as it stands after the last telling; ``retracted`` where the engine took it back."""

    incident_id = models.CharField(max_length=80, unique=True)
    activation_id = models.CharField(max_length=64)
    person_ref = models.CharField(max_length=64)
    order_id = models.CharField(max_length=64)
    condition_id = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
    retracted = models.BooleanField(default=False)
    start_us = models.BigIntegerField()
    end_us = models.BigIntegerField(null=True)
    detected_us = models.BigIntegerField()
    first_recorded_us = models.BigIntegerField()
    last_recorded_us = models.BigIntegerField()
    revision = models.IntegerField()
    confidence = models.FloatField()
    best_s = models.FloatField()
    stop_us = models.BigIntegerField(
        null=True
    )  # after it no fact can change the incident; as in the engine's Told
    material = models.CharField(max_length=64, blank=True)  # hash of what was told; empty once retracted
    body = models.JSONField()

    class Meta:
        """Read by person and time, and by what is open."""

        indexes: ClassVar = [
            models.Index(fields=["person_ref", "start_us"]),
            models.Index(fields=["status", "retracted"]),
            models.Index(fields=["detected_us"]),
            models.Index(fields=["last_recorded_us"]),
            models.Index(fields=["activation_id"]),
        ]


class ProximityWatch(models.Model):
    """One distance that an order asks a wearer to keep: what is settled of it, and whether there is news.

    ``news`` counts what came from the other side; an evaluation writes only if it still is what it read, and then
    it is ``done``. What began up to ``settled_us`` is final.
    """

    activation_id = models.CharField(max_length=64)
    condition_id = models.CharField(max_length=64)
    protected_ref = models.CharField(max_length=64)
    settled_us = models.BigIntegerField(default=0)
    news = models.BigIntegerField(default=1)
    done = models.BigIntegerField(default=0)
    due_us = models.BigIntegerField(null=True)

    class Meta:
        """One a condition of an activation; asked by what is not done, and by the protected person."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activation_id", "condition_id", "protected_ref"], name="proximity_watch_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["protected_ref"]),
            models.Index(fields=["due_us"]),
            models.Index(
                fields=["activation_id"],
                name="proximity_watch_news",
                condition=~models.Q(news=models.F("done")),
            ),
        ]


class Mark(models.Model):
    """How far something was read, and when that was last moved: the versions of orders, the archive's days."""

    name = models.CharField(max_length=40, unique=True)
    value = models.BigIntegerField(default=0)
    at_us = models.BigIntegerField(default=0)


class ArchiveFile(models.Model):
    """A file of the archive: a day of positions or statuses, in Parquet, with its hash."""

    path = models.CharField(max_length=300, unique=True)  # under the archive's folder
    day = models.DateField()
    kind = models.CharField(max_length=20)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    written_us = models.BigIntegerField()
    replaced_us = models.BigIntegerField(null=True)

    class Meta:
        """Read by kind and day."""

        indexes: ClassVar = [models.Index(fields=["kind", "day"])]
