"""An event without personal data: ids, amounts, dates and states. Pure.

What may be told is listed, not what mustn't: a field that events gain later stays untold until somebody adds it here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TOLD: Mapping[str, frozenset[str] | None] = {
    "customer": frozenset({"external_id", "reference", "customer_class"}),
    "standing": frozenset(
        {"status", "total_overdue", "amount_to_restore", "charge_on", "next_step", "next_step_on"},
    ),
    "invoice": frozenset({"number", "issued_on", "due_on", "total", "paid", "outstanding"}),
    "payment": frozenset({"reference", "amount"}),
    "commitment": frozenset({"reference", "started_on", "ends_on", "terminated_on", "penalty"}),
    "reason": None,
    "effective_on": None,
}
"""For each member of `data` which of its own are told; None: it is told as it is."""


def minimal(cloud_event: str) -> str:
    """Return the CloudEvent (JSON text) with what `TOLD` lists; its `dataschema` says so, for it no longer fits the full one."""
    event: dict[str, Any] = json.loads(cloud_event)
    data: dict[str, Any] = event["data"]
    event["data"] = {member: _told(data[member], TOLD[member]) for member in data if member in TOLD}
    event["dataschema"] += ":minimal"
    return json.dumps(event)


def _told(value: Any, members: frozenset[str] | None) -> Any:
    if members is None or value is None:
        return value
    return {member: value[member] for member in value if member in members}
