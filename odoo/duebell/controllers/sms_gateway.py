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
    )
    def reply(self, token: str, **_parameters: Any) -> Response:
        """A customer's answer; 422 if it has no number."""
        return self._taken(token, "_take_reply", HTTPStatus.UNPROCESSABLE_ENTITY, "No number or no text found.")

    def _taken(self, token: str, method: str, status: HTTPStatus, otherwise: str) -> Response:
        gateway = request.env["duebell.gateway"].sudo()._of_token(token)
        if not gateway:
            return Response("Unknown address.", status=HTTPStatus.NOT_FOUND)
        if (request.httprequest.content_length or 0) > LONGEST_BODY:
            return Response("Too long.", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = request.httprequest.get_data()
        signature = request.httprequest.headers.get(gateway.signature_header or "", "")
        if not gateway._is_signed(body, signature):
            return Response("Wrong signature.", status=HTTPStatus.FORBIDDEN)
        try:
            told = _told(body)
        except ValueError:
            return Response("No JSON.", status=HTTPStatus.BAD_REQUEST)
        return Response("OK") if getattr(gateway, method)(told) else Response(otherwise, status=status)


def _told(body: bytes) -> Any:
    """The JSON of the body, else the fields of the form and the address."""
    if request.httprequest.mimetype == "application/json" or body[:1] in (b"{", b"["):
        return json.loads(body)
    return request.httprequest.values.to_dict()
