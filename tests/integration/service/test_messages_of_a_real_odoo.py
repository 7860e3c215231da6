"""Against a real Odoo: what it sent of an event is shown in its words, over the API and by command, and not while it is down."""

from __future__ import annotations

from typing import Any

from duebell.demo.patience import until
from integration.cli.command import Command
from integration.service.real import RealOdoo
from integration.service.running import Serve


def messages(serve: Serve, event: str) -> dict[str, Any]:
    """What the one handler says of an event, by channel."""
    (said,) = serve.get(f"/events/{event}/messages")["handlers"]
    (told,) = said["told"]
    return {**told, "messages": {message["channel"]: message for message in told["messages"]}}


def test_what_the_phone_shows_is_what_an_operator_reads(connected: Serve, real: RealOdoo) -> None:
    phone, duebell = "+12025550161", Command(connected.data)
    # given an event whose text was delivered, to a customer without an e-mail address
    event = connected.bill("quoted", phone=phone)
    connected.arrives(event)
    until(lambda: messages(connected, event)["messages"]["sms"]["state"] == "delivered", "the delivery report")
    # when it is asked what was sent
    told = messages(connected, event)
    # then it is what the phone shows, and the contact and the record are where the links lead
    (text,) = real.texts(phone)
    sms, mail = told["messages"]["sms"], told["messages"]["email"]
    assert (sms["recipient"], sms["text"], sms["because"]) == (phone, text, None)
    assert (mail["state"], mail["recipient"], mail["text"]) == ("failed", None, None)
    assert mail["because"]
    (partner, record) = real.cluster.query(
        real.database,
        f"""SELECT c.partner_id, e.id FROM duebell_event e JOIN duebell_customer c ON c.id = e.customer_id
        WHERE e.event_id = '{event}'""",
    )[0]
    assert told["partner"] == {"name": "Customer quoted", "link": f"{real.server.url}/odoo/contacts/{partner}"}
    assert told["link"] == f"{real.server.url}/odoo/billing-events/{record}"
    # and the commands show the same
    for shown in (duebell("events", "show", event[:8]).out, duebell("events", "messages", event[:8]).out):
        assert f"Sent by OdooCRM, to Customer quoted  {told['partner']['link']}" in shown
        assert f"  SMS to {phone}: delivered" in shown
        assert f"    {text}\n" in shown
        assert f"  E-mail: failed {mail['at'][:10]}" in shown


def test_while_odoo_is_down_the_event_is_shown_with_a_sentence_about_its_texts(connected: Serve, real: RealOdoo) -> None:
    duebell = Command(connected.data)
    event = connected.bill("quoted-later")
    connected.arrives(event)
    real.server.stop()
    try:
        ran = duebell("events", "show", event)
        (said,) = duebell("events", "messages", event, "--json").json["handlers"]
    finally:
        real.server.start()
    assert ran.exit_code == 0, ran.err
    assert "OdooCRM: provisioned" in ran.out
    assert f"OdooCRM can't say what was sent: {said['because']}" in ran.out
    assert said["told"] == []
    assert messages(connected, event)["messages"]["sms"]["text"]
