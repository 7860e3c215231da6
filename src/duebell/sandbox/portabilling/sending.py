"""Where EventSender posts to, and how."""

from __future__ import annotations

import base64
import hmac
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from duebell.errors import InvalidValue
from duebell.sandbox.loopback import is_loopback_url


class Sending(BaseModel):
    """`url` None: nowhere yet, events wait. `rate` is in events a second.

    `authorization` as the group's `Event_Authorization`: with header, its whole value is the password. An event that is
    answered with something else than 200 and 4xx, or not for `silence` seconds, is posted again after
    `pause` seconds. `at_once` posts may be under way; with one, events arrive in the order in which they are sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    authorization: Literal["basic", "header", "signature"] = "basic"
    user: str = "portabilling"
    password: str = Field(default="", repr=False)
    header: str = "Authorization"
    digest: Literal["sha256", "sha512", "sha1"] = "sha256"
    rate: Annotated[float, Field(gt=0, le=100_000)] = 10
    silence: Annotated[float, Field(gt=0, le=3600)] = 300
    pause: Annotated[float, Field(ge=0, le=3600)] = 10
    at_once: Annotated[int, Field(ge=1, le=100)] = 1

    def checked(self) -> Sending:
        """It, if it may be used.

        Raises:
            InvalidValue: the URL leads elsewhere than to this machine.
        """
        if self.url is not None and not is_loopback_url(self.url):
            raise InvalidValue("url: the stand-in posts to this machine only: give a URL such as http://127.0.0.1:8469/….")
        return self

    def credentials(self, body: bytes) -> dict[str, str]:
        """The header that says who posts the body; none without a password."""
        if not self.password:
            return {}
        match self.authorization:
            case "basic":
                pair = f"{self.user}:{self.password}".encode()
                return {self.header: f"Basic {base64.b64encode(pair).decode()}"}
            case "header":
                return {self.header: self.password}
            case "signature":
                return {self.header: hmac.new(self.password.encode(), body, self.digest).hexdigest()}
