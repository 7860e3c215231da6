# SPDX-License-Identifier: LGPL-3.0-only
"""SMS of a company with a gateway of its own leave by that: ours, and everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from odoo import models

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..sms_gateway_api import OwnGatewayApi

BATCH = 50
"""SMS in a batch: they are posted one by one, and what became of them is kept only at its end."""
BATCH_SECONDS = 20


class SmsSms(models.Model):
    _inherit = "sms.sms"  # pylint: disable=consider-merging-classes-inherited

    def _get_send_batch_size(self) -> int:
        size: int = super()._get_send_batch_size()
        paces = self.env["duebell.gateway"].sudo().search([("per_second", ">", 0)]).mapped("per_second")
        return max(1, min(size, BATCH, int(BATCH_SECONDS * min(paces)))) if paces else size

    def _split_by_api(self) -> Iterator[tuple[SmsApiBase, SmsSms]]:
        """For SMS that a person sends at once; the queue asks the company itself."""
        for company, sms in self.grouped(lambda one: one._get_sms_company()).items():
            if self.env["duebell.gateway"].sudo()._of(company):
                yield OwnGatewayApi(self.with_company(company).env), sms
            else:
                yield from super(SmsSms, sms.with_company(company))._split_by_api()

    def _handle_call_result_hook(self, results: Sequence[dict[str, Any]]) -> None:
        """Keeps under which number the gateway reports the SMS."""
        references = {one["uuid"]: one["duebell_reference"] for one in results if one.get("duebell_reference")}
        named = self.filtered(lambda one: one.uuid in references)
        for company, of_company in named.grouped(lambda one: one._get_sms_company()).items():
            of_company._keep_references(references, self.env["duebell.gateway"].sudo()._of(company))
        return super()._handle_call_result_hook(results)

    def _keep_references(self, references: Mapping[str, str], gateway: models.BaseModel) -> None:
        for sms in self:
            tracker = {"duebell_reference": references[sms.uuid], "duebell_gateway_id": gateway.id}
            sms.sms_tracker_id.write(tracker)
