"""Our session at PortaBilling: one login for all callers, a new token before the old one expires."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from duebell.portabilling.api.faults import CallFailed, Evidence, Forbidden, OtherShape, SessionLost, SessionRefused
from duebell.portabilling.api.flight import SingleFlight
from duebell.portabilling.api.style import Credentials
from duebell.portabilling.options import ApiOptions

Ask = Callable[[str, Mapping[str, Any]], Awaitable["Told"]]
"""Calls a method of `Session` without credentials."""

LEAST = 30.0
"""Seconds that a token is used for at least, whatever the clocks say."""
AHEAD = 0.9
"""The part of its life after which a token is replaced."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with its URL, and PortaBilling's own time of it (UTC), if it says so."""

    url: str
    answer: Mapping[str, Any]
    date: datetime | None


@dataclass(slots=True, eq=False)
class Token:
    """What calls are made with. `renew_at` is by the client's clock; `served`: a call made with it was answered."""

    credentials: Credentials
    refresh_token: str | None
    renew_at: float | None
    served: bool = False


class Session:
    """Logs in when a token is first asked for. Safe for several callers at once, within one event loop."""

    def __init__(self, options: ApiOptions, ask: Ask, now: Callable[[], datetime], clock: Callable[[], float]) -> None:
        self._options = options
        self._ask = ask
        self._now = now
        self._clock = clock
        self._token: Token | None = None
        self._renewal: SingleFlight[Token] = SingleFlight()

    async def token(self) -> Token:
        """The token to use now.

        Raises:
            PortaBillingError: LoginRefused, or whatever keeps us from logging in.
        """
        token = self._token
        if token is None or (token.renew_at is not None and token.renew_at <= self._clock()):
            return await self._renewal.ask("token", self._renewed)
        return token

    def lost(self, token: Token) -> None:
        """PortaBilling doesn't accept it any more; one that came meanwhile stays."""
        if self._token is token:
            self._token = None

    def secrets(self, used: Credentials | None) -> list[str]:
        """What must not be shown of the answer to a call that was made with these."""
        known = [self._options.password, self._options.token]
        if used:
            known += [used.access_token, used.session_id]
        if self._token:
            known.append(self._token.refresh_token)
        return [secret for secret in known if secret]

    async def _renewed(self) -> Token:
        before = self._token
        self._token = (await self._refreshed(before) if before else None) or await self._logged_in()
        return self._token

    async def _refreshed(self, before: Token) -> Token | None:
        """A new token for the old session; None: there is no way but to log in."""
        if not before.refresh_token:
            return None
        try:
            told = await self._ask("refresh_access_token", {"refresh_token": before.refresh_token})
        except (SessionLost, Forbidden, CallFailed):
            return None
        return self._read(told, before)

    async def _logged_in(self) -> Token:
        options = self._options
        key = {"token": options.token} if options.token else {"password": options.password}
        try:
            return self._read(await self._ask("login", {"login": options.login, **key}), None)
        except SessionLost as error:
            raise SessionRefused(error.evidence) from error

    def _read(self, told: Told, before: Token | None) -> Token:
        match told.answer:
            case {"access_token": str(access_token)}:
                pass
            case _:
                raise _other_shape(told, "access_token")
        known_id = before.credentials.session_id if before else None
        session_id = told.answer.get("session_id", known_id)
        refresh_token = told.answer.get("refresh_token", before.refresh_token if before else None)
        return Token(
            Credentials(access_token, str(session_id) if session_id is not None else None),
            str(refresh_token) if refresh_token is not None else None,
            self._renew_at(told),
        )

    def _renew_at(self, told: Told) -> float | None:
        """By PortaBilling's own clock, since ours may differ from it."""
        expires_at = told.answer.get("expires_at")
        if expires_at is None:
            return None
        try:
            life = datetime.fromisoformat(str(expires_at)).replace(tzinfo=UTC) - (told.date or self._now())
        except ValueError:
            raise _other_shape(told, "expires_at") from None
        return self._clock() + max(LEAST, life / timedelta(seconds=1) * AHEAD)


def _other_shape(told: Told, field: str) -> OtherShape:
    return OtherShape(Evidence(url=told.url), f"the login's answer has no {field} that can be read")
