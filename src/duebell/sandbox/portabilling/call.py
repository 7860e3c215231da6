"""A call of PortaBilling's API, read from either of its two styles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

from duebell.sandbox.portabilling.faults import BadParameter, NoCredentials

_BEARER = "bearer "
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, and the access token or session id that it comes with; "": none."""

    params: Mapping[str, Any]
    credential: str

    def text(self, name: str) -> str:
        """A parameter as text, however it came; "": it isn't there.

        Raises:
            BadParameter: it is neither text nor a whole number.
        """
        match self.params.get(name):
            case None:
                return ""
            case str(text):
                return text
            case int(number) if not isinstance(number, bool):
                return str(number)
            case _:
                raise BadParameter(f"The parameter {name} isn't what it should be.")

    def count(self, name: str, default: int) -> int:
        """A parameter as a number of things.

        Raises:
            BadParameter: it is none.
        """
        text = self.text(name) or str(default)
        if not text.isascii() or not text.isdigit():
            raise BadParameter(f"The parameter {name} is no count.")
        return int(text)


def read_call(content_type: str, authorization: str, body: bytes, style: Literal["any", "json", "form"]) -> Call:
    """A call from the headers Content-Type and Authorization and the body, in the style that this release takes.

    Raises:
        NoCredentials: it is in the other style.
        BadParameter: the body can't be read.
    """
    form = content_type.partition(";")[0].strip().lower() == _FORM
    if style != "any" and form != (style == "form"):
        raise NoCredentials("The call's envelope is missing.")
    return _from_form(body) if form else _from_json(authorization, body)


def _from_json(authorization: str, body: bytes) -> Call:
    bearer = authorization[: len(_BEARER)].lower() == _BEARER
    envelope = _object(body.decode(errors="replace") or "{}")
    return Call(_params(envelope.get("params")), authorization[len(_BEARER) :].strip() if bearer else "")


def _from_form(body: bytes) -> Call:
    fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    who = _object(fields.get("auth_info", [""])[0] or "{}")
    params = _object(fields.get("params", [""])[0] or "{}")
    return Call(params, str(who.get("access_token") or who.get("session_id") or ""))


def _object(text: str) -> Mapping[str, Any]:
    try:
        return _params(json.loads(text))
    except (ValueError, RecursionError):
        raise BadParameter("The call isn't JSON.") from None


def _params(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadParameter("The parameters are no object.")
    return value
