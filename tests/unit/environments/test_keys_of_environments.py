"""Keys are changed for one environment beside Global, against a stand-in for Odoo that keeps keys as Odoo does."""

from __future__ import annotations

from itertools import count

import pytest

from duebell.errors import NotPossible
from duebell.instance import Instance
from duebell.storage.handlers import all_handlers
from unit.environments.test_environments_at_work import put_in_force
from unit.odoo_crm.stand_in import KEY, STATUS, WHO, Call, StandIn, a_status, odoo_error, result

BERLINS = KEY[::-1]
CALL = "POST /json/2/duebell.event/{}"
METHODS = ["rehearse", "senders", "test_sms", "rotate_key", "revoke_key"]


class Keys:
    """The good keys of an Odoo: made and ended by those who have one."""

    def __init__(self, odoo: StandIn, *good: str) -> None:
        self.good = set(good)
        self._new = (f"{number:040x}" for number in count(1))
        odoo.answers |= {
            STATUS: result(a_status(methods=METHODS)),
            WHO: self._who,
            CALL.format("rotate_key"): self._make,
            CALL.format("revoke_key"): self._end,
        }

    def _is_good(self, call: Call) -> bool:
        return call.headers.get("authorization", "").removeprefix("bearer ") in self.good

    def _who(self, call: Call) -> bytes:
        return result({"uid": 7}) if self._is_good(call) else _refused()

    def _make(self, call: Call) -> bytes:
        if not self._is_good(call):
            return _refused()
        key = next(self._new)
        self.good.add(key)
        return result({"key": key, "expires_on": "2027-10-01 08:00:00"})

    def _end(self, call: Call) -> bytes:
        if not self._is_good(call):
            return _refused()
        self.good.discard(call.headers["authorization"].removeprefix("bearer "))
        return result({"revoked": True})


def _refused() -> bytes:
    return odoo_error(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")


@pytest.fixture
def keys(odoo: StandIn) -> Keys:
    return Keys(odoo, KEY, BERLINS)


@pytest.fixture
async def three(instance: Instance, odoo: StandIn, keys: Keys) -> Instance:
    """Global and berlin have a key each, aachen uses Global's."""
    await put_in_force(instance, "Global", "OdooCRM", API_URL=odoo.url, API_Access_Key=KEY)
    for name in ("berlin", "aachen"):
        await instance.add_environment(name, "administrator")
    await put_in_force(instance, "berlin", "OdooCRM", API_Access_Key=BERLINS)
    return instance


async def in_force(instance: Instance) -> list[str]:
    """The keys of Global, berlin and aachen."""
    return await instance.configured(
        lambda server: [server.in_force(name, "OdooCRM")["API_Access_Key"] for name in ("Global", "berlin", "aachen")]
    )


async def held_anywhere(instance: Instance, environment: str) -> set[str]:
    """The environment's keys in all versions."""
    return await instance.configured(
        lambda server: {
            key
            for version in server.versions()
            if (key := server.values(version.number, environment, "OdooCRM").get("API_Access_Key"))
        }
    )


async def test_an_environments_own_key_is_changed_and_globals_stays(three: Instance, keys: Keys) -> None:
    changed = await three.key_rotations.rotate("OdooCRM@berlin", "administrator")

    globals_, berlins, aachens = await in_force(three)
    assert changed.left is None
    assert (globals_, aachens) == (KEY, KEY)
    assert keys.good == {KEY, berlins}
    assert berlins != BERLINS
    assert BERLINS not in await held_anywhere(three, "berlin")
    assert (await three.key_rotations.known("OdooCRM@berlin")).rotated_at is not None
    assert (await three.key_rotations.known("OdooCRM")).rotated_at is None


async def test_globals_key_is_changed_for_all_who_use_it_and_for_nobody_else(three: Instance, keys: Keys) -> None:
    with pytest.raises(NotPossible, match=r"uses the key of Global.OdooCRM: change that one, `duebell rotate-key OdooCRM`"):
        await three.key_rotations.rotate("OdooCRM@aachen", "administrator")
    assert keys.good == {KEY, BERLINS}

    await three.key_rotations.rotate("OdooCRM", "administrator")

    globals_, berlins, aachens = await in_force(three)
    assert globals_ == aachens != KEY
    assert berlins == BERLINS
    assert keys.good == {globals_, BERLINS}


@pytest.mark.parametrize(("first", "second"), [("OdooCRM@berlin", "OdooCRM"), ("OdooCRM", "OdooCRM@berlin")])
async def test_a_key_that_another_environment_has_typed_too_ends_with_the_last_who_uses_it(
    three: Instance, keys: Keys, first: str, second: str
) -> None:
    await put_in_force(three, "berlin", "OdooCRM", API_Access_Key=KEY)

    changed = await three.key_rotations.rotate(first, "administrator")

    other = "Global" if first == "OdooCRM@berlin" else "berlin"
    assert changed.left == f"The former key is in force for {other} too, and ends when that one is changed."
    assert set(await in_force(three)) <= keys.good

    assert (await three.key_rotations.rotate(second, "administrator")).left is None
    assert set(await in_force(three)) <= keys.good
    assert KEY not in keys.good
    assert KEY not in await held_anywhere(three, "Global") | await held_anywhere(three, "berlin")


async def test_a_key_that_is_due_by_schedule_is_changed_where_it_belongs(three: Instance, keys: Keys) -> None:
    await put_in_force(three, "Global", "OdooCRM", Rotate_Key_Every="30")
    rows = {row.environment: row for row in await three.read(all_handlers)}
    for row in rows.values():
        await three.key_rotations.look_after(row)

    globals_, berlins, aachens = await in_force(three)
    assert keys.good == {globals_, berlins}
    assert keys.good.isdisjoint({KEY, BERLINS})
    assert aachens == globals_
