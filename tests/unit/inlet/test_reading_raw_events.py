"""Raw events are read from whatever a PortaBilling of any release sends; what is none of them is refused in a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from duebell.portabilling.raw import LARGEST_BODY, RawEvent, UnreadableBody, read_raw


def read(body: str | bytes, received_at: datetime = NOON) -> RawEvent:
    return read_raw(body.encode() if isinstance(body, str) else body, environment="Global", received_at=received_at)


@pytest.mark.parametrize("i_event", ["7", '"7"', '" 7 "', "7.0"])
def test_an_id_is_the_same_whether_it_comes_as_text_or_as_a_number(i_event: str) -> None:
    raw = read(f'{{"event_type": "Customer/Updated", "variables": {{"i_event": {i_event}, "i_customer": {i_event}}}}}')
    assert (raw.i_event, raw.variables["i_customer"], raw.key) == ("7", "7", "customer:7")


def test_no_digit_of_a_long_number_gets_lost() -> None:
    digits = "12345678901234567890123456789"
    assert read(f'{{"event_type": "Invoice/New", "variables": {{"i_event": {digits}}}}}').i_event == digits


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Customer/Status/Suspend", "Customer/Status/Suspended"),
        ("Customer/Status/Unsuspend", "Customer/Status/SuspensionRemoved"),
        ("Customer/Status/Limited", "Customer/Status/Limited"),
    ],
)
def test_a_type_has_todays_name_whichever_release_sends_it(older: str, newer: str) -> None:
    for name in (older, newer):
        assert read(f'{{"event_type": "{name}", "variables": {{"i_event": 1}}}}').type == newer


def test_a_newer_release_says_when_it_was_and_of_an_older_one_it_is_when_it_came() -> None:
    newer = read('{"event_type": "Invoice/New", "variables": {"i_event": 1, "event_time": "2026-10-31 08:09:10"}}')
    assert newer.at == datetime(2026, 10, 31, 8, 9, 10, tzinfo=UTC)
    assert read('{"event_type": "Invoice/New", "variables": {"i_event": 1}}').at == NOON
    assert read('{"event_type": "Invoice/New", "variables": {"i_event": 1, "event_time": "soon"}}').at == NOON


def test_ids_beside_the_variables_count_too() -> None:
    raw = read('{"event_type": "Invoice/New", "i_event": 4, "i_env": 2, "variables": {"i_invoice": 9}}')
    assert (raw.i_event, raw.variables["i_env"]) == ("4", "2")


def test_empty_values_are_left_out_and_flags_are_written_as_portabilling_writes_them() -> None:
    variables = '{"i_event": 1, "a": "", "b": null, "curr_blocked": true, "prev_blocked": "N", "deep": {"c": [1]}}'
    raw = read(f'{{"event_type": "Customer/Updated", "variables": {variables}}}')
    assert raw.variables == {"i_event": "1", "curr_blocked": "Y", "prev_blocked": "N", "deep": '{"c": ["1"]}'}


@pytest.mark.parametrize(
    ("variables", "key"),
    [
        ('"i_customer": 5, "i_invoice": 7', "customer:5"),
        ('"i_invoice": 7, "i_account": 9', "invoice:7"),
        ('"i_account": 9', "account:9"),
        ('"i_did": 3', "event:1"),
    ],
)
def test_what_it_is_about_is_the_first_id_that_came(variables: str, key: str) -> None:
    assert read(f'{{"event_type": "X/Y", "variables": {{"i_event": 1, {variables}}}}}').key == key


def test_without_a_number_it_is_an_event_of_its_own_each_time_that_it_comes() -> None:
    body = '{"event_type": "Customer/Updated", "variables": {"i_customer": 5}}'
    first, again, later = read(body), read(body), read(body, NOON + timedelta(seconds=1))
    assert first.i_event == again.i_event != later.i_event


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "It isn't JSON"),
        ("hello", "It isn't JSON"),
        ("[]", "It is JSON, but no object."),
        ('{"event_type": "X", "variables": {"a": NaN}}', "NaN is no number"),
        ('{"event_type": "X", "variables": {"a": -Infinity}}', "-Infinity is no number"),
        ('{"event_type": "X", "event_type": "Y", "variables": {}}', "a name twice"),
        ('{"event_type": "X", "variables": {"i_event": 1, "i_event": 2}}', "a name twice"),
        ('{"variables": {"i_event": 1}}', "no event_type"),
        ('{"event_type": "", "variables": {"i_event": 1}}', "no event_type"),
        ('{"event_type": ["X"], "variables": {"i_event": 1}}', "no event_type"),
        ('{"event_type": "X", "variables": [1]}', "no object"),
        ('{"event_type": "X", "variables": {"i_event": "' + "7" * 101 + '"}}', "more than 100 characters"),
        ('{"event_type": "X", "variables": {"name": "\\ud800"}}', "half of a character"),
        ('{"event_type": "X\\u0000", "variables": {}}', "code 0"),
        ('{"event_type": "X", "variables": {"\\u0000": 1}}', "code 0"),
        ("[" * 100_000, "nested too deeply"),
        ('{"event_type": "X", "variables": {"a": ' + "[" * 32 + "]" * 32 + "}}", "nested too deeply"),
        (b'{"event_type": "\xff"}', "isn't UTF-8"),
        ('{"event_type": "X", "variables": {}}'.encode("utf-16"), "isn't UTF-8"),
        (b" " * (LARGEST_BODY + 1), "more than 1,000,000 bytes"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_raw_event_is_refused_with_the_reason_and_nothing_of_what_came(body: str | bytes, sentence: str) -> None:
    with pytest.raises(UnreadableBody, match=sentence.replace(".", r"\.")):
        read(body)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary() | _VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        raw = read(body)
    except UnreadableBody:
        return
    assert raw.i_event


@given(st.dictionaries(st.text(), _VALUES), st.text())
def test_what_is_read_can_be_kept_by_every_engine(variables: dict[str, object], type_: str) -> None:
    try:
        raw = read(json.dumps({"event_type": type_, "variables": variables}))
    except UnreadableBody:
        return
    kept = "".join((raw.type, raw.i_event, raw.key, *raw.variables, *raw.variables.values()))
    assert "\0" not in kept
    assert kept.encode()
