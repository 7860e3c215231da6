# SPDX-License-Identifier: LGPL-3.0-only
"""An event that is looked at once more, long after it came: as the call had it, and beside what came later."""

from __future__ import annotations

import json
from typing import Any

from odoo import models

from ..still_true import denies


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    def _entry(self) -> dict[str, Any]:
        """As an entry of `ingest`; without the company's name, which may have changed since."""
        return {
            "key": f"{self.event_id}/{self.replay}",
            "replay": self.replay,
            "notify_by": f"{self.notify_by:%Y-%m-%dT%H:%M:%SZ}" if self.notify_by else None,
            "epoch": self.epoch,
            "superseded_by": None,
            "event": {**json.loads(self.payload), "company": None},
        }

    def _denies(self, earlier: DuebellEvent) -> bool:
        """Whether the same customer's earlier event is no longer true by this one."""
        return (earlier.epoch, earlier.sequence) < (self.epoch, self.sequence) and denies(
            self.type, self._subject(), earlier.type, earlier._subject()
        )
