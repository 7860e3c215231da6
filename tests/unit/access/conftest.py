"""An application behind the network's door, with a user of each role, and browsers that come to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from access_world import ORIGIN, PASSWORD, Browser
from duebell.console.access.network import NetworkDoor
from duebell.console.access.principal import Role
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.storage import users


@pytest.fixture(scope="session")
def password_hash() -> str:
    """As little work as argon2id takes: what ours takes is for attackers, and would make tests slow."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
async def app(instance: Instance, password_hash: str) -> FastAPI:
    """Users named as their roles."""
    for role in Role:
        await instance.write(lambda connection, r=role: users.add(connection, r, r, password_hash, instance.now()))
    return create_app(instance, door=NetworkDoor(instance))


@pytest.fixture
async def new_browser(app: FastAPI) -> AsyncIterator[Callable[..., Browser]]:
    """Makes browsers, each at an address of its own choice."""
    opened = []

    def new(address: str = "192.0.2.1") -> Browser:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(address, 12345))
        opened.append(httpx2.AsyncClient(transport=transport, base_url=ORIGIN))
        return Browser(opened[-1])

    yield new
    for one in opened:
        await one.aclose()


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    return new_browser()
