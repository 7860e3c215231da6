"""Retry and replay against a real Odoo: what the customer's phone shows is what was asked for."""

from __future__ import annotations

from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve


def test_a_replay_reaches_the_timeline_only_and_with_tell_the_phone_too(connected: Serve, real: RealOdoo) -> None:
    phone, duebell = "+12025550171", Command(connected.data)
    event = connected.bill("replayed", phone=phone)
    connected.arrives(event)
    until(lambda: len(real.texts(phone)) == 1, "the first text")
    # when it is replayed quietly
    planned = duebell("events", "replay", event[:8])
    assert "OdooCRM would reach the timeline only" in " ".join(planned.out.split())
    assert len(duebell("events", "show", event, "--json").json["provisionings"]) == 1
    assert duebell("events", "replay", event[:8], "--yes").exit_code == 0
    connected.arrives(event)
    assert real.recorded(event) == [["0"], ["1"]]
    # and then to be told, which happens only on request, since it was told before
    assert "left out told before" in " ".join(duebell("events", "replay", event, "--tell", "--yes").out.split())
    assert duebell("events", "replay", event, "--tell", "--again", "--yes").exit_code == 0
    connected.arrives(event)
    until(lambda: len(real.texts(phone)) == 2, "the second text")
    assert real.recorded(event) == [["0"], ["1"], ["2"]]
    # then the phone has the text twice, the first time and the time it was asked for, and `show` tells it all
    first, second = real.texts(phone)
    assert first == second
    until(lambda: "sms: delivered" in duebell("events", "show", event).out, "the delivery report")
    shown = duebell("events", "show", event).out
    assert [line for line in shown.splitlines() if line.startswith("OdooCRM")][1].startswith(
        "OdooCRM, replay 1: provisioned"
    )


def test_what_is_settled_is_not_retried_and_what_waits_is_not_replayed(connected: Serve, real: RealOdoo) -> None:
    duebell = Command(connected.data)
    event = connected.bill("settled")
    connected.arrives(event)
    retried = duebell("events", "retry", event)
    assert (retried.exit_code, retried.err) == (
        1,
        f"Nothing of event {event} waits; to send it anew use `duebell events replay`.\n",
    )
    with real.server.frozen():
        waiting = connected.bill("unsettled")
        replayed = duebell("events", "replay", waiting, "--yes")
        assert (replayed.exit_code, "left out still waits" in " ".join(replayed.out.split())) == (0, True)
        assert duebell("events", "retry", waiting).exit_code == 0
    connected.arrives(waiting)
    assert real.recorded(waiting) == [["0"]]
