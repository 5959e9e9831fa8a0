"""A signed head file can be continued by nobody without the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage import ConfigurationError, Store, audit

PLAIN = serialization.NoEncryption()


def keys(folder: Path, *, openssh: bool = False) -> tuple[Path, Path]:
    """Make a pair of keys and return the paths of the private and the public one."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / "audit.key", folder / "audit.pub"
    if openssh:
        form = serialization.PrivateFormat.OpenSSH
        shown = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    else:
        form = serialization.PrivateFormat.PKCS8
        shown = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, PLAIN))
    public.write_bytes(key.public_key().public_bytes(*shown))
    return private, public


@pytest.mark.parametrize("openssh", [False, True])
def test_lines_signed_with_the_key_hold_under_its_public_half(tmp_path: Path, openssh: bool) -> None:
    private, public = keys(tmp_path, openssh=openssh)
    with Store.create(tmp_path / "zoo.db", signing_key=private) as store:
        store.write(lambda tx: tx.record("note"))

    found = audit(tmp_path / "zoo.db", public_key=public)

    assert found.holds and found.signed == found.lines == 2


def test_lines_of_nobody_or_of_another_key_are_named(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    private, public = keys(tmp_path)
    other, _ = keys(tmp_path / "other")
    path = tmp_path / "zoo.db"
    Store.create(path, signing_key=private).close()
    Store.open(path, write=True).close()
    Store.open(path, write=True, signing_key=other).close()

    found = audit(path, public_key=public)

    assert [each.id for each in found.findings] == [3, 4, 5, 6]
    assert all("is not signed by that key" in each.detail for each in found.findings)
    assert audit(path).holds


def test_a_signed_line_that_was_changed_is_named(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    Store.create(tmp_path / "zoo.db", signing_key=private).close()
    head = tmp_path / "zoo.db.head"
    head.write_text(head.read_text().replace('"release":"', '"release":"9'))

    assert "line 1 of the head file is not signed" in " ".join(
        each.detail for each in audit(tmp_path / "zoo.db", public_key=public).findings
    )


def test_a_key_that_cannot_be_used_is_named_before_anything_is_made(tmp_path: Path) -> None:
    text, curve = tmp_path / "notes.txt", tmp_path / "curve.key"
    text.write_text("no key")
    form = serialization.PrivateFormat.PKCS8
    curve.write_bytes(generate_private_key(SECP256R1()).private_bytes(serialization.Encoding.PEM, form, PLAIN))

    for key, said in (
        (tmp_path / "nowhere", "cannot be read"),
        (text, "is no private key"),
        (curve, "is no Ed25519 key"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            Store.create(tmp_path / "zoo.db", signing_key=key)
    assert not (tmp_path / "zoo.db").exists()
