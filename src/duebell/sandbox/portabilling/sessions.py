"""Sessions of the stand-in's API: they are logged in to, expire, and die unused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from duebell.sandbox.portabilling.faults import LoginRefused, NoCredentials, NotAToken, SessionEnded, TokenExpired
from duebell.sandbox.portabilling.times import api_moment

LIFETIME = timedelta(hours=48)
IDLE = timedelta(hours=24)
_PARTS_OF_A_JWT = 3


@dataclass(frozen=True, slots=True)
class User:
    """Who may log in: by password, or by token."""

    login: str
    password: str
    token: str


@dataclass(slots=True)
class Session:
    """One login. `calls` counts those that its present access token was used for."""

    id: str
    refresh_token: str
    access_token: str
    expires_at: datetime
    used_at: datetime
    calls: int = 0


class Sessions:
    """Those that are open, on the real clock `now` (aware): billing's clock may run fast, tokens don't."""

    def __init__(
        self, user: User, now: Callable[[], datetime], lifetime: timedelta = LIFETIME, idle: timedelta = IDLE
    ) -> None:
        self._user = user
        self._now = now
        self._lifetime = lifetime
        self._idle = idle
        self._key = secrets.token_bytes(32)
        self._open: dict[str, Session] = {}
        self.logins = 0
        """How often somebody logged in."""

    def login(self, login: str, password: str, token: str) -> dict[str, str]:
        """Open a session; answers with its id and tokens.

        Raises:
            LoginRefused: another login, or neither its password nor its token.
        """
        proven = _same(password, self._user.password) or _same(token, self._user.token)
        if not (_same(login, self._user.login) and proven):
            raise LoginRefused("The login, the password or the token is wrong.")
        self.logins += 1
        now = self._now()
        session = Session(secrets.token_hex(16), secrets.token_urlsafe(32), "", now, now)
        self._open[session.id] = session
        return {"session_id": session.id, **self._renew(session)}

    def refresh(self, refresh_token: str) -> dict[str, str]:
        """Give the session another access token; the one before is of no use any more.

        Raises:
            SessionEnded: no open session has this refresh token.
        """
        session = self._find(lambda one: _same(one.refresh_token, refresh_token))
        if session is None:
            raise SessionEnded("The refresh token opens no session.")
        return self._renew(session)

    def check(self, credential: str, most_calls: int | None = None) -> Session:
        """The session of a call that comes with an access token or a session's id; the call counts as its use.

        `most_calls`: an access token is good for so many calls.

        Raises:
            NoCredentials, NotAToken, TokenExpired, SessionEnded: as PortaBilling says it.
        """
        if not credential:
            raise NoCredentials("The call has no credentials.")
        by_token = credential.count(".") == _PARTS_OF_A_JWT - 1
        session = self._by_token(credential, most_calls) if by_token else self._by_id(credential)
        session.used_at = self._now()
        session.calls += 1
        return session

    def logout(self, session: Session) -> None:
        """End it."""
        self._open.pop(session.id, None)

    def expire_tokens(self) -> None:
        """Let every access token expire now; sessions stay open, and their refresh tokens good."""
        for session in self._open.values():
            session.expires_at = self._now()

    def end_all(self) -> None:
        """End every session, as a restart of PortaBilling does."""
        self._open.clear()

    def _by_id(self, session_id: str) -> Session:
        if not session_id.isalnum():
            raise NotAToken("The access token can't be read.")
        session = self._find(lambda one: _same(one.id, session_id))
        if session is None:
            raise SessionEnded("The session has ended.")
        return session

    def _by_token(self, token: str, most_calls: int | None) -> Session:
        if not hmac.compare_digest(self._signed(token.rpartition(".")[0]), token.encode(errors="replace")):
            raise NotAToken("The access token can't be read.")
        session = self._find(lambda one: _same(one.access_token, token))
        spent = session is not None and most_calls is not None and session.calls >= most_calls
        if session is None or spent or session.expires_at <= self._now():
            raise TokenExpired("The access token has expired.")
        return session

    def _find(self, wanted: Callable[[Session], bool]) -> Session | None:
        now = self._now()
        self._open = {id_: one for id_, one in self._open.items() if now - one.used_at < self._idle}
        return next(filter(wanted, self._open.values()), None)

    def _renew(self, session: Session) -> dict[str, str]:
        session.used_at = self._now()
        session.expires_at = session.used_at + self._lifetime
        session.calls = 0
        session.access_token = self._jwt(session)
        return {
            "access_token": session.access_token,
            "refresh_token": session.refresh_token,
            "expires_at": api_moment(session.expires_at),
        }

    def _jwt(self, session: Session) -> str:
        claims = {"sub": self._user.login, "exp": int(session.expires_at.timestamp()), "jti": secrets.token_hex(8)}
        unsigned = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return self._signed(unsigned).decode()

    def _signed(self, unsigned: str) -> bytes:
        digest = hmac.digest(self._key, unsigned.encode(), hashlib.sha256)
        return unsigned.encode() + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _same(one: str, other: str) -> bool:
    return bool(one) and hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
