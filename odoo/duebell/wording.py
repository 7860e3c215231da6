# SPDX-License-Identifier: LGPL-3.0-only
"""Amounts, days and times as the customer's language writes them: the one place where Babel is asked.

Only plain spaces come out: a no-break space is not in the GSM-7 alphabet, and would more than halve what fits into an
SMS.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

_NOT_PLAIN = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})
_FORMS = 20_000


@lru_cache(maxsize=_FORMS)
def money_text(amount: str, currency: str, lang: str) -> str:
    """("30.00", "USD", "en_US") is "$30.00"; ("30.00", "EUR", "es_ES") is "30,00 €"."""
    return format_currency(Decimal(amount), currency, locale=_locale(lang)).translate(_NOT_PLAIN)


@lru_cache(maxsize=_FORMS)
def day_text(day: str, lang: str) -> str:
    """("2026-11-15", "en_US") is "November 15, 2026"."""
    return format_date(date.fromisoformat(day), "long", locale=_locale(lang)).translate(_NOT_PLAIN)


def clock_text(moment: datetime, beside: datetime, time_zone: str | None) -> str:
    """The hour and minute of an aware moment in the customer's time zone (UTC where it is unknown), like "14:02".

    With the day before it where `beside`, the moment it is read beside, is of another day.
    """
    zone = zone_of(time_zone)
    local = moment.astimezone(zone)
    same_day = local.date() == beside.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"


def invoice_texts(data: dict[str, Any], lang: str) -> dict[str, str]:
    """Of the invoice in an event's `data`: a text by each name that a template may use, empty where there is none."""
    invoice = data.get("invoice") or {}
    return {
        "invoice_total": _money(invoice, "total", lang),
        "invoice_paid": _money(invoice, "paid", lang),
        "invoice_outstanding": _money(invoice, "outstanding", lang),
        "issue_date": _day(invoice, "issued_on", lang),
        "due_date": _day(invoice, "due_on", lang),
        "invoice_link": invoice.get("link") or "",
        "pay_link": invoice.get("pay_link") or "",
    }


def standing_texts(data: dict[str, Any], lang: str) -> dict[str, str]:
    """Of where the customer stands, and what comes next."""
    standing = data["standing"]
    return {
        "total_overdue": _money(standing, "total_overdue", lang),
        "amount_to_restore": _money(*_to_restore(standing, data.get("invoice") or {}), lang),
        "charge_date": _day(standing, "charge_on", lang),
        "next_step_date": _day(standing, "next_step_on", lang),
        "effective_date": _day(data, "effective_on", lang),
    }


def other_texts(data: dict[str, Any], lang: str) -> dict[str, str]:
    """Of the customer, his commitment, his payment."""
    commitment, payment = data.get("commitment") or {}, data.get("payment") or {}
    return {
        "customer_name": data["customer"]["name"],
        "service": commitment.get("service") or "",
        "end_date": _day(commitment, "terminated_on", lang) or _day(commitment, "ends_on", lang),
        "penalty": _money(commitment, "penalty", lang),
        "payment_amount": _money(payment, "amount", lang),
    }


def _money(part: dict[str, Any], name: str, lang: str) -> str:
    value = part.get(name)
    return money_text(value["amount"], value["currency"], lang) if value else ""


def _day(part: dict[str, Any], name: str, lang: str) -> str:
    value = part.get(name)
    return day_text(value, lang) if value else ""


def _to_restore(standing: dict[str, Any], invoice: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Where the amount that lifts a suspension is told; a billing that tells none (zero) means all that is overdue."""
    candidates = ((standing, "amount_to_restore"), (standing, "total_overdue"), (invoice, "outstanding"))
    told = ((part, name) for part, name in candidates if part.get(name) and Decimal(part[name]["amount"]) > 0)
    return next(told, candidates[0])


@lru_cache(maxsize=512)
def decimals_of(currency: str) -> int:
    """Minor-unit digits of an ISO 4217 currency: 2 for USD, 0 for JPY."""
    return get_currency_precision(currency)


def odoo_language(tag: str | None, installed: tuple[str, ...]) -> str | None:
    """The installed language (Odoo's code, "es_MX") nearest to a BCP 47 tag ("es-MX"): itself, else one of its kind."""
    if not tag:
        return None
    code = tag.replace("-", "_")
    if code in installed:
        return code
    language = code.partition("_")[0]
    return next((one for one in installed if one.partition("_")[0] == language), None)


def told_language(tag: str | None, company_lang: str | bool, written: tuple[str, ...]) -> str:
    """Odoo's code of the language in which a customer is told: of those in which the words are written his own (a BCP
    47 tag), else the company's, else English. In another, Odoo would put English words beside its days and amounts.
    """
    return odoo_language(tag, written) or (str(company_lang) if company_lang in written else "en_US")


@lru_cache(maxsize=512)
def _locale(lang: str) -> Locale:
    try:
        return Locale.parse(lang.partition("@")[0])
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


@lru_cache(maxsize=1024)
def zone_of(*names: str | bool | None) -> ZoneInfo:
    """The first of the names that is a time zone's; UTC where none is."""
    return next(filter(None, map(_zone, names)), ZoneInfo("UTC"))


def _zone(name: str | bool | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: "America" is a folder of zones
        return None
