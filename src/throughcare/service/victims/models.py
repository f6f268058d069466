"""What is kept of protected persons: an opaque reference, its devices, what they said. Nothing else of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ProtectedDevice(models.Model):
    """Which device a protected person carries from when to when; ``to_us`` is null while it is with them.

    ``protected_ref`` is what orders call the person. Who that is, only victim services know. What the device said
    before ``erased_before_us`` is no longer kept: nothing of that time can be told or taken back.
    """

    protected_ref = models.CharField(max_length=64)
    device_id = models.CharField(max_length=64)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)
    recorded_us = models.BigIntegerField()
    erased_before_us = models.BigIntegerField(default=0)

    class Meta:
        """Asked by device for facts that are no wearer's, and by person for what they are compared with."""

        indexes: ClassVar = [
            models.Index(fields=["device_id", "from_us"]),
            models.Index(fields=["protected_ref", "from_us"]),
        ]


class ProtectedPosition(models.Model):
    """A position of such a device. Whose it is, the device's row says at the time of asking."""

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

    class Meta:
        """The same fact is kept once; read by device and time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device_id", "t_us", "digest"], name="protected_position_once")
        ]
        indexes: ClassVar = [models.Index(fields=["t_us"])]


class ProtectedStatus(models.Model):
    """What such a device said of itself; else as :class:`ProtectedPosition`."""

    device_id = models.CharField(max_length=64)
    t_us = models.BigIntegerField()
    received_us = models.BigIntegerField()
    kind = models.SmallIntegerField()
    value = models.FloatField(null=True)
    digest = models.CharField(max_length=16)

    class Meta:
        """The same fact is kept once; read by device and time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device_id", "t_us", "digest"], name="protected_status_once")
        ]
        indexes: ClassVar = [models.Index(fields=["t_us"])]
