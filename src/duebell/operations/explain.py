"""Why an event waits, or why nobody was told of it, in sentences that say what to do. Pure: it reads rows and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from duebell.espf.handler import RefusalKind
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerState
from duebell.espf.subscription import Filter
from duebell.storage.circumstances import Circumstances, Message, NeverOwed, Owing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence or two about one handler; `slug` names the kind of reason, `event_id` the other event that it is about, if any."""

    slug: str
    sentence: str
    handler: str | None = None
    replay: int = 0
    event_id: str | None = None


def explain(found: Circumstances, now: datetime, *, dispatching: bool) -> list[Reason]:
    """For each time that the event was owed, the oldest first, and for each handler that never was, at least one reason.

    `dispatching`: whether anything leaves now.
    """
    reasons = [reason for owing in found.owings for reason in _of_owing(owing, found.type, now, dispatching=dispatching)]
    reasons += [_of_never_owed(never, found.type) for never in found.never_owed]
    return reasons or [
        Reason(slug="no-handler", sentence="There is no event handler in its environment to tell: configure one.")
    ]


def _of_owing(owing: Owing, type_: str, now: datetime, *, dispatching: bool) -> Iterator[Reason]:
    def because(slug: str, sentence: str, event_id: str | None = None) -> Reason:
        return Reason(slug=slug, sentence=sentence, handler=owing.handler.name, replay=owing.replay, event_id=event_id)

    match owing.state:
        case State.WAITING:
            yield _waiting(owing, now, because, dispatching=dispatching)
        case State.PROVISIONED:
            yield _provisioned(owing, type_, because)
            yield from (because(f"message-{message.state}", _of_message(message)) for message in owing.messages)
        case State.REFUSED:
            yield because("refused", _refused(owing))
        case State.EXHAUSTED:
            yield because("exhausted", _exhausted(owing))
        case State.SKIPPED:
            why = f": {_sentence(owing.because)}" if owing.because else "."
            yield because("skipped", f"It was skipped and never sent to {owing.handler.name}{why}")


_Because = Callable[..., Reason]


def _waiting(owing: Owing, now: datetime, because: _Because, *, dispatching: bool) -> Reason:
    """The first obstacle: what has to go before anything else matters."""
    if obstacle := _handler_obstacle(owing, dispatching=dispatching):
        return because(*obstacle)
    name = owing.handler.name
    if (first := owing.first) is not None:
        tried = f" That one was put off: {_sentence(first.because)}" if first.because else ""
        return because(
            "behind",
            f"For {name} an earlier event of this customer has to go first: {first.type}, {first.event_id[:8]}.{tried}",
            first.event_id,
        )
    if owing.next_at > now:
        tries = f"{name} was tried {_times(owing.attempts)}. " if owing.attempts else f"{name} has yet to get it. "
        said = f"{_sentence(owing.because)} " if owing.because else ""
        return because(
            "put-off", f"{tries}{said}It is tried again by itself at {_at(owing.next_at)}; a retry doesn't wait for that."
        )
    return because("due", f"It is due, and {name} gets it with the next call.")


def _handler_obstacle(owing: Owing, *, dispatching: bool) -> tuple[str, str] | None:
    handler = owing.handler
    name, said = handler.name, _sentence(handler.because)
    if not handler.enabled:
        gone = f" Its target wants no more: {said}" if handler.state is HandlerState.REFUSED and handler.because else ""
        return "disabled", f"{name} is disabled, and keeps what it is owed until it is enabled again.{gone}"
    if handler.paused_at is not None:
        since = f"since {_at(handler.paused_at)}"
        return "paused", f"{name} is paused {since}: {_sentence(handler.paused_because)} Resume it, and everything leaves."
    if handler.state is HandlerState.DOWN:
        return (
            "down",
            f"{name} doesn't answer since {_at(handler.since)}: {said} It is asked every minute; then everything leaves.",
        )
    if handler.state is HandlerState.REFUSED:
        return (
            "not-accepted",
            f"{name} refuses us since {_at(handler.since)}: {said} Mend that, then Verify its configuration.",
        )
    if not dispatching:
        return "not-running", "Nothing is delivered now, since `duebell serve` does not run here."
    return None


