# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners: models.BaseModel, dst_partner: models.BaseModel) -> None:
        """Also keeps what each of the contacts doesn't want to be told.

        Odoo moves all rows of the merged contacts at once, and deletes them all where the kept contact has one of them.
        """
        optouts = self.env["duebell.optout"]
        optouts.flush_model()
        self.env.cr.execute(
            SQL(
                """INSERT INTO duebell_optout
                               (partner_id, topic, channel, create_uid, create_date, write_uid, write_date)
                   SELECT %s, topic, channel, create_uid, create_date, write_uid, write_date
                     FROM duebell_optout
                    WHERE partner_id = ANY(%s)
                 ORDER BY id
              ON CONFLICT (partner_id, topic, channel) DO NOTHING""",
                dst_partner.id,
                src_partners.ids,
            )
        )
        optouts.invalidate_model()
        return super()._update_foreign_keys(src_partners, dst_partner)
