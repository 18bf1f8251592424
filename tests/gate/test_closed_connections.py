"""A connection that its client has closed can't be cut any more, and must not bring the server down."""

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from proxy.gate.streams import Streams
from tests.core.test_receipt import GRANT


async def _cut_after_close(*, under_way: bool) -> None:
    accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: accepted.put_nowait(writer), "127.0.0.1", 0)
    async with server:
        _, tool = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer = await accepted.get()
        streams = Streams()
        streams.carry(GRANT, writer.transport, under_way=under_way)  # type: ignore[arg-type]  # it is one
        for end in (tool, writer):
            end.close()
            await end.wait_closed()
        streams.cut(GRANT.id)


@pytest.mark.parametrize("under_way", [False, True])
@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_closed_connection_is_passed_over(
    loop: Callable[[], asyncio.AbstractEventLoop], under_way: bool
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_cut_after_close(under_way=under_way))
