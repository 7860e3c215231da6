"""News in words: for a mail, and for a program that takes webhooks. Pure; nothing here names a customer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from duebell.alarms.causes import kind_of, remedy_of, title_of
from duebell.alarms.news import Alarm, News, What

_SUBJECTS = {
    What.STANDS: "Alarm: {title}",
    What.MORE: "Again: {title}",
    What.STILL: "Still: {title}",
    What.OVER: "All-clear: {title}",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and text."""

    subject: str
    text: str


def letter(news: News, name: str) -> Letter:
    """Return the mail; `name` is what this Duebell is called."""
    alarm = news.alarm
    title = title_of(alarm.cause)
    lines = [told_sentence(alarm), "", f"Since {_moment(news.since)}."]
    if alarm.count > 1:
        lines.append(f"It happened {alarm.count} times, the last time {_moment(alarm.last_at)}.")
    if news.what is What.OVER and alarm.cleared_at is not None:
        lines = [f"This is over since {_moment(alarm.cleared_at)}: {title}.", "", f"It began {_moment(news.since)}."]
    else:
        lines += ["", f"What to do: {remedy_of(alarm.cause)}"]
    return Letter(f"[{name}] {_SUBJECTS[news.what].format(title=title)}", "\n".join(lines) + "\n")


def payload(news: News, name: str, now: datetime) -> bytes:
    """Return the body of a webhook: JSON with `type`, `timestamp` and `data`, as Standard Webhooks recommends."""
    alarm = news.alarm
    data = {
        "name": name,
        "cause": alarm.cause,
        "title": title_of(alarm.cause),
        "sentence": told_sentence(alarm),
        "remedy": remedy_of(alarm.cause),
        "since": alarm.since.isoformat(),
        "last_at": alarm.last_at.isoformat(),
        "count": alarm.count,
        "cleared_at": alarm.cleared_at.isoformat() if alarm.cleared_at else None,
    }
    return json.dumps({"type": f"duebell.alarm.{news.what}", "timestamp": now.isoformat(), "data": data}).encode()


def told_sentence(alarm: Alarm) -> str:
    """Return the alarm's sentence, or its number where the sentence may name a customer."""
    counted = kind_of(alarm.cause).counted
    return f"{counted}: {alarm.count}." if counted else alarm.sentence


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} (UTC)"
