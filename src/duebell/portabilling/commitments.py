"""A commitment's termination, which PortaBilling's API doesn't show: all of it comes with the raw event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from duebell.events import Commitment, Reason
from duebell.portabilling.answer import Answer, rounded
from duebell.portabilling.moments import day_of
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.raw import RawEvent


@dataclass(frozen=True, slots=True)
class Termination:
    """A commitment that was ended, and the source's id of that."""

    source_id: str
    commitment: Commitment
    reason: Reason | None
    """None: nothing says it."""


def termination(cause: RawEvent, currency: str, zone: ZoneInfo, options: PortaBillingOptions) -> Termination | None:
    """What the raw event tells of, by the customer's own days; None: its type isn't among those that end a commitment.

    A commitment without a name of its own is called by its account; the penalty is in the customer's currency.

    Raises:
        UnreadableAnswer: a variable that is needed is missing or can't be read, or nobody has said what its word means.
    """
    if cause.type not in options.commitment_types:
        return None
    answer = Answer(f"event {cause.type}", cause.variables, options.commitment_fields, "Commitment_Fields")
    reference = answer.text("reference") or answer.text("i_account") or answer.needed("reference")
    penalty = answer.amount("penalty")
    commitment = Commitment(
        reference=reference,
        service=answer.needed("service"),
        started_on=answer.needed_day("started_on", zone),
        ends_on=answer.needed_day("ends_on", zone),
        terminated_on=answer.day("terminated_on", zone) or day_of(cause.at, zone),
        penalty=None if penalty is None else rounded(penalty, currency),
    )
    reason = _reason(answer, cause.type, options.commitment_words)
    return Termination(f"commitment/{reference}/{commitment.ends_on}/terminated", commitment, reason)


def _reason(answer: Answer, raw_type: str, words: Mapping[str, Reason]) -> Reason | None:
    """By the type of the event, else by its variable, which may be anything as long as no word is entered."""
    if not words:
        return None
    return words.get(raw_type.casefold()) or answer.word("reason", words, "Commitment_Words")
