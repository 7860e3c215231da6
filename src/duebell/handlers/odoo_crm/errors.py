"""What can go wrong between here and Odoo. A docstring is the message: first what is wrong, then what to do about it.

OdooError
├── Unreachable                    no whole answer came
│   ├── NameUnknown
│   ├── ConnectionRefused
│   ├── ConnectTimedOut
│   ├── TlsWanted
│   ├── TlsFailed
│   │   ├── CertificateExpired
│   │   ├── CertificateSelfSigned
│   │   ├── CertificateUntrusted
│   │   ├── CertificateOfAnotherHost
│   │   └── NotTls
│   ├── AnswerTimedOut
│   └── ConnectionLost
├── Unavailable                    it answers that it can't now
│   ├── DatabaseServerDown
│   ├── DatabaseBusy
│   ├── Overloaded
│   ├── GatewayFailed
│   └── NotHeld
├── Misled                         something answers, but not our Odoo database
│   ├── NotOdoo
│   ├── PageNotFound
│   ├── DatabaseUnknown
│   ├── DatabaseNotChosen
│   └── Redirected
│       └── MovedForGood
├── Forbidden                      Odoo refuses us, whatever we ask
│   ├── KeyRefused
│   ├── RightsMissing
│   ├── GateRefused
│   ├── AddonMissing
│   ├── AddonIncompatible
│   └── NotPaired
└── CallRefused                    Odoo refuses this call, or answers it strangely
    ├── MalformedCall
    ├── DataRefused
    ├── RecordMissing
    ├── CallTooLarge
    ├── OdooFailed
    ├── AnswerTooLarge
    └── OtherShape
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from duebell.errors import DuebellError

MESSAGE_LIMIT = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen: the URL asked, the HTTP status, and Odoo's own exception name and message (2 kB at most).

    `message` may hold customers' data: it is for a page that a person opens, never for a log or an alarm.
    Odoo's traceback (`debug`) and the API key are never in here.
    """

    url: str
    status: int | None = None
    name: str | None = None
    message: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        status = f"HTTP {self.status}" if self.status is not None else None
        return ", ".join(part for part in (status, self.name, self.url) if part)


class OdooError(DuebellError):
    """Odoo didn't do what was asked.

    Look into Odoo's log.
    """

    slug = "odoo"
    http_status = 502

    def __init__(self, evidence: Evidence, detail: str | None = None) -> None:
        self.evidence = evidence
        wrong, self.hint = _message(type(self))
        self.found = f"{wrong} ({', '.join(filter(None, (detail, str(evidence))))})"
        super().__init__(f"{self.found} {self.hint}")


def _message(error: type[OdooError]) -> tuple[str, str]:
    """Return what is wrong and what to do about it, each on one line."""
    wrong, _, remedy = (error.__doc__ or "").partition("\n\n")
    return " ".join(wrong.split()), " ".join(remedy.split())


# --- no whole answer came ----------------------------------------------------------------------------------------------


class Unreachable(OdooError):
    """Odoo can't be reached.

    Check API_URL and the network between this machine and Odoo.
    """


class NameUnknown(Unreachable):
    """The host name in API_URL doesn't resolve.

    Check its spelling in API_URL, and the name servers of this machine.
    """


class ConnectionRefused(Unreachable):
    """Nothing accepts connections at the host and port of API_URL.

    Check the port in API_URL, that Odoo (or the proxy before it) runs, and that no firewall stands between.
    """


class ConnectTimedOut(Unreachable):
    """The host of API_URL doesn't answer to a connection.

    Check the host and port in API_URL and the firewalls between this machine and Odoo.
    """


class TlsWanted(Unreachable):
    """The port in API_URL speaks TLS only.

    Begin API_URL with https://.
    """


class TlsFailed(Unreachable):
    """The host of API_URL and this machine can't agree on an encrypted connection.

    Check the TLS settings of the web server before Odoo.
    """


class CertificateExpired(TlsFailed):
    """The certificate of the host in API_URL has expired, or isn't valid yet.

    Renew it on the web server before Odoo; if it is fresh, set this machine's clock.
    """


class CertificateSelfSigned(TlsFailed):
    """The certificate of the host in API_URL is self-signed: nobody vouches for it.

    Give the web server before Odoo a certificate of a known authority, or add its own to this machine's trusted ones.
    """


class CertificateUntrusted(TlsFailed):
    """The certificate of the host in API_URL comes from an authority that this machine doesn't know.

    Let the web server before Odoo send the whole chain, or add the authority to this machine's trusted ones.
    """


class CertificateOfAnotherHost(TlsFailed):
    """The certificate that was shown is for another host name than the one in API_URL.

    Type the name that the certificate is for into API_URL, or renew the certificate with this name in it.
    """


class NotTls(TlsFailed):
    """The port in API_URL doesn't speak TLS.

    Correct the port; or begin API_URL with http://, if Odoo is really meant to be reached unencrypted.
    """


class AnswerTimedOut(Unreachable):
    """Odoo accepted the call but its answer didn't come, or didn't end, within the time allowed.

    Look at the load of Odoo's machine; Request_Timeout sets how long a call may take.
    """


class ConnectionLost(Unreachable):
    """The connection broke before the answer was complete.

    Odoo or a proxy before it may be restarting; if it always happens, check that the port in API_URL is Odoo's.
    """


# --- it answers that it can't now --------------------------------------------------------------------------------------


