"""How the target is spoken to: by the small handler of the proofs, or by the OdooCRM handler in the words of its addon."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from duebell.events import FACTS
from duebell.handlers.odoo_crm.status import CONTRACT

MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Effect:
    """One event that takes effect: its key, its customer's line, its place there, and the number of its invoice, if it has one."""

    key: str
    line: str
    epoch: int
    sequence: int
    invoice: str

    @classmethod
    def of(cls, key: str, epoch: int, cloud_event: Mapping[str, Any]) -> Effect:
        return cls(
            key=key,
            line=f"{cloud_event['environment']}/{cloud_event['subject']}",
            epoch=epoch,
            sequence=int(cloud_event["sequence"]),
            invoice=(cloud_event["data"].get("invoice") or {"number": ""})["number"],
        )


def events(path: str, body: bytes) -> Sequence[Effect]:
    """The events of a call, in its order; none if it carries none."""
    said = json.loads(body)
    if path == "/":
        return [Effect(**event) for event in said]
    return [Effect.of(entry["key"], entry["epoch"], entry["event"]) for entry in said.get("events", ())]


def answer(path: str, outcomes: Mapping[str, str]) -> Mapping[str, Any]:
    """What is answered to a call, given what became of each key."""
    match path.rpartition("/")[2]:
        case "":
            return outcomes
        case "status":
            return {**_STATUS, "server_time": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"}  # noqa: TID251 - the target's own clock
        case "receipts":
            return {"receipts": [], "open": 0}
        case _:
            return {"results": {key: _result(outcome) for key, outcome in outcomes.items()}}


def _result(outcome: str) -> Mapping[str, Any]:
    return {"outcome": "provisioned", "already": outcome != "done", "reference": "duebell.event", "told": []}


_STATUS: Mapping[str, Any] = {
    "contracts": [CONTRACT],
    "addon_version": "19.0",
    "odoo_version": "19.0",
    "database_uuid": "a stand-in",
    "database": "proof",
    "company": "A company",
    "user": "Billing",
    "key_expires_on": None,
    "max_events": MOST_EVENTS,
    "event_types": list(FACTS),
    "templates": {},
    "sms_ready": True,
    "mail_ready": True,
    "problems": [],
}
