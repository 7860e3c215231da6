"""What stays of an event when its customer is forgotten: ids, amounts and dates."""

from __future__ import annotations

import json

ERASED = "(erased)"
"""In place of a name, where there must be one."""

_CUSTOMER_KEEPS = ("external_id", "reference", "customer_class")
_GOES = {"standing": ("payment_method",), "invoice": ("link", "pay_link"), "payment": ("method",)}
"""What tells a customer's card, or opens his invoice to whoever has the link."""


def erased(cloud_event: str) -> str:
    """The recorded event without anything of the person; it still fits its type's schema."""
    event = json.loads(cloud_event)
    data = event["data"]
    kept = {name: data["customer"][name] for name in _CUSTOMER_KEEPS if name in data["customer"]}
    data["customer"] = {**kept, "name": ERASED}
    for part, names in _GOES.items():
        for name in names:
            (data.get(part) or {}).pop(name, None)
    return json.dumps(event)
