"""The page of a cut-over does what the commands do, says in plain words what came of it, and asks before anything is recorded."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from builders import JOHN, usd
from console_pages import a_browser
from duebell.console.access.principal import Role
from duebell.espf.receipts import Receipt
from duebell.instance import Instance
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.audit import list_audit
from duebell.storage.known import count_read
from duebell.storage.receipts import keep
from unit.odoo_crm.stand_in import KEY, STATUS, Call, StandIn, a_status, result
from unit.reader.reading_world import configure, recorded

SOURCE = "/from-portabilling/sources/Global"
HERE = f"{SOURCE}/cut-over"


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(instance) as browser:
        yield browser


@pytest.fixture
async def crowd(instance: Instance, stand_in: PortaBillingStandIn) -> PortaBillingStandIn:
    """John and another one, with an open invoice each; none of them was ever read."""
    await configure(instance, stand_in)
    stand_in.add_customer(replace(JOHN, external_id="jane-roe", name="Jane Roe", reference="C-2"))
    for name in ("john-doe", "jane-roe"):
        stand_in.invoice(name, usd("30"))
    return stand_in


@pytest.fixture
async def odoo(instance: Instance, odoo: StandIn) -> StandIn:
    """One whose addon has several contacts of the reference C-2, and none of any other."""

    def matches(call: Call) -> bytes:
        asked = call.json["references"]
        return result({"matches": {one: "ambiguous" if asked[one] == "C-2" else "absent" for one in asked}})

    odoo.answers |= {STATUS: result(a_status(methods=["match"])), "POST /json/2/duebell.event/match": matches}
    typed = {"API_URL": odoo.url, "API_Access_Key": KEY, "Database": "telecom"}
    await instance.configuration(lambda server: server.type("Global", "OdooCRM", typed))
    await instance.apply("Global", "OdooCRM", typed)
    return odoo


def words(answer: httpx2.Response) -> str:
    """What people read of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text))).replace(" .", ".")


def confirmed(answer: httpx2.Response) -> dict[str, str]:
    """The fields of the form that asks whether to record."""
    form = answer.text[answer.text.index('class="confirm"') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))


async def test_the_page_of_portabilling_leads_to_it(crowd: PortaBillingStandIn, instance: Instance) -> None:
    async with instance.dispatching(), a_browser(instance) as browser:
        assert f'href="{HERE}"' in (await browser.get("/from-portabilling")).text
        assert "pause the reading" in words(await browser.get(HERE))


async def test_customers_are_taken_over_with_a_button_and_nobody_is_told(
    crowd: PortaBillingStandIn, instance: Instance, browser: httpx2.AsyncClient
) -> None:
    answer = await browser.post(f"{SOURCE}/take-over")
    said = words(answer)
    assert "Reading customers … Stay on this page" in said
    assert said.index("2 so far") < said.index("2 customers were taken over, and nobody was told")
    assert "Known so far 2 customers" in said
    assert answer.text.count("<h1>") == 1
    assert (await instance.read(count_read), await recorded(instance)) == ({"Global": 2}, [])
    assert "0 customers were taken over, and nobody was told PortaBilling has 2; 2 of them were known before" in words(
        await browser.post(f"{SOURCE}/take-over")
    )
    noted = instance._store.read(list_audit).entries[0]
    assert (noted["who"], noted["action"], noted["subject"]) == (
        "a operator",
        "taking a PortaBilling's customers over",
        "Global",
    )


async def test_who_could_not_be_read_is_counted_with_the_reason(
    crowd: PortaBillingStandIn, browser: httpx2.AsyncClient
) -> None:
    crowd.show("jane-roe", iso_4217="no currency")
    said = words(await browser.post(f"{SOURCE}/take-over"))
    assert "1 customer was taken over" in said
    assert "1 customer could not be read. Mend that, and do it again." in said
    assert "iso_4217" in said


async def test_odoo_is_asked_who_the_customers_are_and_who_is_left_over_is_named(
    crowd: PortaBillingStandIn, odoo: StandIn, browser: httpx2.AsyncClient
) -> None:
    said = words(await browser.post(f"{SOURCE}/match"))
    assert "Of 2 customers 0 are linked, 1 ambiguous, 1 absent" in said
    assert "Nothing was changed." in said
    assert "Ambiguous Customer Looked for by the reference 2 C-2" in said
    assert "Absent Customer Looked for by the reference 1 none" in said


