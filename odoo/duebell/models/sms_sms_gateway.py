# SPDX-License-Identifier: LGPL-3.0-only
"""SMS of a company with a gateway of its own leave by that: ours, and everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from odoo import api, models

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..sms_gateway_api import OwnGatewayApi

BATCH = 50
"""SMS of a company in a batch: they are posted one by one, and what became of them is kept only at its end."""
BATCH_SECONDS = 20
"""So long a company's gateway may take for its part: those of other companies wait meanwhile."""


class SmsSms(models.Model):
    _inherit = "sms.sms"  # pylint: disable=consider-merging-classes-inherited

    def _get_send_batch_size(self) -> int:
        """Of SMS of a company with its own gateway what that takes; Odoo's queue, which has all, asks without any."""
        size: int = super()._get_send_batch_size()
        gateway = self.env["duebell.gateway"].sudo()._of(self[0]._get_sms_company()) if self else None
        return max(1, min(size, BATCH, int(BATCH_SECONDS * gateway.per_second))) if gateway else size

    def _send(self, *args: Any, **kwargs: Any) -> None:
        """A batch of the queue has no more of a company's than its gateway takes: the rest stays for the next."""
        if self.env.context.get("sms_api"):
            super()._send(*args, **kwargs)
            return
        by_company = self.grouped(lambda one: one._get_sms_company()).values()
        batch = self.browse().union(*(sms[: sms._get_send_batch_size()] for sms in by_company))
        super(SmsSms, batch)._send(*args, **kwargs)
        if batch != self:
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()

    def _split_by_api(self) -> Iterator[tuple[SmsApiBase, SmsSms]]:
        """For SMS that a person sends at once; the queue asks the company itself."""
        for company, sms in self.grouped(lambda one: one._get_sms_company()).items():
            if self.env["duebell.gateway"].sudo()._of(company):
                yield OwnGatewayApi(self.with_company(company).env), sms
            else:
                yield from super(SmsSms, sms.with_company(company))._split_by_api()

    def _own_gateway_api(self) -> OwnGatewayApi | None:
        """Of the company in which they are sent. It goes before another provider's addon, whichever Odoo loads last."""
        return OwnGatewayApi(self.env) if self.env["duebell.gateway"].sudo()._of(self.env.company) else None

    @api.model
    def _claim(self, sms_api: SmsApiBase, uuids: Sequence[str], ours: models.BaseModel) -> set[str]:
        """Those that the gateway may be asked for: of our messages, and of all SMS where the gateway is the company's
        own, none that somebody may have asked for before, unless the gateway knows doubles."""
        claimed, claims = set(uuids), self.env["duebell.gateway.claim"].sudo()
        if not isinstance(sms_api, OwnGatewayApi):
            mine = set(ours.mapped("uuid"))
            return (claimed - mine) | claims._claim(sorted(claimed & mine))
        knows_doubles = self.env["duebell.gateway"].sudo()._of(sms_api.company).deduplicates
        return claimed if knows_doubles else claims._claim(uuids)

    def _keep_references(self, references: Mapping[str, str]) -> None:
        """Under which number the company's own gateway reports each, by uuid."""
        gateway = self.env["duebell.gateway"].sudo()._of(self.env.company)
        for sms in self.filtered(lambda one: one.uuid in references):
            tracker = {"duebell_reference": references[sms.uuid], "duebell_gateway_id": gateway.id}
            sms.sms_tracker_id.write(tracker)
