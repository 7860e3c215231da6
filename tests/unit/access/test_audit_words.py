"""The audit trail is read by people: what it notes of a route has words, whichever route it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from duebell.console.access.door import READING, Needs
from duebell.console.access.principal import Scope
from duebell.console.access.trail_words import API, CHANGES, LOOKS, words_for
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings


@pytest.fixture
def noted(tmp_path: Path) -> Iterator[set[tuple[str, str]]]:
    """Method and path of each route of which the trail may note something: changes, refused ones too, and sensitive looks."""
    instance = Instance(Settings(data=tmp_path))
    found = set()
    for route in iter_route_contexts(create_app(instance).routes):
        needs = next(
            (one.dependency for one in getattr(route, "dependencies", None) or () if isinstance(one.dependency, Needs)), None
        )
        for method in route.methods or ():
            wanted = needs is not None and needs.for_method(method) not in {None, Scope.RECORD}
            if wanted and needs is not None and (method not in READING or needs.sensitive):
                found.add((method, str(route.path)))
    yield found
    instance.close()


def test_each_route_that_is_noted_has_words(noted: set[tuple[str, str]]) -> None:
    told = {(method, path): words_for(method, path, looks=method in READING) for method, path in noted}

    assert {route: words for route, words in told.items() if "/" in words} == {}


def test_no_words_are_left_of_a_route_that_is_gone(noted: set[tuple[str, str]]) -> None:
    changes = {f"{method} {path.removeprefix(API)}" for method, path in noted if method not in READING}
    looks = {path.removeprefix(API) for method, path in noted if method in READING}

    assert (set(CHANGES) - changes, set(LOOKS) - looks) == (set(), set())


def test_a_route_that_is_not_known_is_told_as_it_was_asked() -> None:
    assert words_for("PATCH", "/api/v1/new", looks=False) == "PATCH /api/v1/new"
