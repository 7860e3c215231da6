"""What an HTTP answer of PortaBilling means: a result, or the error that it is. Pure.

Every failure of the API itself is HTTP 500 with `faultcode` and `faultstring`; anything else comes from what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from duebell.configuration.group import MASK
from duebell.outbound.retry_after import retry_after
from duebell.portabilling.api.faults import (
    MESSAGE_LIMIT,
    CallFailed,
    Evidence,
    GateRefused,
    LoginRefused,
    NotPortaBilling,
    PortaBillingError,
    SessionLost,
    Unavailable,
)
from duebell.portabilling.api.shape import parsed

FAULTS: Mapping[str, type[PortaBillingError]] = {
    "Server.Session.auth_failed": LoginRefused,
    "Server.Session.check_auth.auth_failed": SessionLost,
    "Client.check_auth.envelope_missed": SessionLost,
    "Client.Session.check_auth.failed_to_process_jwt": SessionLost,
    "Client.Session.check_auth.failed_to_process_access_token": SessionLost,
}
"""The published codes; any other is `CallFailed`."""

_GATES: Mapping[int, type[PortaBillingError]] = {
    400: GateRefused,
    401: GateRefused,
    403: GateRefused,
    407: GateRefused,
    408: Unavailable,
    411: GateRefused,
    413: GateRefused,
    415: GateRefused,
    425: Unavailable,
    429: Unavailable,
    451: GateRefused,
}
"""By status, for an answer without a fault; 5xx: unavailable, the rest is no PortaBilling."""

_PLAIN = re.compile(r"[\w.:/-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole. `headers` by lower-case name; `secrets` are masked wherever the answer repeats them."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    secrets: Collection[str] = field(default=(), repr=False)

    @property
    def date(self) -> datetime | None:
        """When PortaBilling's machine says it answered, in UTC."""
        try:
            moment = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

    def evidence(self, code: str | None = None, message: str | None = None) -> Evidence:
        """What was seen, secrets masked, never longer than what is kept."""
        for secret in filter(None, self.secrets):
            message = message.replace(secret, MASK) if message else message
        trace = self.headers.get("x-trace-id", "")
        return Evidence(
            url=self.url,
            status=self.status,
            code=code,
            trace=trace if _PLAIN.fullmatch(trace) else None,
            message=message[:MESSAGE_LIMIT] if message else None,
        )


def result(answer: Answer) -> dict[str, Any]:
    """What the method returned, without what is empty.

    Raises:
        PortaBillingError: the subclass that says what the answer means.
    """
    try:
        body = parsed(answer.body)
    except ValueError:
        raise _without_a_fault(answer, "it answers no JSON") from None
    match body:
        case {"faultcode": str(code)} if _PLAIN.fullmatch(code):
            said = body.get("faultstring")
            raise FAULTS.get(code, CallFailed)(answer.evidence(code, said if isinstance(said, str) else None))
        case dict() if answer.status == HTTPStatus.OK:
            return body
    raise _without_a_fault(answer, "it answers another JSON than PortaBilling does")


def _without_a_fault(answer: Answer, detail: str) -> PortaBillingError:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind: type[PortaBillingError] = Unavailable
    else:
        kind = _GATES.get(answer.status, NotPortaBilling)
    if kind is Unavailable:
        return Unavailable(answer.evidence(), retry_after=retry_after(answer.headers.get("retry-after", "")))
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        detail = "it sends calls elsewhere, and they are never sent on"
    return kind(answer.evidence(), detail)
