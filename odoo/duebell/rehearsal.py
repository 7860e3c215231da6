# SPDX-License-Identifier: LGPL-3.0-only
"""How a rehearsal of `ingest` ends: by an exception, so that Odoo keeps nothing of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from odoo.exceptions import UserError

NAMED = 5
"""So many of each kind of trouble are named; the rest is counted."""
LONGEST = 150
"""Characters kept of a reason: the whole has to fit what callers keep of an error's message."""


class RehearsalEnded(UserError):
    """Nothing was wrong with the call: its message is what would have come of it, as JSON."""


def ended(
    results: Mapping[str, Mapping[str, Any]], failed: Sequence[tuple[str, str, str]], told: int
) -> RehearsalEnded:
    """Of `ingest`'s results, the messages that failed (key, channel, because), and how many would go out."""
    refused = [
        {"key": key, "because": result["because"][:LONGEST]}
        for key, result in results.items()
        if result["outcome"] == "refused"
    ]
    broken = [{"key": key, "channel": channel, "because": (why or "")[:LONGEST]} for key, channel, why in failed]
    return RehearsalEnded(
        json.dumps(
            {
                "events": len(results),
                "messages": told,
                "refused": refused[:NAMED],
                "refused_in_all": len(refused),
                "failed": broken[:NAMED],
                "failed_in_all": len(broken),
            }
        )
    )
