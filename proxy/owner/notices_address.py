"""Where notices may go: an allow-list of services, encrypted, written without anything that reads files or follows.

What the address leads to is checked again where the connection is made (`notices_child`): a name can lead anywhere.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from proxy.owner.words import Said, _

LONGEST: Final = 500
SERVICES: Final = {
    "https": _("Webhook"),
    "jsons": _("Webhook"),
    "forms": _("Webhook"),
    "ntfys": _("ntfy"),
    "mailtos": _("E-mail"),
    "pover": _("Pushover"),
    "gotifys": _("Gotify"),
    "tgram": _("Telegram"),
    "discord": _("Discord"),
    "slack": _("Slack"),
}
"""Schemes of Apprise, and `https` for a webhook as it is."""
_ENCRYPTED: Final = {
    "ntfy": "ntfys",
    "mailto": "mailtos",
    "json": "jsons",
    "form": "forms",
    "gotify": "gotifys",
}
"""What people write, and the encrypted form that is taken instead."""
_WITH_HOST: Final = frozenset({"https", "jsons", "forms", "gotifys"})
_PARAMETERS: Final = frozenset(
    {"priority", "sound", "tags", "to", "from", "name", "cc", "bcc", "smtp", "user", "pass", "token", "auth"}
)
"""Others could read files (keys, templates), switch off checks of certificates, or follow redirects."""
_PLAIN: Final = re.compile(r"[!-~]+", re.ASCII)
_LOCAL: Final = (
    "localhost",
    ".localhost",
    ".local",
    ".internal",
    ".lan",
    ".home",
    ".arpa",
    ".intranet",
    ".corp",
)
UNREADABLE: Final = Said(
    _("This is no address that can be used. Write one of the forms below, without spaces.")
)
UNKNOWN: Final = Said(_("This service is not among those that can be used: see the list below."))
NOT_PUBLIC: Final = Said(
    _("Notices go to addresses on the internet only, not to this machine or its network.")
)
PARAMETER: Final = Said(_("One of the parts behind the “?” is not taken. Leave it out."))


def read_address(text: str) -> str | Said:
    """Give an address in the form that is used, or say what is wrong with it."""
    if not 1 <= len(text) <= LONGEST or not _PLAIN.fullmatch(text) or "\\" in text:
        return UNREADABLE
    scheme, colon, rest = text.partition("://")
    scheme = _ENCRYPTED.get(scheme.lower(), scheme.lower())
    if not colon or not rest:
        return UNREADABLE
    if scheme not in SERVICES:
        return UNKNOWN
    try:
        return _fault(f"{scheme}://{rest}") or f"{scheme}://{rest}"
    except ValueError:
        return UNREADABLE


def _fault(address: str) -> Said | None:
    """Look at the parts of an address. Raises ValueError if it has none."""
    parts = urlsplit(address)
    host, _port = parts.hostname or "", parts.port
    names = [name for name, _value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20)]
    if parts.fragment or any(name.lower() not in _PARAMETERS for name in names):
        return PARAMETER
    if parts.scheme in _WITH_HOST and not _could_be_public(host):
        return NOT_PUBLIC
    return NOT_PUBLIC if _is_named_local(host) else None


def label(address: str) -> tuple[str, str]:
    """Give service and host of an address: never what is secret in it."""
    parts = urlsplit(address)
    shows_host = parts.scheme in (*_WITH_HOST, "mailtos") or "." in (parts.hostname or "")
    return SERVICES[parts.scheme], (parts.hostname or "") if shows_host else ""


def _is_named_local(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(_LOCAL[1:]):
        return True
    try:
        return not ipaddress.ip_address(name.strip("[]")).is_global
    except ValueError:
        # Numbers in other forms (2130706433, 0x7f.1) are addresses to a resolver.
        return bool(re.fullmatch(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*", name))


def _could_be_public(host: str) -> bool:
    return ("." in host.strip(".") or ":" in host) and not _is_named_local(host)
