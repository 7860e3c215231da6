"""The causes of alarms, in one table: what each is called, what to do about it, and whether a person or its end ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

HANDLER = "handler "
"""How the cause of a handler's alarm begins; what it is about follows, here the handler's name, as after all that end with a space."""
WAITING = "waiting "
REFUSED = "events refused"
EXHAUSTED = "events exhausted"
CONFLICTING = "events conflicting"
SILENCE = "silence"
DISK = "disk of "
STORAGE = "storage"
CERTIFICATE = "certificate of "
CONFIGURATION = "alarms of "
FORGETTING = "forgetting"
HOLD = "hold of "
GUARD = "guard of "
KEY = "key of "
VERIFY = "verify "
EXPIRY = "expiry "
SOURCE = "source "
INLET = "inlet "
QUARANTINE = "quarantine "
RAW_REFUSED = "raw refused "
QUIET = "quiet "
MISSED = "missed "
INTERNAL = "internal "


@dataclass(frozen=True, slots=True)
class Link:
    """Where on the console it is mended: a path there, and what that place is called.

    The path may name `{about}`, as in an address, and `{place}`: the environment and the group that a Verify is of.
    """

    title: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """`title` and `remedy` may name `{about}`, what the kind of cause is about.

    `counted`: the alarm counts events, and its own sentence may name a customer, so that people elsewhere are told this and the
    number only. `by_person`: it ends when somebody acknowledges it; the others only with their cause. A machine's ends either way:
    the machine may be gone for good.
    """

    begins: str
    title: str
    remedy: str
    counted: str | None = None
    by_person: bool = False
    links: Sequence[Link] = ()


CAUSES: Sequence[Cause] = (
    Cause(
        begins=HANDLER,
        title="{about} takes no events",
        remedy="Mend that. Nothing is lost: all that is owed waits, and leaves by itself once it is taken again.",
        links=(Link("Handlers", "/handlers"), Link("Verify", "/verify")),
    ),
    Cause(
        begins=WAITING,
        title="Events wait for {about}",
        remedy="`duebell status` says what {about} does, `duebell events list --state waiting` shows what waits.",
        links=(Link("Handlers", "/handlers"), Link("What waits", "/events?handler={about}&state=waiting")),
    ),
    Cause(
        begins=REFUSED,
        title="Events were refused",
        remedy="`duebell events list --state refused` shows them, `duebell events show` why. Mend the cause, then replay or "
        "skip each; or end this alarm: `duebell alarms acknowledge 'events refused'`.",
        counted="Events that were refused for good",
        by_person=True,
        links=(Link("Refused events", "/events?state=refused"),),
    ),
    Cause(
        begins=EXHAUSTED,
        title="Events were given up",
        remedy="`duebell events list --state exhausted` shows them, `duebell events show` why. Mend the cause, then replay or "
        "skip each; or end this alarm: `duebell alarms acknowledge 'events exhausted'`.",
        counted="Events that were given up after being tried for long",
        by_person=True,
        links=(Link("Events given up", "/events?state=exhausted"),),
    ),
    Cause(
        begins=CONFLICTING,
        title="Events came again with other content",
        remedy="The first of each is kept, what came later isn't. `duebell alarms list` names the last one: let its source give "
        "different facts different ids. Then end this alarm: `duebell alarms acknowledge 'events conflicting'`.",
        counted="Events that came under an id that another content has",
        by_person=True,
    ),
    Cause(
        begins=SILENCE,
        title="No events come from billing",
        remedy="See that billing runs and reaches Duebell. If that is normal, raise Silence_After or narrow Silence_Counts.",
        links=(Link("Its options", "/configuration/Global/Alarms"),),
    ),
    Cause(
        begins=QUIET,
        title="No events come from {about}'s PortaBilling",
        remedy="See in PortaBilling that EventSender runs and posts here, then `duebell portabilling reconcile --since 3d` finds what "
        "never came. If that is normal, raise Quiet_Hours_Alarm.",
        links=(Link("Its options", "/configuration/{about}/PortaBilling"),),
    ),
    Cause(
        begins=MISSED,
        title="{about}'s PortaBilling has what is not known here",
        remedy="`duebell portabilling reconcile --since 3d --record` reads those customers and records what is new of them; Daily_Reconcile "
        "= record does so each day. See in PortaBilling why EventSender didn't send it. It is looked again once a day.",
        links=(
            Link("Compare", "/from-portabilling/sources/{about}/cut-over#compare"),
            Link("Its options", "/configuration/{about}/PortaBilling"),
        ),
    ),
    Cause(
        begins=DISK,
        title="The disk of {about} is nearly full",
        remedy="Free some space. On a full disk nothing is recorded any more; what was acknowledged is not lost.",
        by_person=True,
    ),
    Cause(
        begins=CERTIFICATE,
        title="The certificate that {about} shows has to be renewed",
        remedy="Renew it in the files of --tls-cert and --tls-key. They are read once a day, hourly while this stands, and at start: "
        "what is in them then is shown to new connections, without a restart.",
        by_person=True,
        links=(Link("How it is renewed", "/help/alarms#our-own-certificate"),),
    ),
    Cause(
        begins=STORAGE,
        title="Duebell can't store",
        remedy="Nothing is recorded or delivered until that is mended; then it goes on by itself.",
    ),
    Cause(
        begins=CONFIGURATION,
        title="{about} can't read how to tell alarms",
        remedy="Mend that with `duebell configure`, then run `duebell verify Global.Alarms`.",
        by_person=True,
        links=(Link("Verify how alarms are told", "/verify/Global/Alarms"),),
    ),
    Cause(
        begins=HOLD,
        title="{about} has not done yet what was asked: to hold messages, or to send again",
        remedy="Mend what the alarm tells of; it is asked again by itself. To be sure at once, switch off the scheduled action "
        "“Billing: release messages” in Odoo, and its SMS and mail queues.",
        links=(Link("Whether customers are told", "/telling"),),
    ),
    Cause(
        begins=GUARD,
        title="{about} tells nobody until somebody says that it is meant, or its budget runs out",
        remedy="Look in Odoo under Billing → Stop and Limits: “Go on” if it is meant. Events are recorded meanwhile.",
    ),
    Cause(
        begins=KEY,
        title="The key of {about} could not be changed",
        remedy="The old key is still in force. Do what the alarm says, then `duebell rotate-key {about}`; it is tried again by itself.",
        links=(Link("Connections", "/connections"),),
    ),
    Cause(
        begins=FORGETTING,
        title="A customer is not forgotten everywhere yet",
        remedy="Mend what the alarm tells of; it is done by itself then.",
    ),
    Cause(
        begins=VERIFY,
        title="What is in force for {about} doesn't pass Verify any more",
        remedy="Mend that; `duebell verify --check-only` says how. Deliveries go on meanwhile, and it is looked again every ten minutes.",
        links=(Link("Verify", "/verify/{place}"),),
    ),
    Cause(
        begins=EXPIRY,
        title="Something that {about} needs ends soon",
        remedy="Do what the alarm says before that day, then Verify what is in force; that is done once a day anyway.",
        links=(Link("Verify", "/verify/{place}"), Link("Connections", "/connections")),
    ),
    Cause(
        begins=SOURCE,
        title="{about}: PortaBilling can't be read",
        remedy="Mend that; `duebell verify {about}.PortaBilling` says how. Nothing is lost: what comes is kept, and read by itself then.",
    ),
    Cause(
        begins=INLET,
        title="{about}: what PortaBilling sends is turned away",
        remedy="Do what the alarm says. Nothing is lost: PortaBilling keeps what it can't send, and sends it again. Five minutes "
        "after the last such request this ends by itself.",
    ),
    Cause(
        begins=QUARANTINE,
        title="{about}: PortaBilling sent what can't be read",
        remedy="`duebell portabilling quarantine list` shows it. Enter types that matter in Event_Types of PortaBilling and retry, "
        "or discard what doesn't matter.",
    ),
    Cause(
        begins=RAW_REFUSED,
        title="{about}: events of PortaBilling could not be understood",
        remedy="`duebell portabilling raw list --state refused` shows them and why. Mend the cause, then retry them, or discard them.",
    ),
    Cause(
        begins=INTERNAL,
        title="An internal error in {about}",
        remedy="Report it with the log. Once it is no longer needed, end this alarm: `duebell alarms acknowledge 'internal {about}'`.",
        by_person=True,
    ),
)
"""The first that a cause begins with."""

_OTHER = Cause(
    begins="", title="{about}", remedy="`duebell status` tells more.", counted="Times that it happened", by_person=True
)


def kind_of(cause: str) -> Cause:
    """Return what is known of a cause, for example of `handler OdooCRM`."""
    return next((kind for kind in CAUSES if cause.startswith(kind.begins)), _OTHER)


def title_of(cause: str) -> str:
    """Return what a cause is called, for example `OdooCRM takes no events`."""
    return kind_of(cause).title.format(about=_about(cause))


def remedy_of(cause: str) -> str:
    """Return what to do about it."""
    return kind_of(cause).remedy.format(about=_about(cause))


def links_of(cause: str) -> list[Link]:
    """Return where on the console it is mended."""
    about = _about(cause)
    environment, dot, group = about.rpartition(".")
    named = {"about": quote(about), "place": f"{quote(environment if dot else 'Global')}/{quote(group)}"}
    return [Link(link.title, link.path.format(**named)) for link in kind_of(cause).links]


def _about(cause: str) -> str:
    return cause.removeprefix(kind_of(cause).begins)
