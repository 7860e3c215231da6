"""Signing and checking by Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from duebell.signature import SignatureRefused, checked_secret, sign, signed_headers, verify

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
OTHER = f"whsec_{base64.b64encode(bytes(range(24))).decode()}"
BODY = b'{"type": "invoice.overdue"}'
SECRETS = st.binary(min_size=24, max_size=64).map(lambda key: f"whsec_{base64.b64encode(key).decode()}")


def test_the_standards_own_example_comes_out() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    signature = sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(codec="ascii")), st.binary())
def test_any_body_is_signed_as_the_standard_says(key: bytes, id_: str, body: bytes) -> None:
    secret = f"whsec_{base64.b64encode(key).decode()}"
    expected = base64.b64encode(hmac.new(key, f"{id_}.1793534400.".encode() + body, hashlib.sha256).digest()).decode()

    assert signed_headers([secret], id_, NOON, body) == {
        "webhook-id": id_,
        "webhook-timestamp": "1793534400",
        "webhook-signature": f"v1,{expected}",
    }


@given(SECRETS, SECRETS, st.binary())
def test_while_a_secret_is_replaced_a_receiver_with_either_one_takes_the_call(new: str, old: str, body: bytes) -> None:
    headers = signed_headers([new, old], "id", NOON, body)

    assert headers["webhook-signature"].split() == [sign([new], "id", 1793534400, body), sign([old], "id", 1793534400, body)]
    for known in ([new], [old], [old, new]):
        assert verify(known, headers, body, NOON) == "id"


@given(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "body"]),
    st.text(st.characters(codec="latin-1")),
)
def test_a_call_that_was_changed_is_refused_whatever_it_was_changed_to(part: str, other: str) -> None:
    sent = {**signed_headers([SECRET], "id", NOON, BODY), "body": BODY.decode()}
    changed = sent | {part: other}
    if changed == sent:
        return

    with pytest.raises(SignatureRefused):
        verify([SECRET], changed, changed["body"].encode(), NOON)


@pytest.mark.parametrize(("seconds", "taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_an_old_call_that_is_sent_again_is_refused(seconds: int, taken: bool) -> None:
    headers = signed_headers([SECRET], "id", NOON, BODY)

    if taken:
        verify([SECRET], headers, BODY, NOON + timedelta(seconds=seconds))
    else:
        with pytest.raises(SignatureRefused, match="set the clocks"):
            verify([SECRET], headers, BODY, NOON + timedelta(seconds=seconds))


def test_a_timestamp_must_be_written_as_it_was_signed() -> None:
    headers = signed_headers([SECRET], "id", NOON, BODY)
    headers["webhook-timestamp"] = f"0{headers['webhook-timestamp']}"

    with pytest.raises(SignatureRefused):
        verify([SECRET], headers, BODY, NOON)


def test_signatures_of_other_versions_are_passed_over() -> None:
    headers = signed_headers([SECRET], "id", NOON, BODY)
    headers["webhook-signature"] = f"v1a,AAAA v2,BBBB {headers['webhook-signature']} v1,%%%"

    assert verify([OTHER, SECRET], headers, BODY, NOON) == "id"


def test_a_call_without_headers_is_told_which_are_missing() -> None:
    with pytest.raises(SignatureRefused, match="webhook-timestamp and no webhook-signature"):
        verify([SECRET], {"webhook-id": "id"}, BODY, NOON)


@given(SECRETS)
def test_a_secret_of_24_to_64_bytes_is_kept(secret: str) -> None:
    assert checked_secret(f" {secret}\n") == secret


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "begins with `whsec_`"),
        ("s3cret", "begins with `whsec_`"),
        ("whsec_", "this one has 0"),
        ("whsec_s3cret-s3cret", "isn't base64"),
        ("whsec_s3crets3cret", "this one has 9"),
        ("whsec_\N{GREEK SMALL LETTER ALPHA}", "isn't base64"),
        (f"whsec_{base64.b64encode(bytes(23)).decode()}", "this one has 23"),
        (f"whsec_{base64.b64encode(bytes(65)).decode()}", "this one has 65"),
    ],
)
def test_what_is_no_secret_is_refused_with_how_to_make_one(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        checked_secret(typed)

    assert "openssl rand -base64 32" in str(refused.value)
    assert "s3cret" not in str(refused.value)
