"""`status` and `receipts`: what the addon tells of itself and of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from duebell.espf.receipts import Receipt, Receipts
from duebell.handlers.odoo_crm.errors import AddonIncompatible, OtherShape
from duebell.handlers.odoo_crm.receipts import read_receipts
from duebell.handlers.odoo_crm.status import read_status
from unit.odoo_crm.stand_in import a_status

API_URL = "https://odoo.example.com"
RECEIPT = {
    "id": 17,
    "event": "0b5f",
    "replay": 0,
    "channel": "sms",
    "state": "delivered",
    "because": None,
    "at": "2026-11-01T10:42:00.25Z",
}


def test_times_of_odoo_are_read_as_utc() -> None:
    status = read_status(a_status(), API_URL)

    assert status.server_time == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert status.key_expires_on == datetime(2027, 10, 1, 8, tzinfo=UTC)


def test_a_key_may_live_for_ever_and_a_problem_has_a_sentence() -> None:
    problem = {"slug": "no-mail-server", "sentence": "Odoo has no outgoing mail server."}

    status = read_status(a_status(key_expires_on=None, problems=[problem], later="member"), API_URL)

    assert status.key_expires_on is None
    assert status.problems[0].sentence == "Odoo has no outgoing mail server."


@pytest.mark.parametrize(
    ("contracts", "says"), [([0], "upgrade the addon"), ([], "upgrade the addon"), ([2], "upgrade Duebell")]
)
def test_the_older_side_is_named_when_contracts_differ(contracts: list[int], says: str) -> None:
    with pytest.raises(AddonIncompatible, match=says):
        read_status({"contracts": contracts, "addon_version": "19.0.0.1.0"}, API_URL)


def test_an_addon_that_speaks_a_newer_contract_too_is_fine() -> None:
    assert read_status(a_status(contracts=[1, 2]), API_URL).addon_version == "19.0.1.0.0"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        [],
        {},
        a_status(contracts="1"),
        a_status(contracts=["1"]),
        a_status(server_time="2026-11-01T09:00:00Z"),
        a_status(server_time=1793523600),
        a_status(event_types=None),
        a_status(templates={"invoice.generated": ["en_US"]}),
        a_status(max_events=0),
        a_status(max_events="1000"),
        a_status(sms_ready="yes"),
        a_status(problems=["no mail server"]),
    ],
)
def test_a_status_of_another_shape_is_none(answer: Any) -> None:
    with pytest.raises(OtherShape):
        read_status(answer, API_URL)


def test_receipts_are_read_in_full() -> None:
    read = read_receipts({"receipts": [RECEIPT], "open": 3}, API_URL)

    assert read == Receipts(
        receipts=[
            Receipt(
                id=17,
                event_id="0b5f",
                replay=0,
                channel="sms",
                state="delivered",
                because=None,
                at=datetime(2026, 11, 1, 10, 42, 0, 250000, tzinfo=UTC),
            )
        ],
        open=3,
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"receipts": []},
        {"receipts": {}, "open": 0},
        {"receipts": [], "open": -1},
        {"receipts": [], "open": True},
        {"receipts": [RECEIPT | {"id": "17"}], "open": 0},
        {"receipts": [RECEIPT | {"state": "lost"}], "open": 0},
        {"receipts": [RECEIPT | {"channel": "pigeon"}], "open": 0},
        {"receipts": [RECEIPT | {"at": "2026-11-01 10:42:00"}], "open": 0},
        {"receipts": [RECEIPT | {"at": "2026-11-01T10:42:00+02:00"}], "open": 0},
    ],
)
def test_receipts_of_another_shape_are_none(answer: Any) -> None:
    with pytest.raises(OtherShape):
        read_receipts(answer, API_URL)
