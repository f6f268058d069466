"""Staff and the roles that they hold, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from throughcare.service.roles import ROLE_WORDS, Role


class User(AbstractUser):
    """A member of staff. User names and e-mail addresses are one whatever their case.

    ``is_active`` says whether the account is open; a session that began before ``sessions_from_us`` is over.
    """

    sessions_from_us = models.BigIntegerField(default=0)
    closed_us = models.BigIntegerField(null=True)

    class Meta:
        """Compared without case; an address finds one account, because the organisation's sign-in goes by it."""

        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="username_whatever_case"),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="email_of_one_account"
            ),
        ]


class RoleGrant(models.Model):
    """A role that a member of staff holds for a time, in one team where the role is bound to teams."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=[(str(role), words) for role, words in ROLE_WORDS.items()])
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, null=True, related_name="grants")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)
    granted_by = models.CharField(max_length=80)

    class Meta:
        """Asked by user at every request."""

        indexes: ClassVar = [models.Index(fields=["user", "from_us"])]

    @property
    def as_role(self) -> Role:
        """The role as the enumeration's member."""
        return Role(self.role)


class PasswordLink(models.Model):
    """A link with which a member of staff sets their own password, once, before it expires.

    Only the hash of what the link holds is kept: who reads the database cannot use it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="password_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=80)
    made_us = models.BigIntegerField()
    expires_us = models.BigIntegerField()
    ended_us = models.BigIntegerField(null=True)
