"""People hear of an alarm once, of its end once, and in between no more than is of use; whatever fails on the way."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from builders import Clock
from duebell.alarms.mail import TIMEOUT
from duebell.alarms.news import CLAIM
from duebell.storage import alarms
from duebell.storage.alarm_book import SqlAlarmBook
from duebell.storage.sqlite import SqliteStore
from unit.alarms.conftest import OPERATIONS, Watched
from unit.alarms.mail_server import MailServer
from unit.alarms.receiver import Receiver
from unit.outbound.listener import Listener
from waiting import until

ODOO_DOWN = "handler OdooCRM"


async def test_an_alarm_is_told_once_by_mail_and_webhook_when_it_has_stood_for_its_grace(watched: Watched) -> None:
    watched.sound(ODOO_DOWN, "Odoo doesn't answer.")
    await watched.look()
    assert watched.subjects == []

    watched.clock.advance(minutes=2)
    for _ in range(3):
        await watched.look()

    [mail] = watched.post.mailbox.mails(OPERATIONS)
    assert mail.subject == "[Duebell] Alarm: OdooCRM takes no events"
    assert mail.text.startswith(
        "Odoo doesn't answer.\n\nSince 2026-11-01 12:00 (UTC).\n\nWhat to do: Mend that. Nothing is lost"
    )
    [(_, content)] = watched.receiver.told
    assert content["type"] == "duebell.alarm.stands"
    assert content["data"]["sentence"] == "Odoo doesn't answer."


async def test_what_ends_within_its_grace_is_told_to_nobody(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    await watched.look()
    watched.clock.advance(minutes=1)
    watched.clear(ODOO_DOWN)
    watched.clock.advance(days=2)
    await watched.look()

    assert (watched.subjects, watched.receiver.told) == ([], [])


async def test_the_all_clear_is_told_once_and_belongs_to_its_alarm(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()
    watched.clear(ODOO_DOWN)
    await watched.look()
    assert len(watched.subjects) == 1  # it may come back

    watched.clock.advance(minutes=2)
    for _ in range(3):
        await watched.look()
        watched.clock.advance(days=2)

    assert watched.subjects == ["[Duebell] Alarm: OdooCRM takes no events", "[Duebell] All-clear: OdooCRM takes no events"]
    assert watched.receiver.types == [("duebell.alarm.stands", ODOO_DOWN), ("duebell.alarm.over", ODOO_DOWN)]
    alarm, over = (dict(mail.headers) for mail in watched.post.mailbox.mails())
    assert over["In-Reply-To"] == alarm["Message-ID"]


async def test_an_alarm_that_comes_back_at_once_is_the_same_one(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()
    for _ in range(20):
        watched.clear(ODOO_DOWN)
        await watched.look()
        watched.clock.advance(minutes=1)
        watched.sound(ODOO_DOWN)
        await watched.look()
        watched.clock.advance(minutes=1)

    assert watched.subjects == ["[Duebell] Alarm: OdooCRM takes no events"]


async def test_an_alarm_that_begins_anew_is_told_anew(watched: Watched) -> None:
    for _ in range(2):
        watched.sound(ODOO_DOWN)
        watched.clock.advance(minutes=4)
        await watched.look()
        watched.clear(ODOO_DOWN)
        watched.clock.advance(minutes=4)
        await watched.look()

    assert [subject.split()[1] for subject in watched.subjects] == ["Alarm:", "All-clear:"] * 2
    assert len({id_ for id_, _ in watched.receiver.told}) == 4


async def test_a_target_that_comes_and_goes_all_day_is_no_storm(watched: Watched) -> None:
    for _ in range(144):
        watched.sound(ODOO_DOWN)
        await minutes(watched, 5)
        watched.clear(ODOO_DOWN)
        await minutes(watched, 5)

    # after two episodes it no longer lasts long enough to be told of
    assert [subject.split()[1] for subject in watched.subjects] == ["Alarm:", "All-clear:", "Alarm:", "All-clear:"]
    # but one that lasts is
    watched.sound(ODOO_DOWN)
    await minutes(watched, 8)
    assert len(watched.subjects) == 5
    watched.clear(ODOO_DOWN)
    await minutes(watched, 8)
    # and after a quiet day it is as if nothing had been
    watched.clock.advance(days=1)
    await watched.look()
    watched.sound(ODOO_DOWN)
    await minutes(watched, 2)
    assert len(watched.subjects) == 7


async def minutes(watched: Watched, passing: int) -> None:
    for _ in range(passing):
        watched.clock.advance(minutes=1)
        await watched.look()


async def test_two_hundred_refused_events_are_one_mail_with_their_number_then_one_an_hour(watched: Watched) -> None:
    watched.refuse(200)
    watched.clock.advance(minutes=2)
    await watched.look()
    [mail] = watched.post.mailbox.mails()
    assert mail.subject == "[Duebell] Alarm: Events were refused"
    assert "Events that were refused for good: 200." in mail.text

    for _ in range(90):
        watched.refuse(1)
        watched.clock.advance(minutes=1)
        await watched.look()

    again = watched.post.mailbox.mails()[1:]
    assert [mail.subject for mail in again] == ["[Duebell] Again: Events were refused"]
    assert "Events that were refused for good: 260." in again[0].text


async def test_a_customers_data_stays_here(watched: Watched) -> None:
    because = "John Doe's phone +12025550123 isn't one."
    watched.refuse(1, because=because)
    watched.refuse(1, because=because, state="exhausted")
    watched.sound("events conflicting", because)
    watched.sound("something that nobody foresaw", because)
    watched.clock.advance(minutes=2)
    await watched.look()

    assert len(watched.subjects) == len(watched.receiver.told) == 4
    told = "".join(mail.subject + mail.text for mail in watched.post.mailbox.mails()) + str(watched.receiver.told)
    assert "Doe" not in told
    assert "2025550123" not in told


async def test_an_alarm_that_goes_on_is_told_again_each_day(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    for _ in range(24 * 3):
        watched.clock.advance(hours=1)
        await watched.look()

    assert [subject.split()[1] for subject in watched.subjects] == ["Alarm:", "Still:", "Still:"]


async def test_a_restart_tells_nothing_twice_and_forgets_no_all_clear(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look(watched.duty())
    await watched.look(watched.duty())
    watched.clear(ODOO_DOWN)
    watched.clock.advance(hours=5)
    await watched.look(watched.duty())
    await watched.look(watched.duty())

    assert [subject.split()[1] for subject in watched.subjects] == ["Alarm:", "All-clear:"]


async def test_of_several_processes_that_keep_watch_one_tells(watched: Watched) -> None:
    watched.sound(ODOO_DOWN)
    watched.sound("events conflicting")
    watched.clock.advance(minutes=2)
    for day in range(1, 4):
        await asyncio.gather(*(watched.look(watched.duty()) for _ in range(8)))
        assert len(watched.subjects) == len(watched.receiver.told) == 2 * day
        watched.clock.advance(days=1)


async def test_what_a_process_took_up_and_did_not_tell_is_told_by_another_under_the_same_id(watched: Watched) -> None:
    # given a process that ended right after it took the alarm up
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    duty = watched.duty()
    lost = await SqlAlarmBook(watched.store).claim(["mail", "webhook"], watched.clock(), duty.settings.grace)
    await watched.look()
    assert watched.subjects == []
    # then
    watched.clock.advance(seconds=CLAIM.total_seconds())
    await watched.look()
    [(id_, _)] = watched.receiver.told
    assert id_ == str(lost[1].id)
    [mail] = watched.post.mailbox.mails()
    assert dict(mail.headers)["Message-ID"] == f"<{lost[0].id}@example.com>"


async def test_a_mail_that_fails_is_shown_tried_again_and_holds_up_no_webhook(watched: Watched) -> None:
    watched.post.mailbox.refuse(OPERATIONS)
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()

    # then the webhook was told, and `duebell status` says why the mail wasn't
    assert len(watched.receiver.told) == 1
    mail, webhook = watched.standing()[ODOO_DOWN]["told"]
    assert (mail["channel"], mail["at"]) == ("mail", None)
    assert mail["because"].startswith("No recipient is accepted by the mail server 127.0.0.1:")
    assert "550 5.1.1 This mailbox does not exist" in mail["because"]
    assert (webhook["at"], webhook["because"]) == (watched.clock(), None)
    # and it is tried ever more seldom
    assert await tries(watched, minutes=60) == 5
    # until it arrives
    watched.post.mailbox.refuse(OPERATIONS, refused=False)
    watched.clock.advance(minutes=30)
    for _ in range(3):
        await watched.look()
    assert watched.subjects == ["[Duebell] Alarm: OdooCRM takes no events"]
    assert [told["because"] for told in watched.standing()[ODOO_DOWN]["told"]] == [None, None]
    assert len(watched.receiver.told) == 1


async def tries(watched: Watched, *, minutes: int) -> int:
    """How often the mail was tried within so many minutes."""
    moments = set()
    for _ in range(minutes):
        watched.clock.advance(minutes=1)
        await watched.look()
        moments.add(watched.standing()[ODOO_DOWN]["told"][0]["again_at"])
    return len(moments)


async def test_a_receiver_that_fails_is_shown_and_tried_again(watched: Watched) -> None:
    watched.receiver.status = 500
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()
    assert len(watched.subjects) == 1
    because = watched.standing()[ODOO_DOWN]["told"][1]["because"]
    assert (
        because
        == f"{watched.receiver.url.removesuffix('token-of-the-path')} answers with HTTP 500. Let it answer 2xx to what Duebell posts."
    )

    watched.receiver.status = 200
    watched.clock.advance(minutes=1)
    await watched.look()
    assert watched.receiver.types == [("duebell.alarm.stands", ODOO_DOWN)]


async def test_a_silent_mail_server_holds_up_neither_the_webhook_nor_the_end_of_the_process(watched: Watched) -> None:
    silent = await Listener().start()
    watched.values["SMTP_Port"] = str(silent.port)
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    duty = watched.duty()
    keeping_watch = asyncio.create_task(duty.run())
    await until(lambda: watched.receiver.told and silent.connections)
    # when it is ended while the mail server still says nothing
    keeping_watch.cancel()
    await asyncio.wait([keeping_watch], timeout=5)
    assert keeping_watch.cancelled()
    async with asyncio.timeout(TIMEOUT / 2):  # the end of the process waits for these threads
        await asyncio.get_running_loop().shutdown_default_executor()
    await silent.stop()


async def test_what_ended_before_anybody_could_be_told_is_told_to_nobody(watched: Watched) -> None:
    del watched.values["Webhook_URL"], watched.values["Webhook_Secret"]
    watched.post.mailbox.refuse(OPERATIONS)
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()
    watched.clear(ODOO_DOWN)
    watched.post.mailbox.refuse(OPERATIONS, refused=False)
    watched.clock.advance(hours=1)
    await watched.look()
    assert watched.subjects == []
    # and the next alarm has nothing of its failure
    watched.sound(ODOO_DOWN)
    assert watched.standing()[ODOO_DOWN]["told"] == []
    watched.clock.advance(minutes=2)
    await watched.look()
    assert len(watched.subjects) == 1


async def test_a_person_who_has_seen_the_refused_events_gives_the_all_clear(watched: Watched) -> None:
    watched.refuse(3)
    watched.sound(ODOO_DOWN)
    watched.clock.advance(minutes=2)
    await watched.look()
    watched.write(lambda connection: alarms.acknowledge(connection, watched.clock()))
    assert list(watched.standing()) == [ODOO_DOWN]
    watched.clock.advance(minutes=2)
    await watched.look()

    assert watched.subjects[2:] == ["[Duebell] All-clear: Events were refused"]


async def test_that_storage_fails_is_told_though_it_cannot_be_stored(
    tmp_path: Path, clock: Clock, post: MailServer, receiver: Receiver, values: dict[str, str]
) -> None:
    store = SqliteStore(tmp_path / "duebell.db")
    watched = Watched(store, clock, post, receiver, {**values, "Grace": "0"})
    duty = watched.duty()
    await watched.look(duty)  # the configuration is known
    other = sqlite3.connect(tmp_path / "duebell.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await watched.look(duty)

    [mail] = watched.post.mailbox.mails()
    assert mail.subject == "[Duebell] Alarm: Duebell can't store"
    assert "another program has locked it" in mail.text
    assert watched.receiver.types == [("duebell.alarm.stands", "storage")]
    assert duty.unstored.standing is not None

    other.execute("ROLLBACK")
    other.close()
    for _ in range(2):
        await watched.look(duty)
    assert watched.subjects[1:] == ["[Duebell] All-clear: Duebell can't store"]
    assert duty.unstored.standing is None
    store.close()


async def test_a_configuration_that_cannot_be_read_is_an_alarm_told_by_the_last_one_that_could(watched: Watched) -> None:
    watched.values["Grace"] = "0"
    duty = watched.duty()
    await watched.look(duty)
    del watched.values["Mail_To"]
    await watched.look(duty)

    assert watched.subjects == ["[Duebell] Alarm: here can't read how to tell alarms"]
    assert "Alarms.Mail_To is missing" in watched.standing()["alarms of here"]["sentence"]


@pytest.mark.parametrize("cause", [ODOO_DOWN, "silence", "waiting OdooCRM"])
def test_what_ends_with_its_cause_cannot_be_acknowledged_away(watched: Watched, cause: str) -> None:
    watched.sound(cause)
    watched.write(lambda connection: alarms.acknowledge(connection, watched.clock()))
    assert list(watched.standing()) == [cause]