def _provisioned(owing: Owing, type_: str, because: _Because) -> Reason:
    name = owing.handler.name
    if owing.because is None:
        return because("told", f"{name} has it.")
    if owing.because == "superseded" and owing.later is not None:
        later = owing.later
        return because(
            "superseded",
            f"{name} has it, but nobody was told: it was no longer true, because of a later event, {later.type}, {later.event_id[:8]}.",
            later.event_id,
        )
    why = UNTOLD.get(owing.because, "{because}")
    text = why.format(type=type_, name=name, notify_by=_at(owing.notify_by), because=_sentence(owing.because))
    if owing.because == "too late" and owing.replay:
        text = "this replay was for the timeline only, or came too late."
    return because(
        owing.because.replace(" ", "-") if owing.because in UNTOLD else "untold",
        f"{name} has it, but nobody was told: {text}",
    )


UNTOLD: Mapping[str, str] = {
    "superseded": "it was no longer true.",
    "too late": "it was worth telling until {notify_by} only.",
    "older": "{name} knew something newer of this customer already.",
    "no rule": "Odoo has no rule with a text for {type}. Billing → Rules there is where to write one.",
    "unmatched": "when it came, no contact in Odoo had this customer's reference. It waits under Billing → To Link there, unless somebody "
    "has said since which contact the customer is.",
}
"""What a target says of an event that it took without telling anybody, and what that means."""

_MESSAGES: Mapping[str, str] = {
    "waiting": "The {channel} waits in Odoo for the hours in which it may be sent.",
    "released": "The {channel} is in Odoo's queue.",
    "sent": "The {channel} was sent; whether it arrived isn't known yet.",
    "delivered": "The {channel} was delivered.",
    "failed": "The {channel} failed.",
    "unknown": "The {channel} may have been sent: the gateway's answer was lost, and it isn't sent twice.",
    "cancelled": "The {channel} was not sent.",
}
_CHANNELS = {"sms": "SMS", "email": "e-mail"}


def _of_message(message: Message) -> str:
    channel = _CHANNELS.get(message.channel, message.channel)
    text = _MESSAGES.get(message.state, f"The {{channel}} is {message.state}.").format(channel=channel)
    return f"{text} {_sentence(message.because)}" if message.because else text


def _refused(owing: Owing) -> str:
    whose = "This is a bug, ours or the target's: report it, and replay the event once it is mended."
    if owing.kind == RefusalKind.EVENT:
        whose = "Mend the data there or in billing, then replay the event."
    return f"{owing.handler.name} refused it for good: {_sentence(owing.because)} {whose}"


def _exhausted(owing: Owing) -> str:
    return f"It was given up after {_times(owing.attempts, of='try')}: {_sentence(owing.because)} Replay it once that is mended."


def _of_never_owed(never: NeverOwed, type_: str) -> Reason:
    handler = never.handler
    slug, sentence = "not-then", f"{handler.name} was not owed it when it was recorded; it would be now."
    if not handler.enabled:
        slug, sentence = "handler-disabled", f"{handler.name} is disabled: it is owed nothing new."
    elif not never.subscribed:
        slug, sentence = "not-subscribed", f"{handler.name} is not subscribed to {type_}."
    elif never.filter is not None:
        slug, sentence = (
            "filtered",
            f"{handler.name} doesn't want this one of {type_}: it wants {_wanted(never.filter)} only.",
        )
    return Reason(slug=slug, sentence=sentence, handler=handler.name)


def _wanted(wanted: Filter) -> str:
    parts = {"customers of class": wanted.customer_classes, "company": wanted.companies, "currency": wanted.currencies}
    said = [f"{name} {' or '.join(sorted(values))}" for name, values in parts.items() if values]
    said += [f"at least {wanted.minimum_amount}"] if wanted.minimum_amount else []
    return ", ".join([*said, f"{wanted.percent} % of customers"] if wanted.percent else said)


def _times(count: int, of: str = "time") -> str:
    return f"1 {of}" if count == 1 else f"{count} {'tries' if of == 'try' else f'{of}s'}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _sentence(text: str | None) -> str:
    """With its full stop."""
    said = (text or "no reason is known").strip()
    return said if said[-1:] in ".!?" else f"{said}."
