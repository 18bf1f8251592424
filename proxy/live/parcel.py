"""One Engine.IO packet as it goes out: made ready once, however many receive it."""

import asyncio
import zlib
from functools import cached_property
from typing import Final

WORTH_COMPRESSING: Final = 1_000
_WORTH_A_THREAD: Final = 200_000
_TEXT: Final = 0x81
"""A whole websocket message of text; from a server it carries no mask, so it is the same for all."""
_SHORT, _TWO_BYTES, _EIGHT_BYTES = 125, 126, 127
_MOST_IN_TWO_BYTES: Final = 0xFFFF


class Parcel:
    """A packet's text, its bytes, and what can be made of them in advance."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def body(self) -> bytes:
        """Give its bytes."""
        return self.text.encode()

    @cached_property
    def message(self) -> bytes:
        """Give it as a message of a websocket (RFC 6455, section 5.2)."""
        size = len(self.body)
        if size <= _SHORT:
            return bytes((_TEXT, size)) + self.body
        if size <= _MOST_IN_TWO_BYTES:
            return bytes((_TEXT, _TWO_BYTES)) + size.to_bytes(2) + self.body
        return bytes((_TEXT, _EIGHT_BYTES)) + size.to_bytes(8) + self.body

    async def squeezed(self) -> bytes:
        """Give its bytes compressed; what is large, in a thread."""
        if "_squeezed" not in vars(self) and len(self.body) > _WORTH_A_THREAD:
            return await asyncio.to_thread(lambda: self._squeezed)
        return self._squeezed

    @cached_property
    def _squeezed(self) -> bytes:
        return zlib.compress(self.body, level=5, wbits=31)


def together(parcels: "list[Parcel]", separator: str) -> Parcel:
    """Give several packets as the body of one answer."""
    return parcels[0] if len(parcels) == 1 else Parcel(separator.join(each.text for each in parcels))
