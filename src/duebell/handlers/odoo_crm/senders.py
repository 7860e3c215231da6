"""`senders` and `test_sms`, the contract's optional methods by which it is proven that texts and mails leave. Pure."""

from __future__ import annotations

from typing import Literal

from duebell.handlers.odoo_crm.answer import Json
from duebell.handlers.odoo_crm.shape import Shape, read, url_of


class SmsSender(Shape):
    """`provider` None: nobody. `endpoint`: a gateway of one's own. `credit` None: nobody tells it; below zero: it couldn't be asked."""

    provider: str | None
    endpoint: str | None
    credit: float | None


class MailSender(Shape):
    """`server` None: there is none; `because`: why it takes no mail, None: it does."""

    server: str | None
    because: str | None


class Senders(Shape):
    """By what texts and mails leave."""

    sms: SmsSender
    mail: MailSender


class TestText(Shape):
    """What became of a test text."""

    state: Literal["waiting", "sent", "delivered", "failed", "cancelled"]
    because: str | None


def read_senders(answer: Json, api_url: str) -> Senders:
    """Read the answer.

    Raises:
        OtherShape: it can't be read.
    """
    return read(Senders, answer, url_of(api_url, "senders"))


def read_test_text(answer: Json, api_url: str) -> TestText:
    """Read the answer.

    Raises:
        OtherShape: it can't be read.
    """
    return read(TestText, answer, url_of(api_url, "test_sms"))
