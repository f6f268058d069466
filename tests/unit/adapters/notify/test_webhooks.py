"""Webhooks: what is signed can be checked, what is refused is said, what does not arrive is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from throughcare.adapters.notify.webhooks import (
    OwnMachine,
    _outward,
    check_address,
    is_signed,
    post,
    signature,
)
from throughcare.kernel.errors import RefusedInput

BODY = b'{"event": "incident.opened"}'


def test_a_receiver_can_check_what_was_signed() -> None:
    header = signature(BODY, secret="s" * 64, at_s=1_000)
    assert is_signed(BODY, header, secret="s" * 64, now_s=1_100)


@pytest.mark.parametrize(
    ("body", "secret", "now_s"),
    [(BODY + b" ", "s" * 64, 1_000), (BODY, "t" * 64, 1_000), (BODY, "s" * 64, 1_301), (BODY, "s" * 64, 699)],
)
def test_another_body_another_secret_and_old_seconds_are_refused(
    body: bytes, secret: str, now_s: int
) -> None:
    header = signature(BODY, secret="s" * 64, at_s=1_000)
    assert not is_signed(body, header, secret=secret, now_s=now_s)


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=00", "t=1e3,v1=00", "t=0,v1=\u00e9", "t=\u0660,v1=00"])
def test_a_header_that_is_none_is_refused(header: str) -> None:
    assert not is_signed(BODY, header, secret="s", now_s=0)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://example.org:notaport/",
        "https://[broken/",
        "https://example.org/" + "a" * 500,
        "https://localhost./",
        "https://inner.localhost/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://example.org/caf\u00e9",
        "https://example.org/a b",
        "https://example.org/a\r\nHost: inner",
        "https://\uff4c\uff4f\uff43alhost/",
        "https://" + "a" * 64 + ".org/",
    ],
)
def test_an_address_that_must_not_be_asked_is_refused(url: str) -> None:
    with pytest.raises(RefusedInput):
        check_address(url)


class Receiver(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, body, dict(self.headers)))
        self.send_response(int(self.path.strip("/")))
        if self.path == "/302":
            self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "arrived"), [(200, True), (204, True), (302, False), (404, False), (500, False)]
)
def test_only_a_2xx_counts_as_arrived_and_no_redirection_is_followed(
    receiver: HTTPServer, status: int, arrived: bool
) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/{status}"
    sent = post(url, body=BODY, headers={"Content-Type": "application/json"}, plain_http=True)
    assert (sent.status, sent.arrived) == (status, arrived)
    assert [(path, body) for path, body, _ in receiver.taken] == [(f"/{status}", BODY)]


def test_no_answer_is_told_without_what_the_error_holds(receiver: HTTPServer) -> None:
    port = receiver.server_port
    receiver.shutdown()
    receiver.server_close()
    sent = post(f"http://127.0.0.1:{port}/200", body=BODY, headers={}, plain_http=True)
    assert (sent.status, sent.words) == (0, "no answer (ConnectionRefusedError)")


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "127.8.8.8", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fe80::1%lo"],
)
def test_a_name_that_leads_to_this_machine_is_asked_nothing(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    answer = [(family, socket.SOCK_STREAM, 6, "", (number, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    sent = post("https://rebound.example.org/", body=BODY, headers={})
    assert (sent.status, sent.words) == (0, "no answer (OwnMachine)")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "017700000001"])
def test_this_machine_in_another_notation_is_asked_nothing(host: str) -> None:
    assert not post(f"https://{host}:9/", body=BODY, headers={}).arrived
    with pytest.raises(OwnMachine):
        _outward((host, 9))
