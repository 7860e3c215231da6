"""The questions of Verify, one function each: what is asked, what was found, and what to do about it."""

from __future__ import annotations

import base64
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from duebell.configuration.question import Finding, ends_soon, failed, passed, warning
from duebell.configuration.way_checks import address, encryption
from duebell.errors import InvalidValue
from duebell.handlers.webhook.ending import Ending, Meaning
from duebell.handlers.webhook.group import WEBHOOK, Settings
from duebell.handlers.webhook.receiver import Receiver
from duebell.outbound.allowed import AllowedHosts
from duebell.outbound.guard import Guard, Resolve
from duebell.outbound.way import Way

TRIAL = "duebell.verify"
SECRETS = ("Secret", "Previous_Secret")
_APART = {"URL", *SECRETS}


@dataclass(kw_only=True)
class Inquiry:
    """What is asked about, and what earlier questions found out for later ones; these may read only what they build on has set."""

    values: Mapping[str, str]
    now: Callable[[], datetime]
    tls: ssl.SSLContext
    resolve: Resolve
    way: Way = field(init=False)


# --- what was typed ----------------------------------------------------------------------------------------------------


async def options(inquiry: Inquiry) -> Finding:
    try:
        WEBHOOK.checked({key: text for key, text in inquiry.values.items() if key not in _APART})
    except InvalidValue as error:
        return failed(" ".join(str(error).splitlines()), "Correct what is named.")
    return passed("complete")


async def secret(inquiry: Inquiry) -> Finding:
    if not inquiry.values.get("Secret", "").strip():
        return failed("Secret is missing.", "Type a secret, and give the receiver the same one.")
    try:
        kept = WEBHOOK.checked({key: inquiry.values[key] for key in SECRETS if key in inquiry.values})
    except InvalidValue as error:
        return failed(" ".join(str(error).splitlines()), "Type it anew, and give the receiver the same one.")
    if not kept.get("Previous_Secret"):
        return passed("calls are signed with one secret")
    if kept["Secret"] == kept["Previous_Secret"]:
        return failed("Previous_Secret is the same as Secret.", "Unset Previous_Secret, or type a new Secret.")
    return warning("Calls are signed with two secrets.", "Unset Previous_Secret once the receiver has the new one.")


async def url(inquiry: Inquiry) -> Finding:
    typed = inquiry.values.get("URL", "")
    if not typed.strip():
        return failed("URL is missing.", "Set it to where events are to be posted, like https://example.com/hook.")
    try:
        kept = WEBHOOK.option("URL").check(typed)
    except ValueError as error:
        return failed(f"URL can't be used: {error}.", "Correct URL.")
    allowed = AllowedHosts.parse(inquiry.values.get("Allowed_Hosts", ""))
    inquiry.way = Way(kept, Guard(allowed, inquiry.resolve))
    return address(inquiry.way, "URL", allowed)


# --- the way there -----------------------------------------------------------------------------------------------------


async def tls(inquiry: Inquiry) -> Finding:
    return await encryption(inquiry, partial(ends_soon, hint="Let the receiver renew its certificate."))


# --- the receiver ------------------------------------------------------------------------------------------------------


async def event(inquiry: Inquiry) -> Finding:
    end = await _tried(inquiry)
    if end.meaning is not Meaning.TAKEN:
        return failed(
            end.because,
            f"Let the receiver answer 2xx to a signed event of the type `{TRIAL}`, and do nothing else with it.",
        )
    return passed(f"a signed test event was taken (HTTP {end.status})")


async def forgery(inquiry: Inquiry) -> Finding:
    foreign = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    end = await _tried(inquiry, signed_with=(foreign,))
    if end.meaning is Meaning.TAKEN:
        return warning(
            "The receiver takes calls that are signed with another secret: anybody could tell it anything.",
            "Let it check signatures, as docs/webhook.md shows.",
        )
    return passed("a call with a foreign signature was not taken")


async def _tried(inquiry: Inquiry, *, signed_with: tuple[str, ...] | None = None) -> Ending:
    settings = Settings.of(WEBHOOK.checked(inquiry.values))
    receiver = Receiver(settings, now=inquiry.now, tls=inquiry.tls, resolve=inquiry.resolve)
    try:
        return await receiver.send_trial(TRIAL, secrets=signed_with)
    finally:
        await receiver.close()
