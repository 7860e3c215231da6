"""Users, sessions and tokens on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest

from builders import NOON
from duebell.errors import NotPossible
from duebell.storage import sessions, tokens, users
from duebell.storage.store import Store
from engines import Engine, Postgres


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    for name, role in (("chief", "administrator"), ("clerk", "administrator"), ("guest", "viewer")):
        store.write(partial(users.add, name=name, role=role, password=f"hash of {name}", now=NOON)).result()
    yield store
    store.close()


def test_sessions_last_as_long_as_they_may_and_end_with_what_they_rest_on(store: Store) -> None:
    for digest in ("a", "b"):
        store.write(partial(sessions.begin, name="guest", digest=digest, now=NOON)).result()
    just_before = NOON + sessions.DEFAULT.idle - timedelta(seconds=1)
    found = store.read(partial(sessions.login_of, digest="a", now=just_before))
    assert found == sessions.Login("guest", "viewer", NOON)
    store.write(partial(sessions.seen, digest="a", now=just_before)).result()
    later = NOON + sessions.DEFAULT.idle
    assert store.read(partial(sessions.login_of, digest="a", now=later)) is not None
    assert store.read(partial(sessions.login_of, digest="b", now=later)) is None
    assert store.read(partial(sessions.login_of, digest="c", now=NOON)) is None
    store.write(partial(users.disable, name="guest")).result()
    store.write(partial(users.enable, name="guest")).result()
    assert store.read(partial(sessions.login_of, digest="a", now=later)) is None
    assert store.read(users.all_users)[2]["last_login_at"] == NOON


def test_one_token_at_a_time_has_a_label(store: Store) -> None:
    expires_at = NOON + timedelta(days=1)
    made = {"label": "a", "scopes": ["view", "record"], "created_by": "chief", "now": NOON, "expires_at": expires_at}
    store.write(partial(tokens.add, digest="1", **made)).result()
    with pytest.raises(NotPossible):
        store.write(partial(tokens.add, digest="2", **made)).result()
    store.write(partial(tokens.used, digest="1", now=NOON)).result()
    assert store.read(partial(tokens.bearer, digest="1", now=NOON)) == tokens.Bearer(
        "a", frozenset({"view", "record"}), NOON
    )
    assert store.read(partial(tokens.bearer, digest="1", now=expires_at)) is None
    store.write(partial(tokens.revoke, label="a", now=NOON)).result()
    assert store.read(partial(tokens.bearer, digest="1", now=NOON)) is None
    assert store.write(partial(tokens.add, digest="2", **made)).result()["revoked_at"] is None


def test_two_administrators_who_disable_each_other_at_once_leave_one(engine: Engine, store: Store) -> None:
    refused: list[BaseException | None] = []
    together = Barrier(2)
    others = [store, store.__class__(engine._url) if isinstance(engine, Postgres) else store]

    def disable(at: Store, name: str) -> None:
        together.wait()
        refused.append(at.write(partial(users.disable, name=name)).exception())

    threads = [Thread(target=disable, args=pair) for pair in zip(others, ("chief", "clerk"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if others[1] is not store:
        others[1].close()
    assert [type(one) for one in refused if one] == [NotPossible]
    assert sum(row["enabled"] and row["role"] == "administrator" for row in store.read(users.all_users)) == 1
