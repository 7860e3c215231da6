"""Verify of PortaBilling against the stand-in: which check fails, what it says, and what is skipped because of it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import JOHN
from duebell.configuration.check import Check, Result
from duebell.money import Money
from duebell.portabilling.verify import QUESTIONS, verify
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.odoo_crm.certificates import Authority
from unit.portabilling_api.api_server import ApiServer, Reply

FAILED, PASSED, SKIPPED, WARNING = Result.FAILED, Result.PASSED, Result.SKIPPED, Result.WARNING
SLUGS = [question.slug for question in QUESTIONS]
TYPED = {
    "API_Login": "duebell",
    "API_Password": "stand-in",
    "Event_Password": "a password for events",
    "Allowed_Hosts": "127.0.0.1",
    "Time_Zones": "*=America/New_York",
    "Inlet_Address": "https://duebell.example.com",
    "Own_Templates_Off": "yes",
}


def real_clock() -> datetime:
    return datetime.now(UTC)


class Asked:
    """Verify of one PortaBilling."""

    def __init__(self, url: str, tls: ssl.SSLContext) -> None:
        self.url = url
        self.tls = tls
        self.now: Callable[[], datetime] = real_clock

    async def __call__(self, **typed: str) -> dict[str, Check]:
        values = {key: text for key, text in {"API_URL": self.url, **TYPED, **typed}.items() if text}
        checks = verify(values, environment="Spain", now=self.now, tls=self.tls)
        return {check.slug: check async for check in checks}


@pytest.fixture
async def stand_in() -> AsyncIterator[PortaBillingStandIn]:
    """It has John Doe, with an invoice."""
    async with PortaBillingStandIn(now=real_clock) as stand_in:
        stand_in.add_customer(JOHN)
        stand_in.invoice("john-doe", Money.parse("30.00", "USD"))
        yield stand_in


@pytest.fixture
def ask(stand_in: PortaBillingStandIn, trusted: ssl.SSLContext) -> Asked:
    return Asked(stand_in.url, trusted)


def ends(checks: dict[str, Check]) -> dict[Result, list[str]]:
    """The slugs by how they ended, those that passed left out."""
    found: dict[Result, list[str]] = {}
    for slug, check in checks.items():
        if check.result is not PASSED:
            found.setdefault(check.result, []).append(slug)
    return found


def after(slug: str) -> list[str]:
    """What is skipped when a check on the way to the samples fails."""
    way = SLUGS[1 : SLUGS.index("invoice") + 1]
    return way[way.index(slug) + 1 :] if slug in way else way


async def test_all_checks_pass_in_order(ask: Asked) -> None:
    checks = await ask()

    assert list(checks) == SLUGS
    assert ends(checks) == {}
    assert checks["login"].found == "duebell is logged in"
    assert checks["customer"].found == "1 customer can be read"
    assert checks["invoice"].found == "1 invoice can be read"


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        ("basic", "Basic authorization in the header Authorization, user portabilling, password as in Event_Password"),
        ("header", "custom authorization, the header Authorization with the text in Event_Password"),
        ("signature", "a signature of the body in the header Authorization, HMAC-SHA256 with Event_Password"),
    ],
)
async def test_it_says_exactly_what_to_enter_in_portabilling_for_this_environment(
    ask: Asked, authorization: str, said: str
) -> None:
    checks = await ask(Event_Authorization=authorization)

    assert checks["inlet"].found == (
        "Enter in PortaBilling's EventSender: the address https://duebell.example.com/portabilling/Spain/events; "
        + said
        + "."
    )
    assert all(TYPED["Event_Password"] not in f"{check.found}{check.hint}" for check in checks.values())


async def test_without_an_address_of_ours_it_says_the_path_and_warns(ask: Asked) -> None:
    checks = await ask(Inlet_Address="")

    assert ends(checks) == {WARNING: ["inlet"]}
    assert "https://…/portabilling/Spain/events" in checks["inlet"].found


async def test_it_warns_until_somebody_has_signed_that_portabillings_own_messages_are_off(ask: Asked) -> None:
    checks = await ask(Own_Templates_Off="")

    assert ends(checks) == {WARNING: ["own-templates"]}
    assert checks["own-templates"].hint is not None
    assert "set Own_Templates_Off to yes" in checks["own-templates"].hint


async def test_it_warns_where_commitments_are_told_of_and_nothing_says_why_they_were_ended(ask: Asked) -> None:
    checks = await ask(Commitment_Types="Account/Ended")

    assert ends(checks) == {WARNING: ["commitments"]}
    assert checks["commitments"].hint is not None
    assert "Commitment_Words" in checks["commitments"].hint


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({}, "nobody is told of one, nor won back"),
        ({"Commitment_Types": "Account/Ended", "Commitment_Words": "Account/Ended=other"}, "opens no win-back opportunity"),
        (
            {"Commitment_Types": "Account/Ended", "Commitment_Words": "left=cancelled_early"},
            "Account/Ended tell of it, and why",
        ),
    ],
)
async def test_it_says_what_becomes_of_commitments_that_were_ended(ask: Asked, typed: Mapping[str, str], found: str) -> None:
    checks = await ask(**typed)

    assert ends(checks) == {}
    assert found in checks["commitments"].found


async def test_options_that_contradict_each_other_are_all_that_is_asked(ask: Asked) -> None:
    checks = await ask(API_Token="a-token")

    assert ends(checks) == {FAILED: ["options"], SKIPPED: SLUGS[1:]}
    assert "API_Password and PortaBilling.API_Token are both set" in checks["options"].found


async def test_a_private_address_that_is_not_allowed_is_not_called(ask: Asked) -> None:
    checks = await ask(API_URL=ask.url.replace("http://", "https://"), Allowed_Hosts="")

    assert ends(checks) == {FAILED: ["name"], SKIPPED: after("name")}
    assert "isn't named in Allowed_Hosts" in checks["name"].found


async def test_unencrypted_calls_are_for_private_hosts_that_are_allowed(ask: Asked) -> None:
    checks = await ask(Allowed_Hosts="")

    assert ends(checks) == {FAILED: ["url"], SKIPPED: after("url")}


async def test_where_nothing_listens_it_says_so_of_portabilling(ask: Asked) -> None:
    checks = await ask(API_URL="http://127.0.0.1:1")

    assert ends(checks) == {FAILED: ["reachable"], SKIPPED: after("reachable")}
    assert checks["reachable"].hint is not None
    assert "that PortaBilling's web server runs" in checks["reachable"].hint


async def test_a_wrong_password_fails_the_login_and_is_not_repeated(ask: Asked, stand_in: PortaBillingStandIn) -> None:
    checks = await ask(API_Password="the wrong password")

    assert ends(checks) == {FAILED: ["login"], SKIPPED: after("login")}
    assert "Server.Session.auth_failed" in checks["login"].found
    assert "the wrong password" not in f"{checks['login']}"
    assert stand_in.sessions.logins == 0


async def test_the_other_style_of_calls_is_named_where_a_release_wants_it(ask: Asked, stand_in: PortaBillingStandIn) -> None:
    stand_in.switches.switch(Nuisances(style="form"))

    assert ends(await ask())[FAILED] == ["login"]
    assert ends(await ask(Request_Style="form")) == {}


async def test_a_page_in_portabillings_place_is_no_login(trusted: ssl.SSLContext, server: ApiServer) -> None:
    server.login = lambda _call: Reply(b"<html>a shop</html>", content_type="text/html")

    checks = await Asked(server.url, trusted)()

    assert ends(checks) == {FAILED: ["login"], SKIPPED: after("login")}
    assert "isn't PortaBilling's API" in checks["login"].found


async def test_clocks_that_differ_are_a_warning(ask: Asked) -> None:
    ask.now = lambda: datetime.now(UTC) + timedelta(minutes=9)

    checks = await ask()

    assert ends(checks) == {WARNING: ["clock"]}
    assert "behind ours" in checks["clock"].found


async def test_a_certificate_that_ends_soon_is_a_warning_and_one_of_nobody_is_refused(
    trusted: ssl.SSLContext, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    encrypted = await ApiServer().start(authority.serving(days=10))
    try:
        trusting = await Asked(encrypted.url, authority.trusting())()
        wary = await Asked(encrypted.url, trusted)()
    finally:
        await encrypted.stop()

    assert (trusting["tls"].result, trusting["login"].result) == (WARNING, PASSED)
    assert ends(wary) == {FAILED: ["tls"], SKIPPED: after("tls")}
    assert wary["tls"].hint is not None
    assert "Give PortaBilling's web server a valid certificate" in wary["tls"].hint


@pytest.mark.parametrize(
    ("method", "slug"),
    [
        ("Customer/get_customer_list", "customer-list"),
        ("Customer/get_customer_info", "customer"),
        ("Invoice/get_invoice_list", "invoice-list"),
        ("Invoice/get_invoice_info", "invoice"),
    ],
)
async def test_each_method_that_may_not_be_called_is_found(
    ask: Asked, stand_in: PortaBillingStandIn, method: str, slug: str
) -> None:
    stand_in.switches.switch(Nuisances(denied=frozenset({method})))

    checks = await ask()

    skipped = [one for one in after("clock") if SLUGS.index(one) > SLUGS.index(slug)]
    assert ends(checks) == {FAILED: [slug]} | ({SKIPPED: skipped} if skipped else {})
    assert method in checks[slug].found


@pytest.mark.parametrize(
    ("typed", "slug", "said"),
    [
        ({"Time_Zones": ""}, "customer", "say so in PortaBilling.Time_Zones"),
        ({"Customer_Fields": "currency=money"}, "customer", "say so in PortaBilling.Customer_Fields, as currency=its_name"),
        ({"Customer_Fields": "i_customer=id"}, "customer-list", "The customers in the list have no id."),
        ({"Invoice_Fields": "number=no"}, "invoice", "say so in PortaBilling.Invoice_Fields, as number=its_name"),
        ({"Invoice_Fields": "i_invoice=id"}, "invoice-list", "The invoices in the list have no id."),
        ({"Invoice_Words": "unpaid=paid"}, None, ""),
    ],
)
async def test_a_field_that_is_needed_and_missing_fails_with_the_option_that_renames_it(
    ask: Asked, typed: dict[str, str], slug: str | None, said: str
) -> None:
    checks = await ask(**typed)

    assert ends(checks).get(FAILED, []) == ([slug] if slug else [])
    assert slug is None or said in checks[slug].found


async def test_a_field_that_no_sample_has_is_a_warning(ask: Asked) -> None:
    checks = await ask(Customer_Fields="phone=mobile, email=mail", Invoice_Fields="paid=settled")

    assert ends(checks) == {WARNING: ["customer", "invoice"]}
    assert checks["customer"].found == "1 customer read, none with mobile (our phone), mail (our email)."
    assert checks["invoice"].hint is not None
    assert "say so in Invoice_Fields, as paid=its_name" in checks["invoice"].hint


async def test_a_billing_without_customers_or_invoices_can_be_applied_with_warnings(trusted: ssl.SSLContext) -> None:
    async with PortaBillingStandIn(now=real_clock) as empty:
        checks = await Asked(empty.url, trusted)()
        assert ends(checks) == {WARNING: ["customer-list", "customer", "invoice-list", "invoice"]}

        empty.add_customer(JOHN)
        checks = await Asked(empty.url, trusted)()
        assert ends(checks) == {WARNING: ["invoice-list", "invoice"]}


async def test_every_nuisance_but_failures_is_borne(ask: Asked, stand_in: PortaBillingStandIn) -> None:
    stand_in.switches.switch(Nuisances(token_calls=2, numbers="mixed", days_as_moments=True, earlier_debt=True))

    assert ends(await ask()) == {}
