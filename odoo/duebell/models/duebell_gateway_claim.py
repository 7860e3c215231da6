# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Sequence

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import SQL


class DuebellGatewayClaim(models.Model):
    """A text that a gateway is being asked for, or an e-mail a server. It outlives a sender that is killed, or a
    transaction that is undone, after the asking: nobody then knows whether it was sent."""

    _name = "duebell.gateway.claim"
    _description = "SMS Being Asked For"
    _log_access = False

    uuid = fields.Char("UUID", required=True, readonly=True)

    _uuid = models.Constraint("unique (uuid)", "Somebody asks for it already.")

    @api.model
    def _claim(self, uuids: Sequence[str]) -> set[str]:
        """Those that nobody can have asked for before; until this transaction ends nobody else may."""
        if not uuids:
            return set()
        registry = self.env.registry
        with registry.cursor() as cr:
            query = SQL(
                "INSERT INTO duebell_gateway_claim (uuid) SELECT unnest(%s) ON CONFLICT DO NOTHING RETURNING uuid",
                list(uuids),
            )
            claimed = {uuid for (uuid,) in Environment(cr, SUPERUSER_ID, {}).execute_query(query)}
        self.env.cr.postcommit.add(lambda: _give_back(registry, uuids))
        return claimed


def _give_back(registry: Registry, uuids: Sequence[str]) -> None:
    """What became of them is kept by now."""
    with registry.cursor() as cr:
        cr.execute(SQL("DELETE FROM duebell_gateway_claim WHERE uuid = ANY(%s)", list(uuids)))
