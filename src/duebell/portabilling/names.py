"""What PortaBilling's API calls things: our name to its name. Defaults; the group's `Invoice_Fields` and `Customer_Fields` override.

Published by the vendor: i_invoice, invoice_number, amount_due, issue_date and all of the customer's but those marked below. The
others are known as concepts only, under names that Verify compares with a sample.
"""

from __future__ import annotations

from collections.abc import Mapping

INVOICE_FIELDS: Mapping[str, str] = {
    "i_invoice": "i_invoice",
    "i_customer": "i_customer",
    "number": "invoice_number",
    "issued_on": "issue_date",
    "due_on": "due_date",  # not published
    "total": "amount_net",  # not published: the period's own total, without earlier debt
    "amount_due": "amount_due",
    "paid": "amount_paid",  # not published
    "outstanding": "outstanding_balance",  # not published
    "status": "status",  # not published: its words are the table INVOICE_WORDS
}

CUSTOMER_FIELDS: Mapping[str, str] = {
    "i_customer": "i_customer",
    "name": "name",
    "reference": "refnum",
    "salutation": "salutation",
    "first_name": "firstname",
    "last_name": "lastname",
    "company_name": "companyname",
    "invoice_contact": "cont1",
    "phone": "phone1",
    "phone_2": "phone2",
    "email": "email",
    "currency": "iso_4217",
    "balance": "balance",
    "credit_limit": "credit_limit",
    "bill_status": "bill_status",
    "status": "status",  # published without its words: the table CUSTOMER_WORDS
    "blocked": "blocked",
    "delayed": "bill_suspension_delayed",
    "delayed_until": "suspension_delay_date",
    "language": "i_lang",
    "time_zone": "i_time_zone",  # a number in the API: the group's `Time_Zones` names it
    "customer_class": "i_customer_class",  # not published
    "vat_number": "tax_id",  # not published
}

COMMITMENT_FIELDS: Mapping[str, str] = {
    "i_customer": "i_customer",
    "i_account": "i_account",
    "reference": "reference",  # not published, nor are those that follow
    "service": "service",
    "started_on": "started_on",
    "ends_on": "ends_on",
    "terminated_on": "terminated_on",
    "penalty": "penalty",
    "reason": "reason",
}
"""What the variables of a raw event that tells of a commitment's termination are called; the group's `Commitment_Fields` overrides."""

INVOICE_WORDS: Mapping[str, str] = {
    "unpaid": "unpaid",
    "partially paid": "partially_paid",
    "paid": "paid",
    "overdue": "overdue",
    "do not pay": "do_not_pay",
    "no payment required": "not_required",
    "do not collect": "do_not_collect",
    "under review": "under_review",
}
"""What an invoice's status may read (compared without regard to case), to the names of `readings.InvoiceStatus`."""

CUSTOMER_WORDS: Mapping[str, str] = {
    "active": "active",
    "open": "active",
    "delayed": "delayed",
    "limited": "limited",
    "suspended": "suspended",
    "blocked": "blocked",
    "closed": "closed",
    "deactivated": "closed",
    "exported": "closed",
}
"""What a customer's `status` may read, to the names of `readings.CustomerCondition`."""
