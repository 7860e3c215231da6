"""The key of the secrets is replaced, and at no moment, not even after a crash, is a secret lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import insert, select

from duebell.configuration.key import Key
from duebell.configuration.secrets import SecretBox, UnreadableSecret
from duebell.errors import NotPossible
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.sealed import seal_again
from duebell.storage.tables_pairing import key_rotation

PLACE = ("Global", "OdooCRM")
KEY = "f00dfeed" * 5
OTHER = "0123abcd" * 5


def keys(file: Path) -> list[str]:
    """In a key file."""
    assert file.stat().st_mode & 0o777 == 0o600
    return file.read_text().split()


async def typed(instance: Instance, key: str) -> None:
    values = {"API_URL": "http://127.0.0.1:9", "API_Access_Key": key}
    await instance.configuration(lambda server: server.type(*PLACE, values))


async def apply(instance: Instance) -> None:
    await instance.apply(*PLACE, await instance.configuration(lambda server: server.draft(*PLACE)))


async def secrets(instance: Instance) -> dict[int, str]:
    """The API key of each version."""

    def read(server: Any) -> dict[int, str]:
        return {one.number: server.values(one.number, *PLACE)["API_Access_Key"] for one in server.versions()}

    return await instance.configuration(read)


async def with_two_versions(instance: Instance) -> None:
    await typed(instance, KEY)
    await apply(instance)
    await typed(instance, OTHER)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


async def test_every_version_is_sealed_with_the_new_key_and_the_old_one_is_gone(tmp_path: Path, key_file: Path) -> None:
    instance = Instance(Settings(data=tmp_path))
    await with_two_versions(instance)
    (before,) = keys(key_file)

    done = await instance.replace_key("administrator")

    # at once, and after a start with what is left: secrets equal before are equal still
    assert (done.secrets, done.left_over) == (2, None)
    assert await secrets(instance) == {1: KEY, 2: OTHER}
    instance.close()
    assert len(keys(key_file)) == 1
    assert before not in keys(key_file)
    instance = Instance(Settings(data=tmp_path))
    assert await secrets(instance) == {1: KEY, 2: OTHER}
    instance.close()
    with pytest.raises(UnreadableSecret):
        await opened_with(tmp_path, before)


async def opened_with(data: Path, key: str) -> None:
    instance = Instance(Settings(data=data, secret_key=SecretStr(key)))
    try:
        await secrets(instance)
    finally:
        instance.close()


async def test_what_is_kept_encrypted_beside_the_configuration_is_sealed_with_the_new_key_too(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path))
    row = {"handler_id": 1, "former_key": instance.sealed(OTHER, "former")}
    await instance.write(lambda connection: connection.execute(insert(key_rotation).values(row)))

    await instance.replace_key()

    kept = await instance.read(lambda connection: connection.execute(select(key_rotation.c.former_key)).scalar_one())
    assert instance.opened(kept, "former") == OTHER
    instance.close()


async def test_versions_that_were_the_same_are_the_same_under_the_new_key(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path))
    await typed(instance, KEY)
    await apply(instance)
    await instance.configuration(lambda server: server.clone(1))

    await instance.replace_key()

    assert await instance.configuration(lambda server: server.unverified(2)) == []
    assert all(one.same for one in await instance.configuration(lambda server: server.compare(1, 2)))
    instance.close()


async def killed_before_sealing(instance: Instance) -> None:
    instance._key.begin(alone=True)
    instance.close()


async def killed_after_sealing(instance: Instance) -> None:
    instance._key.begin(alone=True)
    await instance.write(lambda connection: seal_again(connection, instance._key.box))
    instance.close()


@pytest.mark.parametrize("killed", [killed_before_sealing, killed_after_sealing])
async def test_after_a_crash_halfway_all_can_be_read_and_the_next_try_ends_it(
    tmp_path: Path, key_file: Path, killed: Callable[[Instance], Awaitable[None]]
) -> None:
    instance = Instance(Settings(data=tmp_path))
    await with_two_versions(instance)
    (old,) = keys(key_file)
    await killed(instance)

    # whatever was done, it is opened after a start, and what is typed then too
    instance = Instance(Settings(data=tmp_path))
    assert await secrets(instance) == {1: KEY, 2: OTHER}
    await typed(instance, KEY[::-1])
    new, last = keys(key_file)
    assert last == old

    await instance.replace_key()
    instance.close()

    assert keys(key_file) == [new]
    instance = Instance(Settings(data=tmp_path))
    assert await secrets(instance) == {1: KEY, 2: KEY[::-1]}
    instance.close()


async def test_a_key_from_the_environment_is_replaced_in_two_steps(tmp_path: Path) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    instance = Instance(Settings(data=tmp_path, secret_key=SecretStr(old)))
    await with_two_versions(instance)
    with pytest.raises(
        NotPossible, match="First put a new key before the old one in DUEBELL_SECRET_KEY with a space between"
    ):
        await instance.replace_key()
    instance.close()

    instance = Instance(Settings(data=tmp_path, secret_key=SecretStr(f"{new} {old}")))
    done = await instance.replace_key()
    instance.close()

    assert (done.secrets, done.left_over) == (2, "DUEBELL_SECRET_KEY")
    await opened_with(tmp_path, new)


def test_the_service_managers_credential_is_the_key_unless_the_environment_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    key, other = (Fernet.generate_key().decode() for _ in range(2))
    (folder / "duebell.secret_key").write_text(f"{key}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))

    given = Key.of(Settings(data=tmp_path)).box.seal(KEY, "here")
    named = Key.of(Settings(data=tmp_path, secret_key=SecretStr(other))).box.seal(KEY, "here")

    assert SecretBox.from_text(key).open(given, "here") == KEY
    assert SecretBox.from_text(other).open(named, "here") == KEY
    assert not (tmp_path / "secret.key").exists()
