"""What can go wrong between here and PortaBilling. A docstring is the message: first what is wrong, then what to do about it.

PortaBillingError
├── NotAnswered              no whole answer came; `reason` is what outbound says of it
├── Unavailable              it answers that it can't now
├── SessionLost              the session has ended; who calls logs in again, so that only a storm of these is seen
├── NotPortaBilling          something answers, but no PortaBilling's API
├── Forbidden                PortaBilling refuses us, whatever we ask
│   ├── LoginRefused
│   ├── SessionRefused
│   └── GateRefused
└── CallFailed               PortaBilling can't do this call, or answers it strangely
    ├── OtherShape
    └── AnswerTooLarge
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from duebell.errors import DuebellError
from duebell.outbound import NameUnknown, NoAnswer, NoConnection, NotReached, TlsFailed

MESSAGE_LIMIT = 2048
"""Characters of PortaBilling's own sentence that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen: the URL asked, the HTTP status, the fault's code and sentence, and PortaBilling's name of the call.

    `message` may hold customers' data: it is for a page that a person opens, never for a log or an alarm. No password or token of
    ours is ever in here.
    """

    url: str
    status: int | None = None
    code: str | None = None
    trace: str | None = None
    message: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        status = f"HTTP {self.status}" if self.status is not None else None
        trace = f"trace {self.trace}" if self.trace else None
        return ", ".join(part for part in (status, self.code, trace, self.url) if part)


class PortaBillingError(DuebellError):
    """PortaBilling didn't do what was asked.

    Look into PortaBilling's log.
    """

    slug = "portabilling"
    http_status = 502

    def __init__(self, evidence: Evidence, detail: str | None = None) -> None:
        self.evidence = evidence
        wrong, _, remedy = (type(self).__doc__ or "").partition("\n\n")
        self.hint = " ".join(remedy.split())
        self.found = f"{' '.join(wrong.split()).removesuffix('.')} ({', '.join(filter(None, (detail, str(evidence))))})."
        super().__init__(f"{self.found} {self.hint}")


class NotAnswered(PortaBillingError):
    """No whole answer came from PortaBilling."""

    def __init__(self, evidence: Evidence, reason: NotReached) -> None:
        super().__init__(evidence)
        self.reason = reason
        self.found, self.hint = reason.found, remedy(reason)
        self.args = (f"{self.found} {self.hint}",)


_REMEDIES: Mapping[type[NotReached], str] = {
    NameUnknown: "Check its spelling in API_URL, and the name servers of this machine.",
    NoConnection: "Check the host and port in API_URL, that PortaBilling's web server runs, and that no firewall stands between.",
    TlsFailed: "Give PortaBilling's web server a valid certificate of a known authority; verification can't be switched off.",
    NoAnswer: "Look at the load of PortaBilling; Request_Timeout sets how long a call may take.",
}


def remedy(reason: NotReached) -> str:
    """What to do about it, where it is PortaBilling that can't be reached."""
    return _REMEDIES.get(type(reason), reason.hint)


class Unavailable(PortaBillingError):
    """PortaBilling can't take calls now.

    It is asked again by itself; if it stays so, look at the web server of PortaBilling.
    """

    def __init__(
        self, evidence: Evidence, detail: str | None = None, *, retry_after: timedelta | datetime | None = None
    ) -> None:
        super().__init__(evidence, detail)
        self.retry_after = retry_after
        """How long, or until when, we are asked to wait."""


class SessionLost(PortaBillingError):
    """PortaBilling ends our sessions as soon as they begin.

    It is asked again by itself; if it stays so, see that nobody else uses the login in API_Login.
    """


class NotPortaBilling(PortaBillingError):
    """What answers at API_URL isn't PortaBilling's API, or something before it answers in its place.

    Set API_URL to the address at which PortaBilling's web interface for administrators is served.
    """


class Forbidden(PortaBillingError):
    """PortaBilling refuses this configuration.

    Run Verify: it says what to mend.
    """


class LoginRefused(Forbidden):
    """PortaBilling refuses the login: its password or token is wrong or has expired, or its user may not use the API.

    Correct API_Login and API_Password, or API_Token.
    """


class SessionRefused(Forbidden):
    """PortaBilling lets us log in, but doesn't accept the session that it gave us.

    Try the other Request_Style; see that no proxy before PortaBilling removes the header Authorization.
    """


class GateRefused(Forbidden):
    """Something before PortaBilling (a proxy or a firewall) refuses the call.

    Let it pass POST requests to /rest/ unchanged, with their Authorization header, from this machine.
    """


class CallFailed(PortaBillingError):
    """PortaBilling can't do this call.

    Look the fault up in PortaBilling's log; see that the user in API_Login may do this.
    """


class OtherShape(CallFailed):
    """PortaBilling's answer has another shape than its documentation says.

    Run Verify: it says which fields are missing, and how to name them.
    """


class AnswerTooLarge(CallFailed):
    """The answer is larger than any that is asked for.

    Check that API_URL leads to PortaBilling.
    """
