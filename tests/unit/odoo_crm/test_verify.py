"""Verify: each thing that can be wrong is found by its own check, told in a sentence, with what to do about it."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import Clock
from duebell.configuration.check import Check, Result
from duebell.events import FACTS
from duebell.handlers.odoo_crm import checks
from duebell.handlers.odoo_crm.inquiry import Inquiry
from duebell.handlers.odoo_crm.network import Way, is_this_machine
from duebell.handlers.odoo_crm.verify import QUESTIONS, verify
from unit.odoo_crm import certificates, stand_in
from unit.odoo_crm.certificates import Authority
from unit.odoo_crm.stand_in import (
    HEALTH,
    INGEST,
    KEY,
    NOW,
    OLD_VERSION,
    RECEIPTS,
    REHEARSE,
    SENDERS,
    STATUS,
    VERSION,
    WHO,
    StandIn,
    a_status,
    in_days,
    odoo_error,
    page,
    result,
)

NEWER = {"methods", "currency", "reports"}
"""What an addon's `status` didn't tell at first."""
Checks = dict[str, Check]
Verified = Callable[..., Awaitable[Checks]]


@pytest.fixture
def verified(trusted: ssl.SSLContext) -> Verified:
    """Run Verify to its end on a URL and the right key, unless a test types other values."""

    async def run(
        url: str, *, tls: ssl.SSLContext | None = None, now: Callable[[], datetime] = lambda: NOW, **typed: str
    ) -> Checks:
        values = {"API_URL": url, "API_Access_Key": KEY, **typed}
        found = [check async for check in verify(values, now=now, tls=tls or trusted, patience=0.5)]
        assert [check.slug for check in found] == [question.slug for question in QUESTIONS]
        for check in found:
            assert KEY not in repr(check)
            assert "Traceback" not in repr(check)
        return {check.slug: check for check in found}

    return run


def failed(found: Checks, slug: str) -> Check:
    """The one check that failed; what builds on it was skipped, and says because of what."""
    assert [check.slug for check in found.values() if check.result is Result.FAILED] == [slug]
    for check in found.values():
        if check.result is Result.SKIPPED:
            assert check.found == f"not asked, for this failed: “{found[slug].title}”"
    assert found[slug].hint
    return found[slug]


def skipped(found: Checks) -> list[str]:
    return [check.slug for check in found.values() if check.result is Result.SKIPPED]


def warned(found: Checks, slug: str) -> Check:
    """The one warning, beside which all else passed."""
    others = {check.slug: check.result for check in found.values() if check.result is not Result.PASSED}
    assert others == {slug: Result.WARNING}
    assert found[slug].hint
    return found[slug]


def slugs_after(slug: str) -> list[str]:
    slugs = [question.slug for question in QUESTIONS]
    return slugs[slugs.index(slug) + 1 :]


# --- all is well -------------------------------------------------------------------------------------------------------


async def test_everything_passes_on_an_odoo_in_good_health(odoo: StandIn, verified: Verified) -> None:
    found = await verified(odoo.url + "/", Database="telecom")

    assert {check.result for check in found.values()} == {Result.PASSED}
    assert found["url"].found == odoo.url
    assert "127.0.0.1" in found["name"].found
    assert found["odoo"].found == "Odoo 19.0"
    assert found["database"].found == "telecom is served"
    assert found["key"].found == "Odoo knows it: it is of user number 7"
    assert "user duebell" in found["contract"].found


async def test_the_dry_run_provisions_nothing(odoo: StandIn, verified: Verified) -> None:
    found = await verified(odoo.url)

    (call,) = odoo.called(REHEARSE)
    events = call.json["events"]
    assert {event["event"]["type"] for event in events} == set(FACTS)
    assert {event["event"]["data"]["customer"]["language"] for event in events} == {"en-US", "es-ES"}
    assert len({event["key"] for event in events}) == len(events) == 2 * len(FACTS)
    assert found["rights"].found == f"{len(events)} events were rehearsed and undone; 28 messages would have been written"
    assert odoo.called(INGEST) == []


async def test_an_addon_that_cannot_rehearse_yet_is_sent_a_call_without_events(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = result({key: value for key, value in a_status().items() if key not in NEWER})

    found = await verified(odoo.url)

    assert [call.json for call in odoo.called(INGEST)] == [{"contract": 1, "events": []}]
    assert {check.result for check in found.values()} == {Result.PASSED}
    assert [slug for slug, check in found.items() if "a newer addon would" in check.found] == [
        "rights",
        "sms-sender",
        "mail-server",
        "reports",
    ]


async def test_a_host_whose_address_is_never_called(verified: Verified) -> None:
    check = failed(await verified("http://169.254.169.254"), "name")

    assert "at which a cloud tells its machines' secrets, which is never called" in check.found


# --- what was typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "API_URL is missing"),
        ("odoo.example.com", "the scheme is missing: type https://odoo.example.com"),
        ("https://odoo.example.com/erp", "not under a path: type https://odoo.example.com"),
        ("https://odoo.example.com/web?debug=1", "leave out everything after the host"),
    ],
)
async def test_an_address_that_cannot_be_used(verified: Verified, url: str, says: str) -> None:
    found = await verified(url)

    assert says in failed(found, "url").found
    assert skipped(found) == slugs_after("options")


async def test_a_path_of_odoos_own_is_cut_off(odoo: StandIn, verified: Verified) -> None:
    assert (await verified(f"{odoo.url}/odoo/discuss"))["url"].found == odoo.url


async def test_a_missing_key(odoo: StandIn, verified: Verified) -> None:
    found = await verified(odoo.url, API_Access_Key="")

    check = failed(found, "options")
    assert "API_Access_Key is missing" in check.found
    assert "a key is made in Odoo" in (check.hint or "")
    assert found["database-server"].result is Result.PASSED
    assert skipped(found) == slugs_after("database-server")


async def test_a_key_cut_short(odoo: StandIn, verified: Verified) -> None:
    assert "looks cut: it has 20 characters" in failed(await verified(odoo.url, API_Access_Key=KEY[:20]), "options").found


async def test_several_wrong_options_are_named_at_once(odoo: StandIn, verified: Verified) -> None:
    check = failed(await verified(odoo.url, API_Access_Key="bearer x", Max_Batch="many"), "options")

    assert "API_Access_Key" in check.found
    assert "Max_Batch" in check.found


# --- the way there -----------------------------------------------------------------------------------------------------


async def test_a_host_whose_name_does_not_resolve(verified: Verified) -> None:
    found = await verified("https://odoo.invalid")

    assert "doesn't resolve" in failed(found, "name").found
    assert "spelling" in (found["name"].hint or "")
    assert skipped(found) == slugs_after("name")


async def test_a_port_where_nobody_listens(verified: Verified) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    check = failed(await verified(f"http://127.0.0.1:{port}"), "reachable")

    assert "Nothing accepts connections" in check.found
    assert "Check the port" in (check.hint or "")


@pytest.mark.parametrize(
    ("certificate", "says", "hint"),
    [
        ({"self_signed": True}, "self-signed", "a known authority"),
        ({"days": -1}, "expired", "Renew it"),
        ({"host": "odoo.example.com"}, "another host name", "name that the certificate is for"),
    ],
)
async def test_a_certificate_that_is_not_to_be_trusted(
    verified: Verified, tmp_path: Path, certificate: dict[str, object], says: str, hint: str
) -> None:
    authority = Authority(tmp_path)
    odoo = await StandIn().start(authority.serving(**certificate))  # type: ignore[arg-type]

    check = failed(await verified(odoo.url, tls=authority.trusting()), "tls")

    assert says in check.found
    assert hint in (check.hint or "")
    assert odoo.calls == []
    await odoo.stop()


async def test_an_authority_that_this_machine_does_not_know(verified: Verified, tmp_path: Path) -> None:
    odoo = await StandIn().start(Authority(tmp_path).serving())

    assert "an authority that this machine doesn't know" in failed(await verified(odoo.url), "tls").found
    await odoo.stop()


@pytest.mark.parametrize(("days", "result_"), [(29, Result.WARNING), (32, Result.PASSED)])
async def test_a_certificate_that_ends_soon_is_warned_of(
    verified: Verified, tmp_path: Path, days: int, result_: Result
) -> None:
    authority = Authority(tmp_path)
    odoo = await StandIn().start(authority.serving(days=days))

    found = await verified(odoo.url, tls=authority.trusting(), now=lambda: certificates.NOW)

    assert found["tls"].result is result_
    assert "valid until" in found["tls"].found
    await odoo.stop()


@pytest.mark.parametrize("speaks", [page(400), stand_in.nothing])
async def test_https_typed_for_a_port_that_speaks_plain_http(
    odoo: StandIn, verified: Verified, speaks: stand_in.Reply
) -> None:
    odoo.answers["handshake"] = speaks

    check = failed(await verified(odoo.url.replace("http:", "https:")), "tls")

    assert "doesn't speak TLS" in check.found
    assert "begin API_URL with http://" in (check.hint or "")


async def test_http_typed_for_a_port_that_speaks_tls(verified: Verified, tmp_path: Path) -> None:
    odoo = await StandIn().start(Authority(tmp_path).serving())

    check = failed(await verified(odoo.url.replace("https:", "http:")), "odoo")

    assert "speaks TLS only" in check.found
    assert check.hint == "Begin API_URL with https://."
    await odoo.stop()


async def test_plain_http_is_warned_of_beyond_this_machine(trusted: ssl.SSLContext) -> None:
    inquiry = Inquiry({}, now=lambda: NOW, tls=trusted, patience=1)
    inquiry.way = Way("http://odoo.example.com")
    inquiry.addresses = ["127.0.0.1", "192.0.2.7"]

    finding = await checks.tls(inquiry)

    assert finding.result is Result.WARNING
    assert "begin API_URL with https://" in (finding.hint or "")


def test_this_machine_is_loopback_and_nothing_else() -> None:
    assert is_this_machine(["127.0.0.1", "::1"])
    assert not is_this_machine(["127.0.0.1", "192.0.2.7"])
    assert not is_this_machine(["fe80::1%eth0"])


# --- which Odoo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("otherwise", [page(200), page(404), result({"hello": "world"})])
async def test_another_web_site_is_no_odoo_and_never_sees_the_key(
    odoo: StandIn, verified: Verified, otherwise: stand_in.Reply
) -> None:
    odoo.answers.clear()
    odoo.otherwise = otherwise

    check = failed(await verified(odoo.url), "odoo")

    assert "isn't an Odoo" in check.found
    assert "address at which Odoo itself is served" in (check.hint or "")
    assert all("authorization" not in call.headers for call in odoo.calls)


@pytest.mark.parametrize("version", ["18.0", "17.0+e", "saas~18.4", "12.0-20200101"])
async def test_odoo_18_or_older_has_no_json_2_and_never_sees_the_key(
    odoo: StandIn, verified: Verified, version: str
) -> None:
    odoo.answers = {OLD_VERSION: result({"jsonrpc": "2.0", "id": None, "result": {"server_version": version}})}

    check = failed(await verified(odoo.url), "version")

    assert f"This is Odoo {version}, which has no JSON-2 API" in check.found
    assert "Upgrade Odoo to 19" in (check.hint or "")
    assert all("authorization" not in call.headers for call in odoo.calls)


@pytest.mark.parametrize("version", ["19.0", "19.0+e", "saas~19.2", "20.0"])
async def test_odoo_19_or_newer_will_do(odoo: StandIn, verified: Verified, version: str) -> None:
    odoo.answers[VERSION] = result({"version": version})

    assert (await verified(odoo.url))["version"].result is Result.PASSED


async def test_odoos_database_server_is_down(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[HEALTH] = result({"status": "fail", "db_server_status": False}, 500)

    found = await verified(odoo.url)

    assert failed(found, "database-server").hint == "Start Odoo's PostgreSQL; Odoo recovers by itself."
    assert skipped(found) == slugs_after("database-server")


async def test_a_proxy_that_hides_health_is_warned_of(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[HEALTH] = page(404)

    assert "hides /web/health" in warned(await verified(odoo.url), "database-server").found


async def test_a_wrong_database(odoo: StandIn, verified: Verified) -> None:
    del odoo.answers[WHO]

    check = failed(await verified(odoo.url, Database="telcom"), "database")

    assert "serves no database of the name" in check.found
    assert "asked for telcom" in check.found
    assert "Correct Database" in (check.hint or "")


async def test_several_databases_and_none_chosen(odoo: StandIn, verified: Verified) -> None:
    del odoo.answers[WHO]

    assert "Set Database" in (failed(await verified(odoo.url), "database").hint or "")


async def test_a_proxy_that_adds_credentials_of_its_own(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[WHO] = result({"uid": 2})

    assert "without a key" in failed(await verified(odoo.url), "database").found


# --- the key -----------------------------------------------------------------------------------------------------------


async def test_a_wrong_or_revoked_key(odoo: StandIn, verified: Verified) -> None:
    other_key = "0123456789" * 4

    found = await verified(odoo.url, API_Access_Key=other_key)

    assert "wrong, revoked or expired" in failed(found, "key").found
    assert "Make a new API key" in (found["key"].hint or "")
    assert all(other_key not in repr(check) for check in found.values())


async def test_a_key_whose_user_may_not_even_ask_who_it_is_is_known_all_the_same(odoo: StandIn, verified: Verified) -> None:
    def who(call: stand_in.Call) -> bytes:
        name = "odoo.exceptions.AccessError" if "authorization" in call.headers else "werkzeug.exceptions.Unauthorized"
        return odoo_error(403 if "authorization" in call.headers else 401, name)

    odoo.answers[WHO] = who

    assert (await verified(odoo.url))["key"].found == "Odoo knows it"


@pytest.mark.parametrize(("days", "result_"), [(30, Result.WARNING), (0.5, Result.WARNING), (31, Result.PASSED)])
async def test_a_key_that_ends_within_a_month_is_warned_of(
    odoo: StandIn, verified: Verified, days: float, result_: Result
) -> None:
    odoo.answers[STATUS] = result(a_status(key_expires_on=in_days(days)))

    check = (await verified(odoo.url))["key-expiry"]

    assert check.result is result_
    assert f"{int(days)} days from now" in check.found


async def test_a_key_without_an_end(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = result(a_status(key_expires_on=None))

    assert (await verified(odoo.url))["key-expiry"].found == "it doesn't expire"


# --- the addon ---------------------------------------------------------------------------------------------------------


async def test_an_odoo_without_the_addon(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = odoo_error(404, "werkzeug.exceptions.NotFound", "the model 'duebell.event' does not exist")

    check = failed(await verified(odoo.url), "addon")

    assert "has no addon `duebell`" in check.found
    assert "Install or upgrade the addon" in (check.hint or "")


async def test_a_key_of_a_user_outside_the_integration_group(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = odoo_error(403, "odoo.exceptions.AccessError", "You are not allowed")

    assert "group Billing Integration" in (failed(await verified(odoo.url), "addon").hint or "")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            {"contracts": [0], "addon_version": "19.0.0.9.0"},
            "addon 19.0.0.9.0 speaks 0, Duebell speaks 1: upgrade the addon",
        ),
        (a_status(contracts=[2]), "upgrade Duebell"),
    ],
)
async def test_an_older_addon_or_an_older_duebell(
    odoo: StandIn, verified: Verified, status: dict[str, object], says: str
) -> None:
    odoo.answers[STATUS] = result(status)

    check = failed(await verified(odoo.url), "contract")

    assert says in check.found
    assert "under Apps" in (check.hint or "")


async def test_a_status_of_another_shape(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = result(a_status(event_types="all of them"))

    check = failed(await verified(odoo.url), "contract")

    assert "another shape" in check.found
    assert "event_types: list_type" in check.found
    assert "Upgrade the addon" in (check.hint or "")


@pytest.mark.parametrize("answer", [True, [], {}, {"version": 1}])
async def test_another_addon_of_the_same_name(odoo: StandIn, verified: Verified, answer: object) -> None:
    odoo.answers[STATUS] = result(answer)

    assert "doesn't tell its version" in failed(await verified(odoo.url), "addon").found


async def test_event_types_that_the_addon_does_not_know_are_warned_of(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[STATUS] = result(a_status(event_types=[type_ for type_ in FACTS if type_ != "payment.failed"]))

    assert "doesn't know payment.failed" in warned(await verified(odoo.url), "event-types").found


@pytest.mark.parametrize("texts", [{}, {"sms": [], "email": []}])
async def test_an_event_of_the_manual_that_nobody_would_be_told_of_is_warned_of(
    odoo: StandIn, verified: Verified, texts: dict[str, list[str]]
) -> None:
    templates = {type_: {"sms": ["en_US"]} for type_ in checks.TOLD} | {"customer.suspended": texts}
    odoo.answers[STATUS] = result(a_status(templates=templates))

    assert "customer.suspended: nobody is told" in warned(await verified(odoo.url), "templates").found


async def test_a_channel_without_texts_is_fine_if_the_other_has_some(odoo: StandIn, verified: Verified) -> None:
    templates = {type_: {"sms": ["es_ES", "en_US"], "email": []} for type_ in checks.TOLD}
    odoo.answers[STATUS] = result(a_status(templates=templates))

    assert (await verified(odoo.url))["templates"].found == "texts in en_US, es_ES"


async def test_a_text_that_is_missing_in_a_language_is_warned_of(odoo: StandIn, verified: Verified) -> None:
    templates = {type_: {"sms": ["en_US", "es_ES"]} for type_ in checks.TOLD} | {"invoice.overdue": {"sms": ["en_US"]}}
    odoo.answers[STATUS] = result(a_status(templates=templates))

    assert "first invoice.overdue in es_ES" in warned(await verified(odoo.url), "templates").found


async def test_a_text_that_would_fail_is_warned_of_by_type_and_language(odoo: StandIn, verified: Verified) -> None:
    def end(call: stand_in.Call) -> bytes:
        key = next(e["key"] for e in call.json["events"] if e["event"]["type"] == "customer.limited")
        trouble = {"key": key, "channel": "sms", "because": "The text can't be\nmade: no_such_thing."}
        reply = stand_in.rehearsed(failed=[trouble], failed_in_all=2)
        assert callable(reply)
        answer = reply(call)
        assert isinstance(answer, bytes)
        return answer

    odoo.answers[REHEARSE] = end

    check = warned(await verified(odoo.url), "templates")

    assert check.found == (
        "2 of the rehearsed messages would fail, first the SMS for customer.limited (en_US): The text can't be made: no_such_thing."
    )


async def test_an_event_that_odoo_would_refuse_fails(odoo: StandIn, verified: Verified) -> None:
    trouble = {"key": "who/0", "because": "invoice.total: must be a text"}
    odoo.answers[REHEARSE] = stand_in.rehearsed(refused=[trouble], refused_in_all=7)

    check = failed(await verified(odoo.url), "rights")

    assert f"would refuse 7 of {2 * len(FACTS)} events, first who/0: invoice.total: must be a text" in check.found


async def test_an_addon_that_keeps_what_it_should_undo_fails(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[REHEARSE] = odoo.answers[INGEST]

    assert "didn't undo the rehearsal" in failed(await verified(odoo.url), "rights").found


@pytest.mark.parametrize(
    ("reply", "says", "hint"),
    [
        (odoo_error(403, "odoo.exceptions.AccessError"), "may not do this", "group Billing Integration"),
        (odoo_error(422, "odoo.exceptions.ValidationError", "no"), "refuses the data", "Odoo's log"),
        (odoo_error(422, stand_in.REHEARSAL_ENDED, "nonsense"), "another shape", "Upgrade the addon"),
        (odoo_error(500, "builtins.KeyError"), "failed in the middle", "Odoo's log"),
        (result({"results": {"a/0": stand_in.provisioned("a/0")}}), "another shape", "Upgrade the addon"),
        (result(None), "another shape", "Upgrade the addon"),
        (page(), "isn't an Odoo", "API_URL"),
    ],
)
async def test_the_dry_run_proves_the_rights_and_the_answer(
    odoo: StandIn, verified: Verified, reply: stand_in.Reply, says: str, hint: str
) -> None:
    odoo.answers[REHEARSE] = reply

    check = failed(await verified(odoo.url), "rights")

    assert says in check.found
    assert hint in (check.hint or "")


# --- who sends ---------------------------------------------------------------------------------------------------------


async def test_an_odoo_that_releases_nothing_is_warned_of_in_its_own_words(odoo: StandIn, verified: Verified) -> None:
    problem = {"slug": "release-off", "sentence": "The scheduled action is off:\nactivate it."}
    odoo.answers[STATUS] = result(a_status(problems=[problem]))

    assert warned(await verified(odoo.url), "releasing").found == "The scheduled action is off: activate it."


@pytest.mark.parametrize(("slug", "told"), [("no-time-zone", True), ("budget", True), ("guard", False)])
async def test_what_does_not_keep_odoo_from_telling_is_not_said_to(
    odoo: StandIn, verified: Verified, slug: str, told: bool
) -> None:
    odoo.answers[STATUS] = result(a_status(problems=[{"slug": slug, "sentence": "Look at it."}]))

    assert ("until then nobody is told" not in warned(await verified(odoo.url), "releasing").hint) is told


@pytest.mark.parametrize(
    ("slug", "check"), [("no-sms-account", "sms-sender"), ("no-mail-server", "mail-server"), ("no-sender", "mail-server")]
)
async def test_a_sender_that_is_missing_is_warned_of_in_odoos_words(
    odoo: StandIn, verified: Verified, slug: str, check: str
) -> None:
    odoo.answers[STATUS] = result(a_status(problems=[{"slug": slug, "sentence": "It is not there: add one."}]))

    assert warned(await verified(odoo.url), check).found == "It is not there: add one."


@pytest.mark.parametrize(
    ("sms", "result_", "says"),
    [
        ({"credit": 20}, Result.PASSED, "its credit is 20"),
        ({"credit": 19.5}, Result.WARNING, "a credit of 19.5 left"),
        ({"credit": -1}, Result.WARNING, "could not ask its SMS service"),
        ({"provider": "SmsApiTwilio", "credit": None}, Result.PASSED, "texts leave by SmsApiTwilio"),
        (
            {"provider": "gateway", "endpoint": "https://sms.example.com", "credit": None},
            Result.PASSED,
            "the gateway at https://sms.example.com",
        ),
    ],
)
async def test_by_what_texts_leave_and_with_what_credit(
    odoo: StandIn, verified: Verified, sms: dict[str, object], result_: Result, says: str
) -> None:
    odoo.answers[SENDERS] = stand_in.senders(sms=sms)

    check = (await verified(odoo.url))["sms-sender"]

    assert (check.result, says in check.found) == (result_, True), check


async def test_a_mail_server_that_takes_no_mail_is_warned_of(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[SENDERS] = stand_in.senders(mail={"because": "No response received."})

    found = warned(await verified(odoo.url), "mail-server").found

    assert found == "The mail server mail.example.com takes no mail: No response received."


async def test_a_silent_gateway_or_mail_server_keeps_nothing_from_being_applied(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[SENDERS] = stand_in.silence

    found = await verified(odoo.url)

    others = {check.slug: check.found for check in found.values() if check.result is not Result.PASSED}
    assert list(others) == ["sms-sender", "mail-server"]
    assert all("got no answer in time" in said for said in others.values())
    assert {found[slug].result for slug in others} == {Result.WARNING}


# --- what comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({"reports": {"url": "http://localhost:8069/sms/status", "sent": 0, "delivered": 0}}, "leads nowhere but"),
        ({"reports": {"url": "http://127.0.0.1:8069/sms/status", "sent": 0, "delivered": 0}}, "leads nowhere but"),
        ({"reports": {"url": "https://odoo.example.com/sms/status", "sent": 3, "delivered": 0}}, "Of 3 texts"),
    ],
)
async def test_reports_that_do_not_come_back_are_warned_of(
    odoo: StandIn, verified: Verified, status: dict[str, object], says: str
) -> None:
    odoo.answers[STATUS] = result(a_status(**status))

    assert says in warned(await verified(odoo.url), "reports").found


async def test_a_gateway_on_odoos_own_machine_may_report_there(odoo: StandIn, verified: Verified) -> None:
    reports = {"url": "http://127.0.0.1:8069/sms/status", "sent": 2, "delivered": 1}
    odoo.answers[STATUS] = result(a_status(reports=reports, sms_endpoint="http://127.0.0.1:8070"))

    assert (await verified(odoo.url))["reports"].found == "1 of 2 texts of the last days are known to be delivered"
    assert [call.json for call in odoo.called(RECEIPTS)] == [{"acknowledged": []}]


async def test_reports_that_none_could_come_of_yet_are_no_warning(odoo: StandIn, verified: Verified) -> None:
    reports = {"url": "https://odoo.example.com/sms/status", "sent": 0, "delivered": 0}
    odoo.answers[STATUS] = result(a_status(reports=reports))

    found = (await verified(odoo.url))["reports"]
    assert (found.result, found.found.partition(";")[0]) == (Result.PASSED, "no text has left lately")


async def test_receipts_that_cannot_be_read_fail(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[RECEIPTS] = result({"receipts": "none"})

    assert "another shape" in failed(await verified(odoo.url), "reports").found


@pytest.mark.parametrize(
    ("theirs", "result_", "says"),
    [
        ("2026-11-01 09:01:00", Result.PASSED, "agree"),
        ("2026-11-01 08:59:00", Result.PASSED, "agree"),
        ("2026-11-01 09:01:01", Result.WARNING, "61 seconds ahead of"),
        ("2026-11-01 08:00:00", Result.WARNING, "3600 seconds behind"),
    ],
)
async def test_clocks_that_differ_by_more_than_a_minute_are_warned_of(
    odoo: StandIn, verified: Verified, theirs: str, result_: Result, says: str
) -> None:
    odoo.answers[STATUS] = result(a_status(server_time=theirs))

    check = (await verified(odoo.url))["clock"]

    assert check.result is result_
    assert says in check.found


async def test_a_clock_that_is_read_during_a_slow_call_is_not_judged_by_how_long_the_call_took(
    odoo: StandIn, verified: Verified
) -> None:
    clock = Clock(NOW - timedelta(seconds=150))

    def slowly() -> datetime:
        clock.advance(seconds=300)
        return clock() - timedelta(seconds=300)

    assert (await verified(odoo.url, now=slowly))["clock"].result is Result.PASSED


# --- strange answers, wherever they come -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "says", "hint"),
    [
        (page(307, Location="https://erp.example.com/web"), "sends calls elsewhere", "Set API_URL"),
        (page(301, Location="https://erp.example.com/web"), "to https://erp.example.com", "Set API_URL to the new address"),
        (page(), "it answered text/html instead of JSON", "Set API_URL"),
        (page(401), "Something before Odoo", "Let it pass"),
        (page(502), "Odoo behind it doesn't", "Check that Odoo runs"),
        (stand_in.silence, "within the time allowed", "Request_Timeout"),
        (stand_in.trickle, "within the time allowed", "Request_Timeout"),
        (stand_in.half_an_answer, "connection broke", "may be restarting"),
        (stand_in.answer(200, "{", "application/json"), "its JSON can't be read", "Set API_URL"),
    ],
)
async def test_a_strange_answer_fails_the_check_that_met_it(
    odoo: StandIn, verified: Verified, reply: stand_in.Reply, says: str, hint: str
) -> None:
    odoo.answers[STATUS] = reply

    found = await verified(odoo.url)

    assert says in failed(found, "addon").found
    assert hint in (found["addon"].hint or "")
    assert skipped(found) == slugs_after("addon")


async def test_a_redirect_at_the_door_names_where_it_leads(odoo: StandIn, verified: Verified) -> None:
    odoo.answers[VERSION] = page(301, Location="https://odoo.example.com/web/version")

    check = failed(await verified(odoo.url), "odoo")

    assert "to https://odoo.example.com" in check.found
    assert check.hint == "Set API_URL to the new address."


# --- Verify itself -----------------------------------------------------------------------------------------------------


async def test_a_bug_becomes_a_check_that_a_person_can_read_and_is_logged_without_the_key(
    odoo: StandIn, verified: Verified, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken_clock() -> datetime:
        raise RuntimeError(f"no time for {KEY}")

    check = failed(await verified(odoo.url, now=broken_clock), "addon")

    assert check.found == "Duebell itself failed in this check (RuntimeError)."
    assert "Report it" in (check.hint or "")
    logged = capsys.readouterr().out
    assert "RuntimeError: no time for ••••••••" in logged
    assert KEY not in logged


async def test_verify_may_be_left_before_its_end(odoo: StandIn, trusted: ssl.SSLContext) -> None:
    checks_ = verify({"API_URL": odoo.url, "API_Access_Key": KEY}, now=lambda: NOW, tls=trusted)

    async for check in checks_:
        if check.slug == "odoo":
            break
    await checks_.aclose()  # type: ignore[attr-defined]

    assert [call.target for call in odoo.calls] == [VERSION]


def test_each_check_builds_only_on_earlier_ones() -> None:
    earlier: set[str] = set()
    for question in QUESTIONS:
        assert set(question.needs) <= earlier
        earlier.add(question.slug)


def test_each_check_has_its_section_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "verify.md").read_text()

    assert re.findall(r"^## `([a-z-]+)`", text, re.MULTILINE) == [*(question.slug for question in QUESTIONS), "test-text"]
