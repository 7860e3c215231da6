"""docs/alarms.md lists what there is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

from builders import NOON
from duebell.alarms.causes import CAUSES
from duebell.alarms.group import ALARMS
from duebell.alarms.news import Alarm, News, What
from duebell.alarms.verify import QUESTIONS
from duebell.alarms.wording import payload

PAGE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text(encoding="utf-8")


def test_each_cause_has_its_row() -> None:
    assert [cause.begins for cause in CAUSES if f"`{cause.begins}" not in PAGE] == []


def test_each_check_of_verify_has_its_heading() -> None:
    assert re.findall(r"^### `(.*)`$", PAGE, re.MULTILINE) == [question.slug for question in QUESTIONS]


def test_no_option_is_named_that_is_not_there() -> None:
    named = set(re.findall(r"\b(?:[A-Z]\w*_\w+)\b", PAGE))
    assert named <= {option.key for option in ALARMS.options}


def test_the_example_of_a_webhook_is_what_is_posted() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    alarm = Alarm(cause="handler OdooCRM", sentence="Odoo doesn't answer.", since=NOON, last_at=NOON, count=1)
    news = News(channel="webhook", what=What.STANDS, alarm=alarm, before=None, tries=0)
    assert json.loads(payload(news, "Duebell", NOON + timedelta(minutes=2))) == json.loads(example)
