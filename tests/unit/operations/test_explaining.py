"""Every reason why an event waits or nobody was told has its sentence."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from builders import NOON, generated, overdue, paid, suspended
from duebell.espf.handler import ConfigurationRefused, Provisioned, TargetDown
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerRow, HandlerState
from duebell.espf.subscription import Filter
from duebell.operations.explain import Reason, explain
from duebell.storage.circumstances import Another, Circumstances, Message, NeverOwed, Owing, circumstances
from duebell.storage.skip import skip_event
from duebell.storage.subscriptions import Change, change_subscriptions
from duebell.storage.switches import disable, pause
from unit.operations.conftest import Desk, postponing, refusing

ODOO = HandlerRow(
    id=1, name="OdooCRM", type="OdooCRM", environment="Global", enabled=True, state=HandlerState.UP, because=None, since=NOON
)


def a_handler(**other: Any) -> HandlerRow:
    return HandlerRow(**{name: getattr(ODOO, name) for name in ODOO.__dataclass_fields__} | other)


def owing(state: State = State.WAITING, **other: Any) -> Owing:
    given = {"handler": ODOO, "next_at": NOON, "notify_by": NOON + timedelta(hours=6), **other}
    return Owing(state=state, **given)


def explained(*owings: Owing, never: tuple[NeverOwed, ...] = (), dispatching: bool = True) -> list[Reason]:
    found = Circumstances(event_id="e" * 8, type="invoice.generated", owings=owings, never_owed=never)
    return explain(found, NOON, dispatching=dispatching)


EARLIER = Another(event_id="0123456789", type="invoice.overdue", because="Not now")


@pytest.mark.parametrize(
    ("one", "slug", "says"),
    [
        (owing(), "due", "It is due, and OdooCRM gets it with the next call."),
        (
            owing(handler=a_handler(enabled=False)),
            "disabled",
            "OdooCRM is disabled, and keeps what it is owed until it is enabled again.",
        ),
        (
            owing(handler=a_handler(enabled=False, state=HandlerState.REFUSED, because="410 Gone")),
            "disabled",
            "OdooCRM is disabled, and keeps what it is owed until it is enabled again. Its target wants no more: 410 Gone.",
        ),
        (
            owing(handler=a_handler(paused_at=NOON, paused_because="Odoo is upgraded")),
            "paused",
            "OdooCRM is paused since 2026-11-01 12:00:00 UTC: Odoo is upgraded. Resume it, and everything leaves.",
        ),
        (
            owing(handler=a_handler(state=HandlerState.DOWN, because="No answer within 30 s.")),
            "down",
            (
                "OdooCRM doesn't answer since 2026-11-01 12:00:00 UTC: No answer within 30 s. "
                "It is asked every minute; then everything leaves."
            ),
        ),
        (
            owing(handler=a_handler(state=HandlerState.REFUSED, because="The key is wrong.")),
            "not-accepted",
            "OdooCRM refuses us since 2026-11-01 12:00:00 UTC: The key is wrong. Mend that, then Verify its configuration.",
        ),
        (
            owing(first=EARLIER),
            "behind",
            (
                "For OdooCRM an earlier event of this customer has to go first: invoice.overdue, 01234567. "
                "That one was put off: Not now."
            ),
        ),
        (
            owing(attempts=2, because="The currency is unknown", next_at=NOON + timedelta(minutes=5)),
            "put-off",
            (
                "OdooCRM was tried 2 times. The currency is unknown. It is tried again by itself at 2026-11-01 12:05:00 UTC; "
                "a retry doesn't wait for that."
            ),
        ),
        (
            owing(because="The addon doesn't know it.", next_at=NOON + timedelta(minutes=1)),
            "put-off",
            (
                "OdooCRM has yet to get it. The addon doesn't know it. It is tried again by itself at 2026-11-01 12:01:00 UTC; "
                "a retry doesn't wait for that."
            ),
        ),
        (owing(State.PROVISIONED), "told", "OdooCRM has it."),
        (
            owing(State.PROVISIONED, because="superseded", later=Another(event_id="0123456789", type="invoice.paid")),
            "superseded",
            "OdooCRM has it, but nobody was told: it was no longer true, because of a later event, invoice.paid, 01234567.",
        ),
        (
            owing(State.PROVISIONED, because="superseded"),
            "superseded",
            "OdooCRM has it, but nobody was told: it was no longer true.",
        ),
        (
            owing(State.PROVISIONED, because="too late"),
            "too-late",
            "OdooCRM has it, but nobody was told: it was worth telling until 2026-11-01 18:00:00 UTC only.",
        ),
        (
            owing(State.PROVISIONED, because="too late", replay=1),
            "too-late",
            "OdooCRM has it, but nobody was told: this replay was for the timeline only, or came too late.",
        ),
        (
            owing(State.PROVISIONED, because="older"),
            "older",
            "OdooCRM has it, but nobody was told: OdooCRM knew something newer of this customer already.",
        ),
        (
            owing(State.PROVISIONED, because="no rule"),
            "no-rule",
            (
                "OdooCRM has it, but nobody was told: Odoo has no rule with a text for invoice.generated. "
                "Billing → Rules there is where to write one."
            ),
        ),
        (
            owing(State.PROVISIONED, because="unmatched"),
            "unmatched",
            (
                "OdooCRM has it, but nobody was told: when it came, no contact in Odoo had this customer's reference. It waits under "
                "Billing → To Link there, unless somebody has said since which contact the customer is."
            ),
        ),
        (
            owing(State.PROVISIONED, because="The moon is full"),
            "untold",
            "OdooCRM has it, but nobody was told: The moon is full.",
        ),
        (
            owing(State.REFUSED, because="No such product", kind="event"),
            "refused",
            "OdooCRM refused it for good: No such product. Mend the data there or in billing, then replay the event.",
        ),
        (
            owing(State.REFUSED, because="It broke", kind="internal"),
            "refused",
            (
                "OdooCRM refused it for good: It broke. This is a bug, ours or the target's: report it, "
                "and replay the event once it is mended."
            ),
        ),
        (
            owing(State.EXHAUSTED, because="Not now", attempts=1),
            "exhausted",
            "It was given up after 1 try: Not now. Replay it once that is mended.",
        ),
        (
            owing(State.SKIPPED, because="told by phone"),
            "skipped",
            "It was skipped and never sent to OdooCRM: told by phone.",
        ),
        (owing(State.SKIPPED), "skipped", "It was skipped and never sent to OdooCRM."),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_each_state_has_its_sentence(one: Owing, slug: str, says: str) -> None:
    (reason,) = explained(one)
    assert (reason.slug, reason.sentence, reason.handler) == (slug, says, "OdooCRM")


def test_what_stands_in_the_way_of_everything_is_said_before_what_concerns_the_event() -> None:
    (reason,) = explained(
        owing(handler=a_handler(paused_at=NOON, paused_because="so"), first=EARLIER, next_at=NOON + timedelta(hours=1))
    )
    assert reason.slug == "paused"
    (reason,) = explained(owing(first=EARLIER), dispatching=False)
    assert (reason.slug, reason.sentence) == (
        "not-running",
        "Nothing is delivered now, since `duebell serve` does not run here.",
    )


@pytest.mark.parametrize(
    ("state", "because", "says"),
    [
        ("waiting", None, "The SMS waits in Odoo for the hours in which it may be sent."),
        ("released", None, "The SMS is in Odoo's queue."),
        ("sent", None, "The SMS was sent; whether it arrived isn't known yet."),
        ("delivered", None, "The SMS was delivered."),
        ("failed", "No such number", "The SMS failed. No such number."),
        ("unknown", None, "The SMS may have been sent: the gateway's answer was lost, and it isn't sent twice."),
        ("cancelled", "Not sent: paid 14:02.", "The SMS was not sent. Not sent: paid 14:02."),
        ("eaten", None, "The SMS is eaten."),
    ],
)
def test_each_state_of_a_message_has_its_sentence(state: str, because: str | None, says: str) -> None:
    told, reason = explained(owing(State.PROVISIONED, messages=[Message(channel="sms", state=state, because=because)]))
    assert told.slug == "told"
    assert (reason.slug, reason.sentence) == (f"message-{state}", says)


@pytest.mark.parametrize(
    ("never", "slug", "says"),
    [
        (
            NeverOwed(handler=a_handler(enabled=False), subscribed=True),
            "handler-disabled",
            "OdooCRM is disabled: it is owed nothing new.",
        ),
        (
            NeverOwed(handler=ODOO, subscribed=False),
            "not-subscribed",
            "OdooCRM is not subscribed to invoice.generated.",
        ),
        (
            NeverOwed(handler=ODOO, subscribed=True, filter=Filter(customer_classes=frozenset({"gold", "business"}))),
            "filtered",
            "OdooCRM doesn't want this one of invoice.generated: it wants customers of class business or gold only.",
        ),
        (
            NeverOwed(handler=ODOO, subscribed=True),
            "not-then",
            "OdooCRM was not owed it when it was recorded; it would be now.",
        ),
    ],
)
def test_each_reason_for_which_it_was_never_owed_has_its_sentence(never: NeverOwed, slug: str, says: str) -> None:
    (reason,) = explained(never=(never,))
    assert (reason.slug, reason.sentence, reason.handler) == (slug, says, "OdooCRM")


def test_without_any_handler_that_is_what_is_said() -> None:
    (reason,) = explained()
    assert reason.slug == "no-handler"


def why(desk: Desk, event_id: str) -> dict[str, Reason]:
    """By handler, the first reason."""
    reasons = desk.read(lambda c: explain(circumstances(c, event_id), desk.clock(), dispatching=True))
    return {reason.handler or "": reason for reason in reversed(reasons)}


async def test_the_rows_of_a_service_are_read_as_they_are(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = postponing("invoice.overdue")
    late, after = desk.record(overdue("john-doe"), suspended("john-doe"))
    await desk.dispatch("OdooCRM")
    assert why(desk, late)["OdooCRM"].slug == "put-off"
    behind = why(desk, after)["OdooCRM"]
    assert (behind.slug, behind.event_id) == ("behind", late)
    assert why(desk, late[:8])["Webhook"].slug == "due"

    desk.write(partial(skip_event, event_id=late, because="told by phone", now=desk.clock(), handler="OdooCRM"))
    desk.write(partial(pause, name="OdooCRM", because="so", now=desk.clock()))
    desk.write(partial(disable, name="Webhook", now=desk.clock()))
    assert {name: one.slug for name, one in why(desk, late).items()} == {"OdooCRM": "skipped", "Webhook": "disabled"}
    assert why(desk, after)["OdooCRM"].slug == "paused"


async def test_a_later_event_that_made_it_untrue_is_named(desk: Desk) -> None:
    bill, payment = desk.record(generated("john-doe"), paid("john-doe"))
    desk.targets["OdooCRM"].answer = lambda batch: {
        owed.provisioning: Provisioned("1", None, "superseded" if owed.superseded_by else None) for owed in batch
    }
    await desk.dispatch("OdooCRM")
    reason = why(desk, bill)["OdooCRM"]
    assert (reason.slug, reason.event_id) == ("superseded", payment)


async def test_a_target_that_is_down_or_refuses_us_is_named_with_its_own_words(desk: Desk) -> None:
    (bill,) = desk.record(generated("john-doe"))
    for error, slug in ((TargetDown("No answer."), "down"), (ConfigurationRefused("Wrong key."), "not-accepted")):

        def answer(_: object, error: Exception = error) -> Any:
            raise error

        desk.targets["OdooCRM"].answer = answer
        desk.targets["OdooCRM"].probe_error = error
        desk.clock.advance(minutes=2)
        desk.targets["OdooCRM"].probe_error = None
        await desk.dispatch("OdooCRM")
        assert why(desk, bill)["OdooCRM"].slug == slug
        assert str(error) in why(desk, bill)["OdooCRM"].sentence


def test_subscriptions_and_filters_are_read_as_they_are_now(desk: Desk) -> None:
    off = partial(change_subscriptions, handler_name="OdooCRM", event_types="invoice.*", change=Change(enabled=False))
    filtered = Change(customer_classes=frozenset({"business"}))
    desk.write(off)
    desk.write(partial(change_subscriptions, handler_name="Webhook", event_types="*", change=filtered))
    (bill,) = desk.record(generated("john-doe"))
    assert {name: one.slug for name, one in why(desk, bill).items()} == {"OdooCRM": "not-subscribed", "Webhook": "filtered"}
    desk.write(partial(change_subscriptions, handler_name="Webhook", event_types="*", change=Change(clear=True)))
    assert why(desk, bill)["Webhook"].slug == "not-then"


async def test_a_refusal_is_told_with_its_kind(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = refusing("invoice.generated")
    (bill,) = desk.record(generated("john-doe"))
    await desk.dispatch("OdooCRM")
    assert why(desk, bill)["OdooCRM"].sentence.endswith("Mend the data there or in billing, then replay the event.")
