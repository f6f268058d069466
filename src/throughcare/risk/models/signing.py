"""Signatures of model files: Ed25519 over the content hash. Needs the extra ``risk`` (cryptography)."""

from __future__ import annotations

import base64
import binascii
import importlib
from typing import Any

from throughcare.kernel.errors import RefusedInput

ALGORITHM = "ed25519"
_PURPOSE = b"throughcare.risk.model/1:"  # a signature made for a model file means nothing anywhere else


def sign(content_hash: str, private_key_pem: bytes, *, where: str) -> dict[str, str]:
    """Return the signature of a content hash as JSON values.

    Parameters
    ----------
    content_hash : str
        64 hex digits.
    private_key_pem : bytes
        An Ed25519 private key in PEM without a password (``openssl genpkey -algorithm ed25519``).
    where : str
        What a refusal names: the key's path.
    """
    ed25519, serialization = _cryptography()
    try:
        key = serialization.load_pem_private_key(private_key_pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _no_key(where, "private")
    value = key.sign(_PURPOSE + content_hash.encode())
    return {"algorithm": ALGORITHM, "value": base64.b64encode(value).decode()}


def holds(signature: dict[str, str] | None, content_hash: str, public_key_pem: bytes, *, where: str) -> bool:
    """Return whether a signature of the content hash was made with the private half of the key.

    Parameters
    ----------
    signature : dict or None
    content_hash : str
    public_key_pem : bytes
    where : str
        What a refusal names: the key's path.
    """
    ed25519, serialization = _cryptography()
    try:
        key = serialization.load_pem_public_key(public_key_pem)
    except ValueError:
        key = None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise _no_key(where, "public")
    if signature is None or signature.get("algorithm") != ALGORITHM:
        return False
    invalid = importlib.import_module("cryptography.exceptions").InvalidSignature
    try:
        key.verify(
            base64.b64decode(signature.get("value", ""), validate=True), _PURPOSE + content_hash.encode()
        )
    except (invalid, binascii.Error):
        return False
    return True


def _cryptography() -> tuple[Any, Any]:
    try:
        return (
            importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519"),
            importlib.import_module("cryptography.hazmat.primitives.serialization"),
        )
    except ImportError:
        raise RefusedInput(
            where="signatures",
            expected="the package cryptography",
            found="none",
            action="Install the extra: pip install 'throughcare[risk]'.",
        ) from None


def _no_key(where: str, half: str) -> RefusedInput:
    return RefusedInput(
        where=where,
        expected=f"an Ed25519 {half} key in PEM, without a password",
        found="something else",
        action="Make one with openssl genpkey -algorithm ed25519, and its public half with openssl pkey -pubout.",
    )
