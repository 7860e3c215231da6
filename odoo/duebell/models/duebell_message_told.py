# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import models
from odoo.tools import html2plaintext

from .duebell_message import IN_CONTRACT, TIME_OF


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _as_told(self) -> dict[str, Any]:
        """As the contract has it; an e-mail's text without its markup."""
        text = self.body and (html2plaintext(self.body) if self.channel == "email" else self.body)
        return {
            "channel": self.channel,
            "recipient": self.recipient or None,
            "subject": self.subject or None,
            "text": text or None,
            "state": IN_CONTRACT.get(self.state, self.state),
            "because": self.because or None,
            "at": f"{self._stands_since():%Y-%m-%dT%H:%M:%SZ}",
        }

    def _stands_since(self) -> Any:
        """When it came to its state; of states that keep no time of their own, when it was last written."""
        return (self.state in TIME_OF and self[TIME_OF[self.state]]) or self.write_date
