# SPDX-License-Identifier: LGPL-3.0-only
"""Where a company's own SMS gateway tells of deliveries and answers."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from odoo.http import Controller, Response, request, route

LONGEST_BODY = 1024 * 1024


class SmsGatewayController(Controller):
    """The path's token says which gateway speaks; a signature may say that it does."""

    @route(
        "/duebell/sms/<string:token>/report",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=LONGEST_BODY,
        duebell_keeps_body=True,
    )
    def report(self, token: str, **_parameters: Any) -> Response:
        """Delivery reports: 200 if all are kept; 404 asks the gateway to repeat what it told of SMS unknown here."""
        return self._taken(token, "_take_reports", HTTPStatus.NOT_FOUND, "No such SMS yet.")

    @route(
        "/duebell/sms/<string:token>/reply",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=LONGEST_BODY,
        duebell_keeps_body=True,
    )
    def reply(self, token: str, **_parameters: Any) -> Response:
        """Customers' answers; 422 if none has a number."""
        return self._taken(token, "_take_replies", HTTPStatus.UNPROCESSABLE_ENTITY, "No number or no text found.")

    def _taken(self, token: str, method: str, status: HTTPStatus, otherwise: str) -> Response:
        gateway = request.env["duebell.gateway"].sudo()._of_token(token)
        if not gateway:
            return Response("Unknown address.", status=HTTPStatus.NOT_FOUND)
        asked = request.httprequest
        signature = asked.headers.get(gateway.signature_header or "", "")
        if not gateway._is_signed(asked.get_data() or asked.query_string, signature):
            return Response("Wrong signature.", status=HTTPStatus.FORBIDDEN)
        try:
            told = _told(signed=bool(gateway.signature_header))
        except ValueError:
            return Response("No JSON.", status=HTTPStatus.BAD_REQUEST)
        return Response("OK") if getattr(gateway, method)(told) else Response(otherwise, status=status)


def _told(*, signed: bool) -> Any:
    """The JSON of the body, else the fields of the form and the address; where it is signed, nothing but what is."""
    asked = request.httprequest
    body = asked.get_data()
    if asked.mimetype == "application/json" or body[:1] in (b"{", b"["):
        return json.loads(body)
    if signed and body:
        return asked.form.to_dict()
    return asked.values.to_dict()
