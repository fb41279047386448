"""Messages to people: by e-mail, Slack, Teams and whatever else Apprise knows, tried again when it fails.

In: a message and addresses as Apprise writes them. Out: for each address whether the message was delivered. Addresses hold
passwords, so they are said masked only: in errors, in logs, on screens.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cxdata.errors import CxError, Note, note
from cxdata.i18n import N_

VARIABLE = "CX_SEND_TO"
PAUSES = (2.0, 10.0)  # seconds before the second try and the third
AT_MOST = 60.0  # seconds that one try may take
HIDDEN = "…"
_PLAIN = ("json", "jsons", "xml", "xmls", "form", "forms")  # of these a path or a header may be the secret
_UNREACHABLE = re.compile(r"connection|timed? ?out|timeout|resolve|unreachable", re.IGNORECASE)
NO_FILE = N_("It was sent without its file, which cannot be sent there.")


@dataclass(frozen=True)
class Message:
    """A title, a text, and a file to go along."""

    title: str
    text: str
    file: Path | None = None


@dataclass(frozen=True)
class Delivery:
    """What came of a message for one address, which is said masked. `reason`: why not, or what was left out."""

    recipient: str
    delivered: bool
    attempts: int = 1
    reason: Note | None = None


# --- addresses ----------------------------------------------------------------------------------------------


def addresses(given: Sequence[str] = (), kept: Sequence[str] = ()) -> tuple[str, ...]:
    """Where messages go: what is given, else what CX_SEND_TO holds, else what the organisation keeps.

    "file:/path" among what is given stands for the addresses in a file, one a line. Raises CxError where that cannot be read.
    """
    chosen = [address for entry in list(given) or from_environment() for address in _expanded(entry.strip())]
    return tuple(dict.fromkeys(chosen or kept))


def from_environment() -> list[str]:
    """The addresses in CX_SEND_TO, between blanks or on lines of their own."""
    return os.environ.get(VARIABLE, "").split()


def _expanded(entry: str) -> list[str]:
    if not entry.startswith("file:"):
        return [entry] if entry else []
    path = Path(re.sub(r"^file:(//)?", "", entry))
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CxError(
            "The addresses in {path} cannot be read: {reason}. Check the name of the file and that this program may read it.",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def masked(address: str) -> str:
    """An address without what must stay secret: mailtos://me:****@mail.example.org/team@example.org."""
    plugin = _plugin(address)
    if plugin is None:
        scheme, there, _rest = address.partition("://")
        return f"{scheme}://{HIDDEN}" if there and scheme.isalnum() else HIDDEN
    shown = unquote(str(plugin.url(privacy=True)).partition("?")[0])
    scheme, _there, rest = shown.partition("://")
    if scheme in _PLAIN:
        rest = rest.partition("/")[0]
    return f"{scheme}://{rest}".replace("...", HIDDEN).rstrip("/")


def labels(found: Sequence[str]) -> list[str]:
    """Each address masked; those that look the same are numbered."""
    shown = [masked(address) for address in found]
    return [
        f"{label} ({shown[: place + 1].count(label)})" if shown[:place].count(label) else label
        for place, label in enumerate(shown)
    ]


def check(address: str) -> None:
    """Raise where an address is none; it is said masked."""
    if _plugin(address) is None:
        raise CxError(
            "{address} is no address that messages can go to. Write it like mailtos://user:password@mail.example.org"
            "?from=us@example.org&to=team@example.org or slack://token/#channel; docs/sending.md shows how.",
            address=masked(address),
        )


def _plugin(address: str) -> Any:
    """What Apprise makes of an address; None where it is none."""
    apprise = _apprise()
    try:
        return apprise.Apprise.instantiate(address, asset=_asset(), suppress_exceptions=True)
    except Exception:  # of a plugin; its words might hold the address
        return None


def _apprise() -> Any:
    """The library, with its log kept apart, and without the finer levels that hold whole addresses, its own and those of
    HTTP."""
    import apprise

    log = logging.getLogger("apprise")
    log.propagate = False
    for log_of in (log, logging.getLogger("urllib3")):
        log_of.setLevel(logging.WARNING)
    return apprise


def _asset() -> Any:
    apprise = _apprise()
    return apprise.AppriseAsset(
        app_id="CX Dashboard",
        app_desc="CX Dashboard",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
    )


# --- sending ------------------------------------------------------------------------------------------------


def send(
    message: Message,
    recipients: Sequence[str],
    *,
    pauses: Sequence[float] = PAUSES,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Delivery, ...]:
    """Send a message to each address. Those that fail are tried again after each of the pauses; none keeps another waiting
    for more than its own tries."""
    named = list(zip(labels(recipients), recipients, strict=True))
    found: dict[str, Delivery] = {}
    for attempt, pause in enumerate((0.0, *pauses), start=1):
        left = [(label, address) for label, address in named if label not in found or _may_come(found[label])]
        if not left:
            break
        if pause:
            sleep(pause)
        for label, address in left:
            found[label] = _tried(message, label, address, attempt)
    return tuple(found[label] for label, _address in named)


def _may_come(delivery: Delivery) -> bool:
    return not delivery.delivered and delivery.reason != note(NO_ADDRESS)


NO_ADDRESS = N_("This is no address that messages can go to: docs/sending.md shows how to write one.")


def _tried(message: Message, label: str, address: str, attempt: int) -> Delivery:
    apprise = _apprise()
    plugin = _plugin(address)
    if plugin is None:
        return Delivery(label, False, attempt, note(NO_ADDRESS))
    takes = message.file is not None and bool(plugin.attachment_support) and not _is_hook(plugin)
    sender = apprise.Apprise(asset=_asset())
    sender.add(plugin)
    try:
        result = sender.notify(
            title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT,
            attach=str(message.file) if takes else None, timeout=AT_MOST,
        )  # fmt: skip
    except Exception as error:  # of a plugin; only its name is safe to say
        return Delivery(label, False, attempt, _failed(type(error).__name__))
    if not result:
        told = "; ".join(dict.fromkeys(str(entry.message).rstrip(".") for entry in result.logs()))
        return Delivery(label, False, attempt, _failed(_scrubbed(told, plugin, address)))
    return Delivery(label, True, attempt, note(NO_FILE) if message.file is not None and not takes else None)


def _is_hook(plugin: Any) -> bool:
    """Whether it is a webhook, which takes no files though its service does (Slack)."""
    return getattr(plugin, "mode", None) in ("hook", "webhook")


def _failed(told: str) -> Note:
    if not told or _UNREACHABLE.search(told):
        return note(
            N_(
                "It could not be reached ({told}). Check the server and the port in the address, and that this machine may "
                "reach it."
            ),
            told=told or "timeout",
        )
    return note(N_("It did not take the message ({told}). Check the password or the token in the address."), told=told)


def _scrubbed(text: str, plugin: Any, address: str) -> str:
    """The words of a failure without any part of the address that could be a secret."""
    body = unquote(address).partition("://")[2]
    open_parts = {str(plugin.host or ""), *re.split(r"[/:?&=@]+", masked(address))}
    for part in sorted(set(re.split(r"[/:?&=@,]+", body)) | {str(plugin.password or "")}, key=len, reverse=True):
        if len(part) > 3 and part not in open_parts:
            text = text.replace(part, HIDDEN)
    return text
