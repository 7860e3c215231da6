"""What the routes of the control work with: the stand-in's parts, as `application` keeps them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from duebell.sandbox.portabilling.books import Books
from duebell.sandbox.portabilling.event_sender import EventSender
from duebell.sandbox.portabilling.sessions import Sessions
from duebell.sandbox.portabilling.switches import Switches


def _books(request: Request) -> Books:
    books: Books = request.app.state.books
    return books


def _sender(request: Request) -> EventSender:
    sender: EventSender = request.app.state.sender
    return sender


def _switches(request: Request) -> Switches:
    switches: Switches = request.app.state.switches
    return switches


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


TheBooks = Annotated[Books, Depends(_books)]
TheSender = Annotated[EventSender, Depends(_sender)]
TheSwitches = Annotated[Switches, Depends(_switches)]
TheSessions = Annotated[Sessions, Depends(_sessions)]
