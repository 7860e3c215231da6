"""The web application of the sandbox: Odoo's SMS gateway, the phones, the mailbox."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from duebell.sandbox.delivery_reports import DeliveryReports
from duebell.sandbox.mail_routes import mail_routes
from duebell.sandbox.mailbox import Mailbox
from duebell.sandbox.page import PAGES, Pages
from duebell.sandbox.phone import Phone
from duebell.sandbox.phone_routes import phone_routes
from duebell.sandbox.sms_gateway import sms_gateway


def sandbox_application(phone: Phone, mailbox: Mailbox, reports: DeliveryReports, pages: Pages, hosts: list[str]) -> FastAPI:
    """Return the application.

    `hosts` are the names that it may be called by. Others are refused: a page from elsewhere must not get in by a name of
    its own that means loopback.
    """
    application = FastAPI(title="Duebell sandbox", docs_url=None, redoc_url=None)
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    application.include_router(sms_gateway(phone, reports))
    application.include_router(phone_routes(phone, pages))
    application.include_router(mail_routes(mailbox, pages))
    application.mount("/static", StaticFiles(directory=PAGES / "static"))
    return application
