# SPDX-License-Identifier: LGPL-3.0-only
"""What a template makes of events: all of one language at once, and one by one only where a template fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from odoo.models import BaseModel

from .database import check_database

_logger = logging.getLogger(__name__)
_LONGEST_CAUSE = 200


class Words(NamedTuple):
    """Subject (of an e-mail) and body; or, in plain words, why there are none."""

    subject: str | None
    body: str | None
    because: str | None = None


def words_of(template: BaseModel, event_ids: Sequence[int], lang: str) -> dict[int, Words]:
    """By event. `template` is an `sms.template` or a `mail.template`; a failing event doesn't spoil the others."""
    localized = template.with_context(lang=lang)
    try:
        return _rendered(localized, event_ids)
    except Exception as error:  # whatever a person wrote into a template
        check_database(error)
        if len(event_ids) == 1:
            return {event_ids[0]: _failed(localized, error)}
    return {id_: words for event_id in event_ids for id_, words in words_of(template, [event_id], lang).items()}


def _rendered(template: BaseModel, event_ids: Sequence[int]) -> dict[int, Words]:
    """A template that breaks a query must not break the call's transaction with it."""
    with template.env.cr.savepoint(flush=False):
        if template._name == "sms.template":
            bodies = template._render_field("body", list(event_ids))
            return {id_: _checked(template, None, body) for id_, body in bodies.items()}
        subjects = template._render_field("subject", list(event_ids))
        bodies = template._render_field("body_html", list(event_ids))
        return {id_: _checked(template, subjects[id_], body) for id_, body in bodies.items()}


def _checked(template: BaseModel, subject: str | None, body: str) -> Words:
    if text := str(body).strip():
        return Words(subject, text)
    return Words(None, None, template.env._("The text “%s” is empty.", template.name))


def _failed(template: BaseModel, error: Exception) -> Words:
    cause = error.__cause__ or error
    _logger.info("The text %r (%s) fails: %s", template.name, template, type(cause).__name__)
    reason = f"{type(cause).__name__}: {cause}"[:_LONGEST_CAUSE]
    return Words(None, None, template.env._("The text “%(name)s” fails: %(reason)s", name=template.name, reason=reason))
