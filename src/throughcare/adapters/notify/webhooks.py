"""Webhooks: one signed POST to an address of another system.

The signature is HMAC-SHA256 over ``<seconds>.<body>``, in the header ``Throughcare-Signature: t=<seconds>,v1=<hex>``.
A receiver checks it with the shared secret, refuses old seconds, and takes each ``Throughcare-Delivery`` once.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from throughcare.kernel.errors import RefusedInput

TIMEOUT_S = 10.0
LONGEST_URL = 500


class OwnMachine(OSError):
    """A name leads to this machine or its link, where no notice goes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one attempt: the answer's status, or why there was none (``status`` 0)."""

    status: int
    words: str

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it: any status from 200 to 299."""
        return 200 <= self.status < 300


def signature(body: bytes, *, secret: str, at_s: int) -> str:
    """Return the value of the header ``Throughcare-Signature``."""
    mac = hmac.new(secret.encode(), b"%d.%s" % (at_s, body), hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"


def is_signed(body: bytes, header: str, *, secret: str, now_s: int, within_s: int = 300) -> bool:
    """Return whether a header signs the body with the secret, not longer ago than ``within_s``: for receivers."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    seconds = parts.get("t", "")
    if not seconds.isdecimal() or abs(now_s - int(seconds)) > within_s:
        return False
    right = signature(body, secret=secret, at_s=int(seconds))
    return hmac.compare_digest(right.encode(), header.encode("utf-8", "replace"))


def check_address(url: str, *, plain_http: bool = False) -> SplitResult:
    """Return the parts of an address that notices may be sent to.

    Parameters
    ----------
    plain_http : bool
        Allow ``http`` and the machine's own network: for trying out with invented data only.

    Raises
    ------
    RefusedInput
        If it is no https address, holds a user name, or names this machine or its link by number.
    """
    try:
        parts = urlsplit(url)
        number = _number(parts.hostname or "")
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        raise _refusal(url, "a whole address") from None
    schemes = ("https", "http") if plain_http else ("https",)
    if parts.scheme not in schemes or not parts.hostname or not port_is_sound or len(url) > LONGEST_URL:
        raise _refusal(url, "an address that begins with https://")
    if parts.username or parts.password or parts.fragment:
        raise _refusal(url, "an address without a user name, a password or a fragment")
    if _cannot_be_sent(url, parts.hostname):
        raise _refusal(url, "an address in plain letters, as a request carries it")
    named_own = parts.hostname.rstrip(".").rpartition(".")[2] == "localhost"
    if (named_own or (number is not None and _is_own(number))) and not plain_http:
        raise _refusal(url, "the address of another machine")
    return parts


def post(url: str, *, body: bytes, headers: dict[str, str], plain_http: bool = False) -> Sent:
    """Send one POST and return what became of it. A redirection is not followed: it counts as not arrived."""
    parts = check_address(url, plain_http=plain_http)
    assert parts.hostname is not None, "check_address wants a host"
    try:
        connection = (
            http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)
        )
        if not plain_http:
            connection._create_connection = _outward  # type: ignore[attr-defined]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            return Sent(answer.status, f"answered {answer.status}")
        finally:
            connection.close()
    except (OSError, UnicodeError, http.client.HTTPException) as trouble:
        return Sent(0, f"no answer ({type(trouble).__name__})")


def _outward(
    address: tuple[str, int], timeout_s: float | None = None, source_address: tuple[str, int] | None = None
) -> socket.socket:
    """Connect to the first address of a name that is another machine's.

    The name is looked up once, and what was looked at is connected to: a name that leads to this machine, or to
    what answers machines about themselves (169.254.169.254), leads nowhere, whenever it began to.
    """
    found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    others = [
        entry[4] for entry in found if not _is_own(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]))
    ]
    if not others:
        raise OwnMachine
    return socket.create_connection(others[0][:2], timeout_s, source_address)  # type: ignore[arg-type]


def _is_own(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether a number is this machine or its link, in whichever notation."""
    mapped = getattr(number, "ipv4_mapped", None) or number
    return bool(mapped.is_loopback or mapped.is_link_local or mapped.is_unspecified or mapped.is_multicast)


def _cannot_be_sent(url: str, host: str) -> bool:
    """Return whether a request line or the look-up of a name would refuse it."""
    if not url.isascii() or any(char <= " " or char == "\x7f" for char in url):
        return True
    try:
        host.encode("idna")
    except UnicodeError:
        return True
    return False


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refusal(url: str, expected: str) -> RefusedInput:
    return RefusedInput(
        where="webhook address",
        expected=expected,
        found=repr(url[:80]),
        action="Give the address at which the other system takes notices.",
    )
