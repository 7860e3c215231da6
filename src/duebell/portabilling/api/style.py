"""Both styles of calls: a JSON body with a bearer token, and the form fields of older releases. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from duebell.portabilling.options import RequestStyle


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a session is known by: the access token, and the session's id where there is one."""

    access_token: str = field(repr=False)
    session_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A call as it is sent."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def written(style: RequestStyle, params: Mapping[str, Any], credentials: Credentials | None) -> Written:
    """The call with these parameters (JSON values); without credentials it is one that needs none."""
    return _form(params, credentials) if style is RequestStyle.FORM else _json(params, credentials)


def _json(params: Mapping[str, Any], credentials: Credentials | None) -> Written:
    headers = {"Content-Type": "application/json"}
    if credentials:
        headers["Authorization"] = f"Bearer {credentials.access_token}"
    return Written(headers, json.dumps({"params": params}).encode())


def _form(params: Mapping[str, Any], credentials: Credentials | None) -> Written:
    fields = {"params": json.dumps(params)}
    if credentials:
        known_by = {"session_id": credentials.session_id} if credentials.session_id else {}
        fields = {"auth_info": json.dumps(known_by or {"access_token": credentials.access_token}), **fields}
    return Written({"Content-Type": "application/x-www-form-urlencoded"}, urlencode(fields).encode())
