"""The table of the rules that come with the addon, from its data and its own words for events and cases."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

ADDON = Path(__file__).resolve().parent.parent / "odoo" / "duebell"
MODES = {"both": "SMS and e-mail", "sms": "SMS", "email": "e-mail", "sms_else_email": "SMS, else e-mail", "none": "nothing"}


def rules() -> str:
    """Each event, the cases that have words of their own, and how it is told."""
    events = _labels("contract/incoming.py", "EVENT_TYPES")
    cases = _labels("consequences.py", "CASES")
    shipped: dict[str, dict[str, str]] = {event: {} for event in events}
    for record in ET.parse(ADDON / "data" / "message_rules.xml").iter("record"):  # noqa: S314 - our own file
        fields = {field.get("name"): field.text or "" for field in record.iter("field")}
        if "event_type" in fields:
            shipped[fields["event_type"]][fields["case"]] = MODES[fields.get("mode", "both")]
    rows = ["| event | words of their own for | told by |", "|---|---|---|"]
    rows += [_row(label, cases, shipped[event]) for event, label in events.items()]
    return "\n".join(rows)


def _row(label: str, cases: Mapping[str, str], shipped: Mapping[str, str]) -> str:
    own = "; ".join(words for case, words in cases.items() if case in shipped and case != "any") or "-"
    told = ", ".join(dict.fromkeys(shipped.values())) or "nothing: no rule"
    return f"| {label} | {own} | {told} |"


def _labels(file: str, name: str) -> dict[str, str]:
    """A table of the addon's: Odoo, which its modules need, isn't here."""
    constants: dict[str, ast.expr] = {}
    for statement in ast.parse((ADDON / file).read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            constants[statement.targets[0].id] = statement.value
    table = constants[name]
    assert isinstance(table, ast.Dict)  # noqa: S101 - a change of the addon's is to be seen here
    keys = [constants[key.id] if isinstance(key, ast.Name) else key for key in table.keys]
    return {ast.literal_eval(key): ast.literal_eval(value) for key, value in zip(keys, table.values, strict=True) if key}
