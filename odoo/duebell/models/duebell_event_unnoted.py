# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Mapping, Sequence

from odoo import api, models

from ..contract import Incoming


class DuebellEvent(models.Model):
    _inherit = "duebell.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _note(self, events: Sequence[Incoming], ids: Mapping[str, int]) -> None:
        unnoted = self.env["duebell.timeline.choice"]._unnoted()
        return super()._note([event for event in events if event.type not in unnoted], ids)
