"""The first administrator: the one account that no other administrator can make."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from throughcare.kernel.errors import RefusedInput
from throughcare.service.accounts.actions import create_user, grant_role, offer_password_link
from throughcare.service.accounts.queries import holders
from throughcare.service.roles import Permission, Role
from throughcare.service.viewer import system


@transaction.atomic
def make_first_administrator(*, username: str, full_name: str, email: str) -> str:
    """Make the account and return the address at which its owner sets the password.

    Raises
    ------
    RefusedInput
        If there is an administrator already: accounts are then made by one, on the pages.
    """
    now_us, by = settings.CLOCK(), system("command_line")
    if holders(Permission.ACCOUNT_MANAGE, now_us=now_us):
        raise RefusedInput(
            where="administrator",
            expected="a service without one",
            found="at least one",
            action="Ask an administrator to make the account.",
        )
    user_id = create_user(by=by, now_us=now_us, username=username, full_name=full_name, email=email)
    grant_role(by=by, now_us=now_us, user_id=user_id, role=Role.ADMINISTRATOR, team_id=None)
    token = offer_password_link(by=by, now_us=now_us, user_id=user_id)
    scheme = "http" if settings.CONFIGURATION.demo else "https"
    return f"{scheme}://{settings.CONFIGURATION.hosts[0]}{reverse('accounts:set_password', args=[token])}"
