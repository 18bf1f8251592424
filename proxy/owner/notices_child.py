"""Sends one notice, in a process of its own: run as a script, with a JSON object on its standard input.

Apprise opens its connections itself. Here nothing else runs, so that every address that a name leads to is looked at
before anything is asked of it, and no redirect is followed. The guard stays on for as long as the process lives: an
audit hook can't be taken away again. This file imports nothing of ours, and the server never imports Apprise.
"""

import ipaddress
import json
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

CLASSES: Final = frozenset(
    {
        "NotifyJSON",
        "NotifyForm",
        "NotifyNtfy",
        "NotifyEmail",
        "NotifyPushover",
        "NotifyGotify",
        "NotifyTelegram",
        "NotifyDiscord",
        "NotifySlack",
    }
)
"""What an address may turn out to be, whatever it is written like."""
_METADATA: Final = frozenset({"168.63.129.16"})
"""Addresses of the machine's own host that look public."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_SECONDS: Final = 10


class Guard:
    """Lets connections go to public addresses only, and remembers that it stopped one."""

    def __init__(self, permitted: frozenset[str]) -> None:
        self.stopped = False
        self._permitted = permitted
        """`address:port` of this machine that tests listen on."""

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at what is about to happen: an audit hook."""
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._check(arguments[1])
        elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork"):
            self.stopped = True
            raise OSError("not from here")

    def resolving(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a resolver: a name of which any address is not public leads nowhere."""

        def checked(host: Any, port: Any, *options: Any, **more: Any) -> Any:
            found = resolve(host, port, *options, **more)
            for each in found:
                self._check(each[4])
            return found

        return checked

    def _check(self, address: Any) -> None:
        if isinstance(address, tuple) and len(address) > 1 and self._may_go(str(address[0]), address[1]):
            return
        self.stopped = True
        raise OSError("this address is not public")

    def _may_go(self, host: str, port: Any) -> bool:
        return f"{host}:{port}" in self._permitted or is_public(host)


def is_public(text: str) -> bool:
    """Say whether an address lies on the internet; also for those that carry another one inside."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return address.is_global and not address.is_multicast and str(address) not in _METADATA


def send(told: dict[str, Any], guard: Guard) -> str:
    """Send it; give `sent`, or why not: `unreadable`, `private` or `failed`."""
    import apprise  # noqa: PLC0415 - after the guard is on

    service = _service(apprise, str(told["address"]))
    if service is None:
        return "unreadable"
    service.redirects = False
    service.verify_certificate = True
    service.socket_connect_timeout = service.socket_read_timeout = _SECONDS
    if told.get("only_look"):
        return "sent"
    sent = bool(service.notify(body=str(told["body"]), title=str(told["title"])))
    return "private" if guard.stopped else "sent" if sent else "failed"


def _service(apprise: Any, address: str) -> Any:
    found = apprise.Apprise.instantiate(address)
    if found is None and address.startswith("https://"):
        found = apprise.Apprise.instantiate(f"jsons://{address.removeprefix('https://')}")
    return found if type(found).__name__ in CLASSES else None


def without_redirects() -> None:
    """Let the library that Apprise asks with take every answer for the last one."""
    import requests  # noqa: PLC0415 - after the guard is on

    def no_target(_self: requests.sessions.SessionRedirectMixin, resp: requests.Response) -> str | None:
        del resp
        return None

    requests.sessions.SessionRedirectMixin.get_redirect_target = no_target  # type: ignore[assignment, method-assign]


def main() -> None:
    """Read what to send, and say what came of it."""
    logging.disable()
    told = json.load(sys.stdin)
    guard = Guard(frozenset(told.get("permitted", ())))
    socket.getaddrinfo = guard.resolving(socket.getaddrinfo)
    sys.addaudithook(guard.hear)
    without_redirects()
    try:
        outcome = send(told, guard)
    except Exception:  # noqa: BLE001 - a library's words could quote the address
        outcome = "private" if guard.stopped else "failed"
    sys.stdout.write(outcome)


if __name__ == "__main__":
    main()
