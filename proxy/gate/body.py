"""A finished answer, before it is recorded and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Body:
    """What is to be sent, and what the record says of it."""

    content_type: str
    content: bytes
    rows: int = 0
    query: str = ""
    secret: bool = False
    """Holds a ticket: never compressed (a compressed length tells of its content)."""
    status: int = 200
    fetched: int = 0
    """Bytes that Nightscout sent for it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers of ours."""
    tags: list[str] = field(default_factory=list, compare=False)
    """Its ETag once one was made: a remembered answer is sent many times."""
