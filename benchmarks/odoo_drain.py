"""Releases all that waits, as the cron does, each batch committed: what it leaves behind slows down those after it, or not.

A script for Odoo's shell over a throwaway database that is filled. `result`: microseconds a message, of each batch.
"""

# ruff: noqa: F821 - `env` is the shell's
import time
from typing import Any

env: Any


def released() -> int:
    env.cr.execute("SELECT count(*) FROM duebell_message WHERE state = 'released'")
    (count,) = env.cr.fetchone()
    return int(count)


def release() -> float:
    """Of a batch, the look whether there is more among it."""
    began = time.perf_counter()
    dealt_with = messages._release_some()  # noqa: SLF001 - what the cron does
    messages.search_count(messages._due_domain(), limit=1)  # noqa: SLF001
    env.cr.commit()
    seconds = time.perf_counter() - began
    env.invalidate_all()
    return seconds * 1e6 / dealt_with


messages = env["duebell.message"]
# As shipped but for what would keep a crowd from leaving now: its size, and the hour at which this is measured.
settings = env["duebell.settings"]._of(env.company)  # noqa: SLF001
settings.write({"times_usual": 0, "customers_a_day": 0, "texts_per_hour": 0, "from_hour": 0, "until_hour": 24})
env.cr.commit()
waiting = messages.search_count([("state", "=", "waiting")])
before = released()
result = []
while messages.search_count([("state", "=", "waiting")], limit=1):
    result.append(release())
assert released() - before == waiting, (released() - before, waiting)
