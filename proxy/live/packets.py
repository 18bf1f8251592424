"""Socket.IO packets (protocol 5) inside Engine.IO messages: read by a closed grammar, written from our own words.

What does not fit is malformed: binary events, namespaces of odd names, ids that are too long, events without a name.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from proxy.core.errors import ChaperoneError

Action = Literal["connect", "disconnect", "event", "ack"]
_ACTIONS: dict[str, Action] = {"0": "connect", "1": "disconnect", "2": "event", "3": "ack"}
_FORM = re.compile(
    r"(?P<type>[0-3])(?:(?P<namespace>/[\w/-]{0,64})(?:,|$))?(?P<id>[0-9]{0,9})(?P<data>.*)",
    re.DOTALL | re.ASCII,
)
_encode = msgspec.json.Encoder().encode


class Malformed(ChaperoneError):
    """A client sent what is no packet: its connection is closed."""

    status = 400
    reason = "malformed"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a client."""

    action: Action
    namespace: str
    id: str
    """Digits under which the client waits for an acknowledgement; empty if it doesn't."""
    name: str = ""
    """The event's name; empty for other packets."""
    arguments: tuple[Any, ...] = ()


def read_packet(text: str) -> Packet:
    """Read a packet. Raises Malformed."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise Malformed("This is no packet that is served here.")
    action, namespace = _ACTIONS[found["type"]], found["namespace"] or "/"
    data = _value(found["data"])
    if action != "event":
        return Packet(action, namespace, found["id"])
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise Malformed("This event has no name.")
    return Packet(action, namespace, found["id"], data[0], tuple(data[1:]))


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text) if text else None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed("This packet can't be read.") from error


def connected(namespace: str, sid: str) -> str:
    """Write that a namespace is connected."""
    return "0" + _prefix(namespace) + _text({"sid": sid})


def not_connected(namespace: str) -> str:
    """Write that there is no such namespace, in Nightscout's words."""
    return "4" + _prefix(namespace) + _text({"message": "Invalid namespace"})


def disconnected(namespace: str) -> str:
    """Write that a namespace is closed."""
    return "1" + _prefix(namespace)


def event(name: str, body: bytes | None = None) -> str:
    """Write an event of the namespace `/`, with one argument in JSON or none."""
    return f'2["{name}"]' if body is None else f'2["{name}",{body.decode()}]'


def acknowledged(namespace: str, packet_id: str, answer: Any) -> str:
    """Write an acknowledgement."""
    return "3" + _prefix(namespace) + packet_id + _text([answer])


def _prefix(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


def _text(value: Any) -> str:
    return _encode(value).decode()
