"""A key that Duebell changed by itself stays the newest whatever version is in force."""

from __future__ import annotations

from collections.abc import AsyncIterator

from console_pages import a_command
from duebell.instance import Instance
from unit.odoo_crm.stand_in import KEY, STATUS, WHO, Call, StandIn, a_status, result

NEW = KEY[::-1]
METHODS = ["rehearse", "senders", "test_sms", "rotate_key", "revoke_key"]
CALL = "POST /json/2/duebell.event/{}"


async def test_rolling_back_after_a_change_of_the_key_keeps_the_new_one(instance: Instance, odoo: StandIn) -> None:
    # given two versions that differ in more than the key
    odoo.answers[STATUS] = result(a_status(methods=METHODS))
    odoo.answers[CALL.format("rotate_key")] = result({"key": NEW, "expires_on": "2027-10-01 08:00:00"})
    revoked: list[str] = []
    asked = odoo.answers[WHO]

    def who(call: Call) -> bytes | AsyncIterator[bytes]:
        assert callable(asked)
        return result({"uid": 7}) if call.headers.get("authorization") == f"bearer {NEW}" else asked(call)

    odoo.answers[WHO] = who

    def revoke(call: Call) -> bytes:
        revoked.append(call.headers["authorization"])
        return result({"revoked": True})

    odoo.answers[CALL.format("revoke_key")] = revoke
    async with a_command(instance, "/api/v1") as http:
        for typed in ({"API_URL": odoo.url, "API_Access_Key": KEY}, {"Max_Batch": "100"}):
            proven = await http.post("/verify/Global/OdooCRM", json={"typed": typed})
            assert '"applied": true' in proven.text, proven.text

        # when the key is changed and the configuration rolled back, twice
        changed = await http.post("/handlers/OdooCRM/rotate-key")
        assert changed.status_code == 200, changed.text
        assert revoked == [f"bearer {KEY}"]
        found = []
        for _ in range(2):
            (await http.post("/configuration/rollback")).raise_for_status()
            found.append(await instance.configured(lambda server: server.in_force("Global", "OdooCRM")))

        # then the key stays, in the oldest version too
        assert [one["API_Access_Key"] for one in found] == [NEW, NEW]
        oldest = await instance.configured(lambda server: server.values(1, "Global", "OdooCRM"))
        assert (oldest["API_Access_Key"], "Max_Batch" in oldest) == (NEW, False)
        entries = (await http.get("/audit")).json()["entries"]
        assert "put a changed key into other versions" in [entry["action"] for entry in entries]
