"""How sign-in differs from allauth's default: nobody signs up; an administrator makes the account."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Closed to sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are made by an administrator."""
        return False


class StaffSocialAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The organisation's sign-in opens only accounts that exist, matched by verified e-mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Return False: an account comes first, the organisation's sign-in second."""
        return False
