"""The set-up of a PortaBilling by the commands of its page, beside a running service; PortaBilling and Odoo are stand-ins."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from duebell.demo.patience import until
from duebell.demo.stand_in import EVENT_PASSWORD, StandIn
from integration.cli.command import Command, Ran
from integration.service.running import Serve
from real_odoo import free_port
from unit.odoo_crm.stand_in import KEY, STATUS, Call, a_status, result
from unit.odoo_crm.stand_in import StandIn as Odoo

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "portabilling.md").read_text(encoding="utf-8")
ADDON = "POST /json/2/duebell.event"
MATCH = f"{ADDON}/match"


def commands() -> list[list[str]]:
    """What the page has one type, in order, without the program's name and where its output goes."""
    section = PAGE.partition("## Set up, step by step")[2].partition("\n## ")[0]
    blocks = "".join(re.findall(r"```\n(.*?)```", section, re.DOTALL)).replace("\\\n", " ")
    lines = [shlex.split(line.partition(" > ")[0], comments=True) for line in blocks.splitlines()]
    assert {program for program, *_ in lines} == {"duebell"}
    return [arguments for _, *arguments in lines]


def by_reference(call: Call) -> bytes:
    """An addon in which the contacts C-1 and C-2 are."""
    asked = call.json["references"]
    return result(
        {"matches": {one: "linked" if reference in {"C-1", "C-2"} else "absent" for one, reference in asked.items()}}
    )


@pytest.fixture
def odoo(odoo: Odoo) -> Odoo:
    """Its addon has all that the page asks of it."""
    methods = ["hold", "match", "rehearse", "release", "senders", "test_sms"]
    held = {"since": "2026-11-01 09:00:00", "because": "Wrong amounts"}
    odoo.answers |= {STATUS: result(a_status(methods=methods)), MATCH: by_reference}
    odoo.answers |= {f"{ADDON}/hold": result({"held": held}), f"{ADDON}/release": result({"held": None})}
    return odoo


@pytest.fixture
def portabilling() -> Iterator[StandIn]:
    """It has two customers, each with an open invoice; one has Odoo's reference."""
    with StandIn() as portabilling:
        for name, reference in [("first", "C-1"), ("second", "")]:
            customer = {"external_id": name, "name": name, "currency": "USD", "reference": reference or None}
            portabilling.post("/billing/customers", customer)
            charge = {"text": "Internet", "amount": "30.00", "invoice_now": True}
            portabilling.post(f"/billing/customers/{name}/charges", charge)
        yield portabilling


class Operator:
    """Types what the page has him type, for the stand-ins' addresses and secrets."""

    def __init__(self, duebell: Command, portabilling: StandIn, inlet: str, ids: Path) -> None:
        self._duebell = duebell
        self._ids = ids
        options = portabilling.options(inlet)
        self._instead = {
            name: f"{name}={options[name]}" for name in ("API_URL", "API_Login", "API_Password", "Event_Password")
        }
        self._instead |= {name: f"{name}={options[name]}" for name in ("Inlet_Address", "Time_Zones")}
        self._besides = [f"{name}={options[name]}" for name in ("Allowed_Hosts", "Own_Templates_Off")]

    def types(self, arguments: Sequence[str]) -> Ran:
        typed = [self._instead.get(one.partition("=")[0], one) for one in arguments]
        typed = [str(self._ids) if one == "ids.csv" else one for one in typed]
        ran = self._duebell(*typed, *(self._besides if arguments[0] == "configure" else []))
        assert ran.exit_code == 0, (typed, ran.out, ran.err)
        return ran


def test_by_the_pages_commands_customers_are_taken_over_and_a_new_invoice_is_recorded(
    tmp_path: Path, portabilling: StandIn, odoo: Odoo
) -> None:
    listen = f"127.0.0.1:{free_port()}"
    ids = tmp_path / "ids.csv"
    number = portabilling.get("/billing/customers/second")["i_customer"]
    ids.write_text(f"i_customer,reference\n{number},C-2\n", encoding="utf-8")
    with Serve(tmp_path / "data", env={"DUEBELL_LISTEN": listen}):
        duebell = Command(tmp_path / "data")
        assert duebell("verify", "OdooCRM", f"API_URL={odoo.url}", f"API_Access_Key={KEY}").exit_code == 0
        operator = Operator(duebell, portabilling, f"http://{listen}", ids)
        ended = {}
        for arguments in commands():
            if arguments[:2] == ["portabilling", "take-over"]:
                portabilling.send_to(f"http://{listen}/portabilling/Global/events")
            ended[" ".join(arguments[:2])] = operator.types(arguments).out
        assert "2 are linked, 0 ambiguous, 0 absent" in ended["portabilling match"]
        assert "2 were taken over" in ended["portabilling take-over"]
        assert ended["portabilling told"] == "customer,type,subject,channel,state,at\n"
        assert duebell("events", "list", "--json").json["events"] == []
        portabilling.post("/billing/customers/first/charges", {"text": "Router", "amount": "5.00", "invoice_now": True})
        (event,) = until(lambda: duebell("events", "list", "--json").json["events"], "the new invoice")
        assert event["type"] == "invoice.generated"
    assert EVENT_PASSWORD not in "".join(duebell.written)
