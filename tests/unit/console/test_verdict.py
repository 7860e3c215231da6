import pytest

from builders import NOON
from duebell.alarms.causes import EXHAUSTED, HANDLER, STORAGE, WAITING
from duebell.console.api.stops import WhetherTold
from duebell.console.pages.condition import condition
from duebell.console.pages.verdict import Level, verdict
from duebell.storage.alarms import described


def a_handler(name="OdooCRM", waiting=0, **other):
    row = {
        "name": name,
        "enabled": True,
        "state": "up",
        "because": None,
        "since": NOON,
        "paused_at": None,
        "unconfigured": None,
    }
    return {**row, "paused_because": None, "owed": {"waiting": waiting} if waiting else {}, **other}


def an_alarm(cause):
    return {"cause": cause, "sentence": "It is so.", "since": NOON, **described(cause)}


def a_status(*handlers, alarms=(), dispatching=True):
    return {"dispatching": dispatching, "handlers": list(handlers), "alarms": [an_alarm(cause) for cause in alarms]}


TOLD = WhetherTold(told=True, since=None, because=None, who=None, targets=[])
STOPPED = WhetherTold(told=False, since=NOON, because="Wrong amounts", who="an operator", targets=[])


def judged(status):
    return verdict(status, TOLD)


def test_while_customers_are_told_nothing_that_comes_first():
    found = verdict(a_status(a_handler(waiting=3)), STOPPED)
    assert (found.level, found.headline) == (Level.BAD, "Customers are told nothing.")
    assert found.findings == (), "the banner above says who stopped it, and why"


def test_what_else_is_wrong_is_listed_while_customers_are_told_nothing():
    found = verdict(a_status(a_handler(paused_at=NOON, paused_because="upgrade")), STOPPED)
    assert (found.level, found.headline) == (Level.BAD, "Customers are told nothing.")
    assert [one.headline for one in found.findings] == ["OdooCRM is paused."]


def test_when_nothing_waits_all_is_well():
    found = judged(a_status(a_handler()))
    assert (found.level, found.headline) == (Level.PASSED, "All is well.")
    assert found.advice == "Everything that was recorded has been told."


@pytest.mark.parametrize(("waiting", "says"), [(1, "1 event is on the way."), (1234, "1,234 events are on the way.")])
def test_what_is_on_the_way_is_no_trouble(waiting, says):
    found = judged(a_status(a_handler(waiting=waiting)))
    assert (found.headline, found.advice) == ("All is well.", says)


@pytest.mark.parametrize(
    ("row", "level", "headline", "advice"),
    [
        ({"state": "down"}, Level.BAD, "OdooCRM doesn't answer.", "leaves by itself once it answers"),
        ({"state": "refused"}, Level.BAD, "OdooCRM refuses what it is told.", "Verify its configuration"),
        ({"state": "refused", "enabled": False}, Level.BAD, "OdooCRM wants no more events, for good.", "another address"),
        (
            {"unconfigured": "Nothing is in force."},
            Level.WARNING,
            "OdooCRM is not configured yet.",
            "Type its configuration",
        ),
        ({"paused_at": NOON}, Level.WARNING, "OdooCRM is paused.", "Resume it"),
        ({"paused_at": NOON, "state": "down"}, Level.WARNING, "OdooCRM is paused.", "Resume it"),
    ],
)
def test_a_handler_in_trouble_is_named_with_what_to_do(row, level, headline, advice):
    found = judged(a_status(a_handler(waiting=7, **row), a_handler("Webhook")))
    assert (found.level, found.headline) == (level, headline)
    assert advice in found.findings[0].advice
    assert found.findings[0].advice.startswith("7 events are waiting for it.")


def test_the_headline_stays_while_only_figures_change():
    assert len({judged(a_status(a_handler(waiting=waiting, state="down"))).headline for waiting in range(5)}) == 1


def test_a_handler_in_trouble_and_its_alarms_are_one_thing():
    found = judged(a_status(a_handler(state="down"), alarms=[HANDLER + "OdooCRM", WAITING + "OdooCRM"]))
    assert [one.headline for one in found.findings] == ["OdooCRM doesn't answer."]


def test_other_alarms_are_told_with_their_remedy_and_the_worst_comes_first():
    found = judged(a_status(a_handler(paused_at=NOON), alarms=[EXHAUSTED, STORAGE]))
    assert found.headline == "3 things want a look."
    assert [one.headline for one in found.findings] == [
        "Duebell can't store.",
        "OdooCRM is paused.",
        "Events were given up.",
    ]
    assert "duebell events list --state exhausted" in found.findings[2].advice
    assert [one.path for one in found.findings] == ["/alarms", "/handlers", "/events?state=exhausted"]


def test_without_a_handler_in_use_or_a_dispatcher_it_does_not_flow():
    assert judged(a_status(a_handler(enabled=False))).headline == "No handler is in use."
    assert judged(a_status(a_handler(), dispatching=False)).headline == "Nothing is delivered: no dispatcher runs."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "Takes events"),
        ({"state": "down"}, "Doesn't answer"),
        ({"state": "refused"}, "Refuses"),
        ({"state": "refused", "unconfigured": "Nothing is in force."}, "Not configured"),
        ({"state": "down", "paused_at": NOON}, "Paused"),
        ({"enabled": False, "paused_at": NOON}, "Not in use"),
        ({"enabled": False, "state": "refused"}, "Gone for good"),
    ],
)
def test_what_a_person_switched_goes_before_what_the_target_says(row, words):
    assert condition(a_handler(**row)).words == words
