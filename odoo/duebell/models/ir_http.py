# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import models
from odoo.http import request

KEEPS_BODY = "duebell_keeps_body"
"""Of a route: its body's bytes can be had after a form was read from them; give it a max_content_length, too."""


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule: Any, args: Any) -> Any:
        """Reading a form uses the bytes up that a signature is of, unless they were read as such before."""
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get(KEEPS_BODY):
            request.httprequest.get_data()
        return result
