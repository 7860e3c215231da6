# SPDX-License-Identifier: LGPL-3.0-only
"""An SMS gateway of the company's own, over HTTP: how it is asked, what its answers mean, what it tells by itself."""

from .answering import (
    NO_ANSWER,
    NOT_REACHED,
    REFUSED,
    TAKEN,
    Outcome,
    Reading,
    outcome_of_answer,
    outcome_of_error,
)
from .asking import PLACEHOLDERS, Text, Unusable, fields_of, headers_of, json_of, placeholders_in
from .inbound import Reply, ReplyReading, Report, ReportReading, is_stop, replies_of, reports_of
from .sending import Gateway, send, send_all
