# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, fields, models

from ..hooks import keep_proof


class BaseModuleUninstall(models.TransientModel):
    """Offers the proof of notice before it is deleted."""

    _inherit = "base.module.uninstall"

    duebell_message_count = fields.Integer("Billing Messages", compute="_compute_duebell_message_count")

    @api.depends("module_ids")
    def _compute_duebell_message_count(self) -> None:
        """Of messages that would be deleted: none where Duebell stays."""
        for wizard in self:
            goes = "duebell" in wizard._get_modules().mapped("name")
            wizard.duebell_message_count = self.env["duebell.message"].sudo().search_count([]) if goes else 0

    def action_duebell_proof(self) -> dict[str, Any]:
        """One file is downloaded, of several there is a list; they go with the wizard."""
        self.ensure_one()
        self.check_access("write")
        files = keep_proof(self.sudo().env, res_model=self._name, res_id=self.id)
        if len(files) > 1:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Proof of notice"),
                "res_model": "ir.attachment",
                "view_mode": "list,form",
                "domain": [("id", "in", files.ids)],
            }
        return {"type": "ir.actions.act_url", "url": f"/web/content/{files.id}?download=true", "target": "download"}
