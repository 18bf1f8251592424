"""Sending in a process of its own: to the internet only, and nowhere that an answer points to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.owner.notices_child import Guard, is_public
from proxy.owner.notices_send import Letter, Send, sending


@dataclass
class Hook:
    """A webhook on this machine, and what reached it."""

    port: int = 0
    heard: list[str] = field(default_factory=list)

    @property
    def permitted(self) -> Send:
        return sending([f"127.0.0.1:{self.port}"])


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    found = Hook()

    async def take(request: web.Request) -> web.Response:
        found.heard.append(f"{request.path} {await request.text()}")
        if request.path.startswith("/redirect"):
            return web.Response(status=int(request.path[-3:]), headers={"Location": "/secret"})
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", take)
    async with TestServer(app, host="127.0.0.1") as server:
        found.port = server.port or 0
        yield found


async def test_a_letter_arrives_with_its_words_and_nothing_more() -> None:
    async with hook() as there:
        letter = Letter(f"json://127.0.0.1:{there.port}/hook", "Chaperone", "It was opened.")
        assert await there.permitted(letter) == "sent"
        path, _, body = there.heard[0].partition(" ")
        told = json.loads(body)
        assert (path, told["title"], told["message"]) == ("/hook", "Chaperone", "It was opened.")
        assert len(there.heard) == 1


async def test_no_redirect_is_followed() -> None:
    async with hook() as there:
        for status in (301, 302, 307, 308):
            address = f"json://127.0.0.1:{there.port}/redirect/{status}"
            assert await there.permitted(Letter(address, "t", "b")) == "failed"
        assert [each.partition(" ")[0] for each in there.heard] == [f"/redirect/{status}" for status in (301, 302, 307, 308)]  # fmt: skip


async def test_nothing_reaches_this_machine_by_any_of_its_names() -> None:
    async with hook() as there:
        hosts = ("127.0.0.1", "localhost", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]")
        answers = [await sending()(Letter(f"json://{host}:{there.port}/hook", "t", "b")) for host in hosts]
        assert there.heard == []
        assert set(answers) <= {"private", "unreadable"}
        assert answers[:2] == ["private", "private"]


@pytest.mark.parametrize("address", ["json://169.254.169.254/latest/meta-data", "mailto://u:p@10.0.0.1?to=a@b.example&smtp=10.0.0.1"])  # fmt: skip
async def test_metadata_and_mail_servers_of_the_network_are_not_reached(address: str) -> None:
    assert await sending()(Letter(address, "t", "b")) in ("private", "unreadable")


async def test_only_services_of_the_list_are_used_whatever_they_are_written_like() -> None:
    for address in ("syslog://", "dbus://", "exec://id", "file:///etc/passwd", "nonsense", ""):
        assert await sending()(Letter(address, only_look=True)) == "unreadable"
    assert await sending()(Letter("https://hooks.example/abc", only_look=True)) == "sent"


def test_a_letter_shows_no_address() -> None:
    assert "secret" not in repr(Letter("pover://secret@secret", "t", "b"))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "10.1.1.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "not an address", "/run/x.sock", ""])  # fmt: skip
def test_addresses_that_are_not_of_the_internet_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])  # fmt: skip
def test_addresses_of_the_internet_are_known(address: str) -> None:
    assert is_public(address)


def test_a_name_that_leads_to_both_leads_nowhere() -> None:
    guard = Guard(frozenset())
    both = guard.resolving(lambda *_: [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("127.0.0.1", 443))])
    with pytest.raises(OSError, match="not public"):
        both("rebinding.example", 443)
    assert guard.stopped


@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("10.0.0.1", 25), "/run/docker.sock", b"\0abstract", ("::1", 1, 0, 0), ("name.example", 80), None, 7])  # fmt: skip
def test_a_connection_is_stopped_where_it_is_made_whoever_resolved_the_name(address: object) -> None:
    guard = Guard(frozenset())
    for event in ("socket.connect", "socket.sendto"):
        with pytest.raises(OSError, match="not public"):
            guard.hear(event, (None, address))
    guard.hear("socket.connect", (None, ("1.1.1.1", 443)))
    guard.hear("open", ("x", "r", 0))


def test_no_process_is_started_from_there() -> None:
    guard = Guard(frozenset())
    for event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        with pytest.raises(OSError, match="not from here"):
            guard.hear(event, ())


async def test_a_house_without_an_interpreter_to_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert await asyncio.wait_for(sending()(Letter("pover://u@t")), 30) == "failed"
