"""How sign-in differs from allauth's default: nobody signs up; an administrator makes the account."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from throughcare.service.accounts.queries import user_of_email


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

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401 - allauth's
        """Tie a first sign-in to the open account whose address the organisation has verified."""
        if sociallogin.is_existing:
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified is True]
        user = next(filter(None, map(user_of_email, verified)), None)
        if user is not None:
            sociallogin.connect(request, user)


class StaffSecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted: a stolen copy of the database makes no codes."""

    def encrypt(self, text: str) -> str:
        """Return the text encrypted under a key that comes from the service's secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what :meth:`encrypt` was given."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the user name whose failures are counted, whatever its case: else each spelling has its own five."""
    given = (credentials or {}).get("username") or request.POST.get("login") or ""
    return str(given).strip().casefold()


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"throughcare second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