class Unavailable(OdooError):
    """Odoo can't take calls now.

    It is asked again by itself.
    """

    def __init__(
        self, evidence: Evidence, detail: str | None = None, *, retry_after: timedelta | datetime | None = None
    ) -> None:
        super().__init__(evidence, detail)
        self.retry_after = retry_after
        """How long, or until when, the target asks us to wait."""


class DatabaseServerDown(Unavailable):
    """Odoo runs but can't reach its PostgreSQL.

    Start Odoo's PostgreSQL; Odoo recovers by itself.
    """


class DatabaseBusy(Unavailable):
    """Odoo's database couldn't complete the call now: a conflict with another transaction, a shutdown or a full disk.

    It is asked again by itself; if it stays so, look into the logs of Odoo and its PostgreSQL.
    """


class Overloaded(Unavailable):
    """Odoo, or a proxy before it, asks to be called more slowly or later.

    It is asked again by itself; if it stays so, raise the limit there.
    """


class GatewayFailed(Unavailable):
    """The web server or proxy before Odoo answers, but Odoo behind it doesn't.

    Check that Odoo runs, and the time-outs of the proxy before it.
    """


class NotHeld(Unavailable):
    """Nobody is to be told now, but Odoo doesn't hold messages back yet, so events wait.

    It is asked to, by itself; the alarms tell if it doesn't.
    """


# --- something answers, but not our Odoo database ----------------------------------------------------------------------


class Misled(OdooError):
    """Something answers at API_URL, but not the Odoo database that is meant.

    Check API_URL and Database.
    """


class NotOdoo(Misled):
    """What answers at API_URL isn't an Odoo, or something before Odoo answers in its place.

    Set API_URL to the address at which Odoo itself is served, for example https://odoo.example.com.
    """


class PageNotFound(Misled):
    """Odoo answers as it does for an unknown database, and also while its PostgreSQL is down.

    Check Database, and that Odoo's PostgreSQL runs.
    """


class DatabaseUnknown(Misled):
    """Odoo serves no database of the name that Database holds, at least not at this address.

    Correct Database (the names are listed under /web/database/manager, if that page is open), or restore that database.
    """


class DatabaseNotChosen(Misled):
    """Odoo serves several databases at this address, or none, and Database names none.

    Set Database to the one that has the addon `duebell`.
    """


class Redirected(Misled):
    """What answers at API_URL sends calls elsewhere, and the key isn't sent along.

    Set API_URL to the address that answers itself.
    """


class MovedForGood(Redirected):
    """What answers at API_URL says that it has moved for good, and the key isn't sent along.

    Set API_URL to the new address.
    """


# --- Odoo refuses us, whatever we ask ----------------------------------------------------------------------------------


class Forbidden(OdooError):
    """Odoo refuses this configuration.

    Run Verify: it says what to mend.
    """


class KeyRefused(Forbidden):
    """Odoo refuses the API key: it is wrong, revoked or expired, made for another database, or its user is archived.

    Make a new API key in Odoo, as docs/verify.md tells under `options`, and set API_Access_Key to it.
    """


class RightsMissing(Forbidden):
    """Odoo knows the API key, but its user may not do this.

    Add the key's user to the group Billing Integration in Odoo, or set API_Access_Key to a key of the user `duebell`.
    """


class GateRefused(Forbidden):
    """Something before Odoo (a proxy, a login page or a firewall) refuses the call.

    Let it pass POST requests of JSON to /json/2/ unchanged, with their Authorization header, from this machine.
    """


class AddonMissing(Forbidden):
    """This Odoo database has no addon `duebell`, or one too old to be asked.

    Install or upgrade the addon `duebell` in this database (Apps → Update Apps List), or correct Database.
    """


class NotPaired(Forbidden):
    """Odoo takes the events of another Duebell, or is another database than was agreed on: one of them is a copy.

    If this one shall tell customers, run `duebell pair` with the handler's name.
    """


class AddonIncompatible(Forbidden):
    """The addon `duebell` in Odoo and this Duebell don't speak the same contract.

    Upgrade the older of the two; the addon is upgraded in Odoo under Apps.
    """


# --- Odoo refuses this call, or answers it strangely -------------------------------------------------------------------


class CallRefused(OdooError):
    """Odoo refuses this call.

    Look into Odoo's log.
    """


class MalformedCall(CallRefused):
    """Odoo can't read the call: its body isn't valid JSON to it.

    This is a bug, or a proxy before Odoo changes bodies: report it.
    """


class DataRefused(CallRefused):
    """Odoo refuses the data of the call as a whole.

    Look into Odoo's log for the reason; a rule or an addon of yours in Odoo may forbid it.
    """


class RecordMissing(CallRefused):
    """A record that the call needed is gone from Odoo.

    Look into Odoo's log for which one; a template or company may have been deleted.
    """


class CallTooLarge(CallRefused):
    """The call is larger than Odoo, or a proxy before it, takes.

    Lower Max_Batch, or raise the limit (client_max_body_size in nginx).
    """


class OdooFailed(CallRefused):
    """Odoo's code failed in the middle of the call and undid it.

    Look into Odoo's log for the traceback, and report it.
    """


class AnswerTooLarge(CallRefused):
    """The answer is larger than any answer of the addon can be.

    Check that API_URL leads to Odoo; lower Max_Batch.
    """


class OtherShape(CallRefused):
    """Odoo's answer has another shape than the contract says.

    Upgrade the addon `duebell` in Odoo or this Duebell, whichever is older; if both are current, report it.
    """
