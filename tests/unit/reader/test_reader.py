"""Raw events are read, and what they mean is recorded: once, in one transaction with what is known from then on."""

from __future__ import annotations

import pytest

from builders import usd
from duebell.espf.handler import ConfigurationRefused, Provisioned, Refused, TargetDown, TryAgain
from duebell.sandbox.portabilling.nuisances import Nuisances
from unit.reader.reading_world import World, a_reader


async def test_an_invoice_that_comes_is_told(world: World) -> None:
    i_invoice = world.invoice()
    outcome = await world.comes("Invoice/New", i_invoice=i_invoice, i_customer=world.john)
    assert isinstance(outcome, Provisioned)
    assert outcome.reference
    assert world.told() == [f"invoice.generated {world.stand_in.number(i_invoice)}"]


async def test_the_same_event_again_is_nothing_new(world: World) -> None:
    i_invoice = world.invoice()
    for _ in range(2):
        outcome = await world.comes("Invoice/New", i_invoice=i_invoice, i_customer=world.john)
    assert outcome == Provisioned("", remark="Nothing new.")
    assert len(world.told()) == 1


async def test_an_invoice_that_does_not_say_whose_it_is_is_asked_for(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    assert len(world.told()) == 1


async def test_a_known_invoice_leads_to_its_customer_without_asking(world: World) -> None:
    i_invoice = world.invoice()
    await world.comes("Invoice/New", i_invoice=i_invoice)
    world.stand_in.switch(Nuisances(denied=frozenset({"Invoice/get_invoice_info"})))
    world.stand_in.pay("john-doe", usd("30"))
    await world.comes("Invoice/Updated", i_invoice=i_invoice)
    assert [type_.split()[0] for type_ in world.told()] == ["invoice.generated", "invoice.paid"]


async def test_events_of_one_customer_that_come_together_are_one_reading(world: World) -> None:
    i_invoice = world.invoice()
    outcomes = await world.come(*[("Invoice/Updated", {"i_customer": world.john, "i_invoice": i_invoice})] * 20)
    assert len(outcomes) == 20
    assert len(set(outcomes.values())) == 1, "what came of one reading"
    assert len(world.told()) == 1


async def test_types_that_tell_nobody_are_done_without_reading(world: World) -> None:
    assert await world.comes("Account/New", i_account="9") == Provisioned(
        "", remark="Nobody is told of events of this type."
    )


async def test_a_type_that_nobody_knows_is_refused_with_the_option_that_names_it(world: World) -> None:
    outcome = await world.comes("Planet/New", i_planet="3")
    assert isinstance(outcome, Refused)
    assert "PortaBilling.Event_Types" in outcome.because


async def test_an_event_that_names_nobody_is_refused(world: World) -> None:
    outcome = await world.comes("Customer/Updated", i_event="9")
    assert isinstance(outcome, Refused)
    assert "neither i_customer nor i_invoice" in outcome.because


async def test_a_customer_who_is_not_there_is_refused_beside_one_who_is(world: World) -> None:
    world.invoice()
    john, nobody = (await world.come(*(("Customer/Updated", {"i_customer": id_}) for id_ in (world.john, "999")))).values()
    assert isinstance(john, Provisioned)
    assert not isinstance(nobody, Provisioned)
    assert len(world.told()) == 1


async def test_while_portabilling_is_down_everything_waits(world: World) -> None:
    world.invoice()
    world.stand_in.switch(Nuisances(down=True))
    with pytest.raises(TargetDown):
        await world.comes()
    with pytest.raises(TargetDown):
        await world.reader.probe()
    world.stand_in.switch(Nuisances())
    await world.reader.probe()
    await world.comes()
    assert len(world.told()) == 1


async def test_a_login_that_is_refused_is_for_verify_to_mend(world: World) -> None:
    refused = a_reader(world.stand_in, world.store, API_Password="wrong")
    with pytest.raises(ConfigurationRefused):
        await refused.provision([world.owed("Customer/Updated", {"i_customer": world.john})])
    await refused.close()


async def test_a_single_call_that_fails_is_tried_again(world: World) -> None:
    world.stand_in.switch(Nuisances(denied=frozenset({"Invoice/get_invoice_list"})))
    assert isinstance(await world.comes(), TryAgain)


async def test_an_answer_that_nobody_can_read_is_refused_with_the_field_that_is_missing(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Customer_Fields="currency=iso_code")
    outcome = next(iter((await reader.provision([world.owed("Customer/Updated", {"i_customer": world.john})])).values()))
    assert isinstance(outcome, Refused)
    assert "iso_code" in outcome.because
    await reader.close()