async def test_a_comparison_records_nothing_until_it_is_confirmed(
    crowd: PortaBillingStandIn, instance: Instance, browser: httpx2.AsyncClient
) -> None:
    await browser.post(f"{SOURCE}/take-over")
    crowd.pay("john-doe", usd("30"))
    crowd.invoice("john-doe", usd("5"))
    compared = await browser.post(f"{SOURCE}/reconcile", data={"since": "3d"})
    assert "1 customer differs from what is known" in words(compared)
    assert "3: 1 not known, 1 known otherwise" in words(compared)
    assert await recorded(instance) == []

    done = words(await browser.post(f"{SOURCE}/reconcile", data=confirmed(compared)))
    assert "2 events were recorded" in done
    assert "1 Invoice generated" in done
    assert await recorded(instance) == ["invoice.paid", "invoice.generated"]
    again = await browser.post(f"{SOURCE}/reconcile", data=confirmed(compared) | {"record": ""})
    assert "All is known as PortaBilling has it" in words(again)
    assert 'class="confirm"' not in again.text


async def test_who_was_told_since_a_moment_is_listed_and_taken_along_as_a_file(
    crowd: PortaBillingStandIn, instance: Instance, browser: httpx2.AsyncClient
) -> None:
    assert "Nobody was told anything since then." in words(await browser.get(HERE, params={"told_since": "3d"}))
    async with instance.sources.reader("Global") as reader:
        (event,) = await reader.read("1")
    states = [("sms", "delivered"), ("email", "waiting")]
    receipts = [
        Receipt(id=number, event_id=str(event.id), replay=0, channel=channel, state=state, because=None, at=instance.now())
        for number, (channel, state) in enumerate(states)
    ]
    await instance.write(lambda connection: keep(connection, 1, receipts))
    shown = await browser.get(HERE, params={"told_since": "3d"})
    subject = event.fact.subject
    assert f"1 Invoice generated {subject} SMS Delivered" in words(shown)
    (link,) = re.findall(r'href="([^"]+told\.csv[^"]*)"', shown.text)
    file = await browser.get(link)
    assert file.headers["Content-Disposition"] == 'attachment; filename="told.csv"'
    assert file.text.splitlines() == [
        "customer,type,subject,channel,state,at",
        f"1,invoice.generated,{subject},sms,delivered,{instance.now()}",
    ]


async def test_what_is_wrong_is_said_with_what_to_do_and_what_was_typed_stays(
    crowd: PortaBillingStandIn, browser: httpx2.AsyncClient
) -> None:
    answer = await browser.post(f"{SOURCE}/reconcile", data={"since": "<yesterday>"})
    assert (answer.status_code, "is no moment: write it like" in words(answer)) == (422, True)
    assert 'value="&lt;yesterday&gt;"' in answer.text
    answer = await browser.get(HERE, params={"told_since": "never"})
    assert (answer.status_code, "'never' is no moment" in words(answer)) == (422, True)
    assert (await browser.get(f"{SOURCE}/told.csv", params={"since": "never"})).status_code == 422
    assert "Global.OdooCRM is not configured" in words(await browser.post(f"{SOURCE}/match"))
    crowd.switch(Nuisances(down=True))
    assert "503" in words(await browser.post(f"{SOURCE}/take-over"))


async def test_without_a_portabilling_or_an_environment_it_says_so(browser: httpx2.AsyncClient) -> None:
    assert "Global has no PortaBilling yet: configure it" in words(await browser.get(HERE))
    assert "Take over" not in words(await browser.get(HERE))
    assert "configure and verify Global.PortaBilling" in words(await browser.post(f"{SOURCE}/take-over"))
    nowhere = await browser.get(HERE.replace("Global", "Nowhere"))
    assert (nowhere.status_code, "There is no environment 'Nowhere'" in words(nowhere)) == (404, True)


async def test_a_viewer_sees_who_was_told_and_sets_nothing_going(crowd: PortaBillingStandIn, instance: Instance) -> None:
    async with a_browser(instance, Role.VIEWER) as browser:
        page = words(await browser.get(HERE))
        assert ("Who was told?" in page, "Take over" in page) == (True, False)
        for action in ("match", "take-over", "reconcile"):
            assert (await browser.post(f"{SOURCE}/{action}", data={"since": "3d"})).status_code == 403
    assert await instance.read(count_read) == {}
