"""EventSender shows who it is by Basic credentials, a header of its own, or a signature; whatever else isn't it."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from duebell.portabilling.authorization import Proof
from duebell.portabilling.options import AuthorizationKind, EventAuthorization

BODY = b'{"event_type": "Invoice/New"}'
SIGNED = hmac.new(b"s3cret:\xc3\xa9", BODY, hashlib.sha256).digest()


def holds(kind: str, *values: bytes, header: str = "Authorization", sent_in: bytes = b"authorization") -> bool:
    expected = EventAuthorization(
        kind=AuthorizationKind(kind), header=header, user="portabilling", password="s3cret:é", digest="sha256"
    )
    proof = Proof(expected, [(b"host", b"duebell"), *((sent_in, value) for value in values)])
    assert proof.is_of_the_body is (kind == "signature")
    for part in (BODY[:5], BODY[5:]):
        proof.update(part)
    return proof.holds


def basic(credentials: str) -> bytes:
    return b"Basic " + base64.b64encode(credentials.encode())


def test_each_way_holds_with_what_was_configured() -> None:
    assert holds("basic", basic("portabilling:s3cret:é"))
    assert holds("basic", basic("portabilling:s3cret:é").replace(b"Basic", b"bAsIc "))
    assert holds("header", "s3cret:é".encode(), header="X-Key", sent_in=b"x-key")
    assert holds("signature", SIGNED.hex().encode())
    assert holds("signature", SIGNED.hex().upper().encode())
    assert holds("signature", b"sha256=" + base64.b64encode(SIGNED), header="X-Signature", sent_in=b"X-SIGNATURE")


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"Basic",
        b"Basic ====",
        b"Basic \xff\xfe",
        b"Bearer abc",
        basic("portabilling:"),
        basic("portabilling:s3cret"),
        basic("x:s3cret:é"),
    ],
)
def test_other_credentials_dont_hold(given: bytes) -> None:
    assert not holds("basic", given)
    assert not holds("header", given)
    assert not holds("signature", given)


def test_none_and_two_dont_hold() -> None:
    good = basic("portabilling:s3cret:é")
    assert not holds("basic")
    assert not holds("basic", good, good)
    assert not holds("basic", good, header="X-Key")


def test_a_signature_of_another_body_doesnt_hold() -> None:
    assert not holds("signature", hmac.new(b"s3cret:\xc3\xa9", BODY + b" ", hashlib.sha256).hexdigest().encode())
