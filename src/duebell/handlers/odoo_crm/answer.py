"""What a JSON-2 answer means: a result, or the error that it is. Pure.

Odoo answers errors in JSON with `name` and `message`; HTML comes from before the database is chosen, or isn't Odoo's at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from duebell.configuration.group import MASK
from duebell.handlers.odoo_crm.errors import (
    MESSAGE_LIMIT,
    AddonIncompatible,
    AddonMissing,
    CallTooLarge,
    DatabaseBusy,
    DataRefused,
    Evidence,
    GateRefused,
    GatewayFailed,
    KeyRefused,
    MalformedCall,
    MovedForGood,
    NotOdoo,
    OdooError,
    OdooFailed,
    Overloaded,
    PageNotFound,
    RecordMissing,
    Redirected,
    RightsMissing,
    Unavailable,
)
from duebell.outbound.retry_after import retry_after

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

ODOO_ERRORS: Mapping[int, type[OdooError]] = {
    400: MalformedCall,
    401: KeyRefused,
    403: RightsMissing,
    404: AddonMissing,
    409: DatabaseBusy,
    413: CallTooLarge,
    422: DataRefused,
    429: Overloaded,
    500: OdooFailed,
    502: GatewayFailed,
    503: Overloaded,
    504: GatewayFailed,
}
"""By status, for an answer in the shape of Odoo's errors; for any other status nobody knows whose fault it is: all waits."""

ODOO_ERRORS_BY_NAME: Mapping[str, type[OdooError]] = {
    "odoo.exceptions.MissingError": RecordMissing,
    "werkzeug.exceptions.UnprocessableEntity": AddonIncompatible,
    **dict.fromkeys(
        (
            "odoo.exceptions.ConcurrencyError",
            "psycopg2.InterfaceError",
            "psycopg2.OperationalError",
            "psycopg2.pool.PoolError",
            "psycopg2.errors.AdminShutdown",
            "psycopg2.errors.CannotConnectNow",
            "psycopg2.errors.ConnectionException",
            "psycopg2.errors.ConnectionFailure",
            "psycopg2.errors.CrashShutdown",
            "psycopg2.errors.DeadlockDetected",
            "psycopg2.errors.DiskFull",
            "psycopg2.errors.IdleInTransactionSessionTimeout",
            "psycopg2.errors.InFailedSqlTransaction",
            "psycopg2.errors.InsufficientResources",
            "psycopg2.errors.IoError",
            "psycopg2.errors.LockNotAvailable",
            "psycopg2.errors.OutOfMemory",
            "psycopg2.errors.QueryCanceled",
            "psycopg2.errors.ReadOnlySqlTransaction",
            "psycopg2.errors.SerializationFailure",
            "psycopg2.errors.TooManyConnections",
            "psycopg2.errors.TransactionRollback",
        ),
        DatabaseBusy,
    ),
}
"""By Odoo's exception name; goes before the status."""

FOREIGN_ERRORS: Mapping[int, type[OdooError]] = {
    400: GateRefused,
    401: GateRefused,
    403: GateRefused,
    405: NotOdoo,
    407: GateRefused,
    408: GatewayFailed,
    411: GateRefused,
    413: CallTooLarge,
    415: GateRefused,
    429: Overloaded,
    451: GateRefused,
    503: Overloaded,
}
"""By status, for any other answer. 415 is Odoo's own, in HTML: something changed the content type on the way."""

_NAME = re.compile(r"[\w.]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole. `headers` by lower-case name; `key` is masked wherever the answer repeats it."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    key: str | None = field(default=None, repr=False)

    @property
    def is_page(self) -> bool:
        """Whether it is a web page rather than data."""
        return self._content_type == "text/html"

    @property
    def _content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Json:
        """Return the body.

        Raises:
            NotOdoo: it isn't JSON, or isn't said to be.
        """
        if self._content_type != "application/json":
            raise NotOdoo(
                self.evidence(),
                f"it answered {_printable(self._content_type) or 'without a content type'} instead of JSON",
            )
        try:
            parsed: Json = json.loads(self.body)
        except (ValueError, RecursionError):
            raise NotOdoo(self.evidence(), "its JSON can't be read") from None
        return parsed

    def evidence(self, name: str | None = None, message: str | None = None) -> Evidence:
        """Return what was seen, the key masked, never longer than what is kept."""
        if message is not None and self.key:
            message = message.replace(self.key, MASK)
        return Evidence(url=self.url, status=self.status, name=name, message=message[:MESSAGE_LIMIT] if message else None)


def result(answer: Answer) -> Json:
    """Return what the method returned.

    Raises:
        OdooError: the subclass that says what the answer means; for `PageNotFound` Odoo's health tells more.
    """
    if answer.status == HTTPStatus.OK:
        return answer.json()
    raise refusal(answer)


def refusal(answer: Answer) -> OdooError:
    """Return the error that an answer other than 200 is."""
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return _redirect(answer)
    said = _odoo_error(answer)
    if said is None:
        return _foreign_error(answer)
    name, message = said
    kind = ODOO_ERRORS_BY_NAME.get(name) or ODOO_ERRORS.get(answer.status) or GateRefused
    return _made(kind, answer, answer.evidence(name, message))


def _odoo_error(answer: Answer) -> tuple[str, str] | None:
    """Return exception name and message, if the answer has the shape of Odoo's errors."""
    try:
        body = answer.json()
    except NotOdoo:
        return None
    match body:
        case {"name": str(name), "message": str(message)} if _NAME.fullmatch(name):
            return name, message
    return None


def _foreign_error(answer: Answer) -> OdooError:
    if answer.status == HTTPStatus.NOT_FOUND and answer.is_page:
        return PageNotFound(answer.evidence())
    kind = FOREIGN_ERRORS.get(answer.status)
    if kind is None:
        kind = GatewayFailed if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else NotOdoo
    return _made(kind, answer, answer.evidence())


def _made(kind: type[OdooError], answer: Answer, evidence: Evidence) -> OdooError:
    if issubclass(kind, Unavailable):
        return kind(evidence, retry_after=retry_after(answer.headers.get("retry-after", "")))
    return kind(evidence)


def _redirect(answer: Answer) -> OdooError:
    permanent = answer.status in {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
    kind = MovedForGood if permanent else Redirected
    return kind(answer.evidence(), f"to {_origin(answer.url, answer.headers.get('location', ''))}")


def _origin(url: str, location: str) -> str:
    try:
        target = urlsplit(urljoin(url, location))
    except ValueError:
        return "no valid address"
    return f"{_printable(target.scheme)}://{_printable(target.netloc.rpartition('@')[2])}"


def _printable(text: str) -> str:
    return "".join(character for character in text[:100] if character.isprintable())
