"""Ed25519 signatures, through the package `cryptography` (the extra `signing`).

Promises: a key is read from its file when it is needed and kept nowhere else. Does not promise: to make keys.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from .errors import ConfigurationError

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]


def signer(path: Path) -> Sign:
    """Return what signs with the private key in a file (PEM or OpenSSH, without a password).

    Raises: ConfigurationError: the file is no such key, or `cryptography` is not installed.
    """
    keys = _cryptography()
    load = keys.load_ssh_private_key if _is_openssh(path) else keys.load_pem_private_key
    key = _loaded(path, lambda data: load(data, password=None), kind="private")
    sign: Sign = key.sign
    return sign


def verifier(path: Path) -> Verify:
    """Return what tells whether a signature (second) fits a text (first), by the public key in a file.

    Raises: ConfigurationError: the file is no such key, or `cryptography` is not installed.
    """
    keys = _cryptography()
    load = keys.load_ssh_public_key if _is_openssh(path) else keys.load_pem_public_key
    key = _loaded(path, load, kind="public")
    invalid = import_module("cryptography.exceptions").InvalidSignature

    def fits(text: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, text)
        except invalid:
            return False
        return True

    return fits


def _cryptography() -> Any:
    try:
        return import_module("cryptography.hazmat.primitives.serialization")
    except ImportError:
        raise ConfigurationError(
            "signing needs the package cryptography; install it with `python -m pip install 'ecology[signing]'`"
        ) from None


def _is_openssh(path: Path) -> bool:
    try:
        start = path.read_bytes()[:40]
    except OSError as error:
        raise ConfigurationError(f"the key {path} cannot be read ({error.strerror}); check the path") from None
    return start.startswith((b"ssh-", b"-----BEGIN OPENSSH"))


def _loaded(path: Path, load: Callable[[bytes], Any], *, kind: str) -> Any:
    cure = "make one with `openssl genpkey -algorithm ed25519 -out audit.key`"
    try:
        key = load(path.read_bytes())
    except Exception as error:
        raise ConfigurationError(f"{path} is no {kind} key that can be used ({error}); {cure}") from None
    if not hasattr(key, "sign" if kind == "private" else "verify") or "Ed25519" not in type(key).__name__:
        raise ConfigurationError(f"the key in {path} is no Ed25519 key; {cure}")
    return key
