"""Publish each event type's JSON Schema under docs/schemas."""

from __future__ import annotations

import json
from pathlib import Path

from duebell.espf.envelope import fact_schema
from duebell.events import FACTS

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"

FOLDER.mkdir(exist_ok=True)
for type_ in FACTS:
    (FOLDER / f"{type_}.json").write_text(json.dumps(fact_schema(type_), indent=2) + "\n", encoding="utf-8")
