"""Whoever guesses waits longer and longer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

from access_world import PASSWORD, Browser
from builders import NOON, Clock
from duebell.console.access.logins import LONGEST_BY_ADDRESS, LONGEST_BY_NAME
from duebell.storage import tries
from engines import Engine

WRONG = "wrong horse battery"


async def wait_of(browser: Browser, name: str = "viewer", password: str = WRONG) -> int:
    """Seconds that a login has to wait; 0: it was tried."""
    answer = await browser.log_in(name, password)
    found = re.search(r"try again in (\d+) s", answer.text)
    assert answer.status_code == (429 if found else 303 if password == PASSWORD else 401)
    return int(found[1]) if found else 0


async def test_after_some_failures_each_further_one_doubles_the_wait_and_the_right_password_waits_too(
    browser: Browser, clock: Clock
) -> None:
    assert [await wait_of(browser) for _ in range(tries.FREE + 1)] == [0] * (tries.FREE + 1)
    for expected in (1, 2, 4, 8, 16, 32):
        assert await wait_of(browser) == expected
        assert await wait_of(browser, password=PASSWORD) == expected
        clock.advance(seconds=expected)
        assert await wait_of(browser) == 0
    clock.advance(seconds=64)
    assert await wait_of(browser, password=PASSWORD) == 0


async def test_nobody_is_kept_out_for_long_by_what_others_try_under_his_name(
    new_browser: Callable[..., Browser], clock: Clock
) -> None:
    for number in range(tries.FREE + 8):
        await wait_of(new_browser(f"198.51.100.{number}"))
        clock.advance(seconds=LONGEST_BY_NAME.total_seconds())
    for number in range(100, 140):
        await wait_of(new_browser(f"198.51.100.{number}"))
    longest = await wait_of(new_browser("192.0.2.7"), password=PASSWORD)
    assert 0 < longest <= LONGEST_BY_NAME.total_seconds()


async def test_an_address_that_tries_many_names_waits(new_browser: Callable[..., Browser], clock: Clock) -> None:
    attacker, other = new_browser("198.51.100.1"), new_browser("192.0.2.7")
    for number in range(tries.FREE + 1):
        assert await wait_of(attacker, f"user{number}") == 0
    assert await wait_of(attacker, "administrator") == 1
    assert await wait_of(other, "administrator") == 0
    for number in range(12):
        clock.advance(seconds=LONGEST_BY_ADDRESS.total_seconds())
        await wait_of(attacker, f"another{number}")
    assert await wait_of(attacker, "administrator") == LONGEST_BY_ADDRESS.total_seconds()


async def test_a_login_of_ones_own_between_the_guesses_does_not_help(browser: Browser, clock: Clock) -> None:
    for _ in range(tries.FREE + 3):
        clock.advance(seconds=60)
        await wait_of(browser, "administrator")
        clock.advance(seconds=60)
        await wait_of(browser, "viewer", PASSWORD)
    assert await wait_of(browser, "nobody") == 0
    assert await wait_of(browser, "nobody") > 0


async def test_an_ipv6_host_cannot_change_its_address_to_try_more(new_browser: Callable[..., Browser]) -> None:
    for number in range(tries.FREE + 1):
        assert await wait_of(new_browser(f"2001:db8::{number}"), f"user{number}") == 0
    assert await wait_of(new_browser("2001:db8::ffff"), "administrator") == 1
    assert await wait_of(new_browser("2001:db8:0:1::1"), "administrator") == 0


async def test_many_at_once_are_counted_too(browser: Browser) -> None:
    waits = await asyncio.gather(*(wait_of(browser) for _ in range(12)))
    assert sorted(waits)[: tries.FREE + 1] == [0] * (tries.FREE + 1)
    assert min(sorted(waits)[tries.FREE + 1 :]) > 0


def test_what_was_tried_long_ago_is_forgotten_on_each_engine(engine: Engine) -> None:
    store = engine.new()
    longest = {"name a": timedelta(minutes=1), "address b": timedelta(minutes=15)}

    def tried(after: timedelta) -> timedelta | None:
        return store.write(lambda connection: tries.begin(connection, longest, NOON + after)).result()

    assert [tried(timedelta()) for _ in range(tries.FREE + 2)] == [None] * (tries.FREE + 1) + [timedelta(seconds=1)]
    later = timedelta(seconds=2) + tries.FORGOTTEN
    assert [tried(later) for _ in range(tries.FREE + 2)] == [None] * (tries.FREE + 1) + [timedelta(seconds=1)]
    store.write(lambda connection: tries.succeeded(connection, "name a", "address b", NOON + later)).result()
    assert tried(later) is None
    store.close()
