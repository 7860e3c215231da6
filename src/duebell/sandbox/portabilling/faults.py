"""PortaBilling's faults: every failure of its API is HTTP 500 with a code and a sentence."""

from __future__ import annotations

from typing import ClassVar


class Fault(Exception):
    """A call that fails; `code` is the answer's `faultcode`, the message its `faultstring`."""

    code: ClassVar[str] = "Server.Internal"
    """Not published: the code of what the documentation has no name for."""

    def answer(self) -> dict[str, str]:
        """The answer's body."""
        return {"faultcode": self.code, "faultstring": str(self)}


class LoginRefused(Fault):
    """The login itself is wrong."""

    code = "Server.Session.auth_failed"


class SessionEnded(Fault):
    """The session isn't there, or not any more."""

    code = "Server.Session.check_auth.auth_failed"


class NoCredentials(Fault):
    """The call says nobody's name."""

    code = "Client.check_auth.envelope_missed"


class NotAToken(Fault):
    """What came as an access token isn't one."""

    code = "Client.Session.check_auth.failed_to_process_jwt"


class TokenExpired(Fault):
    """The access token was good once."""

    code = "Client.Session.check_auth.failed_to_process_access_token"


class AccessDenied(Fault):
    """The user may not use this method."""

    code = "Server.Session.check_access.denied"  # not published


class NoSuchMethod(Fault):
    """The API hasn't this method, or the stand-in hasn't."""

    code = "Client.method_not_found"  # not published


class BadParameter(Fault):
    """A parameter is missing or isn't what it should be."""

    code = "Client.invalid_parameter"  # not published


class NotFound(Fault):
    """Nothing of that id is here."""

    code = "Server.not_found"  # not published
