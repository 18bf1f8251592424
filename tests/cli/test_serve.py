"""`serve` and `demo`, as processes."""

import json
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from proxy.cli.program import program
from tests.cli.place import NOBODYS_SITE, Place

pytestmark = pytest.mark.long

ENTRIES = "/api/v1/entries.json?count=3"


def test_minted_while_it_serves_read_and_dead_within_a_second_of_revoking(place: Place) -> None:
    with place.started("serve", "--json") as server:
        assert server.first_object()["public_url"] == place.url
        made = place.mint()
        answer = server.get(ENTRIES, made["token"])
        assert (answer.status_code, len(answer.json())) == (200, 3)
        place.run("revoke", made["grant_id"])
        assert server.seconds_until(401, ENTRIES, made["token"]) < 1
        kinds = [each["kind"] for each in place.run("log", made["grant_id"], "--json").json]
        assert kinds == ["consent", "opened", "answer", "ended"]
        assert place.run("log", "verify", made["grant_id"]).code == 0
        assert server.stop().code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_without_a_word_of_trouble(place: Place, number: int) -> None:
    with place.started("serve", "--json") as server:
        server.first_object()
        begun = time.monotonic()
        said = server.stop(number)
        assert said.code == 0
        assert time.monotonic() - begun < 5
        assert [json.loads(line)["event"] for line in said.err.splitlines()] == ["ready", "stopping"]


def test_an_answer_under_way_is_finished_when_it_is_stopped(place: Place) -> None:
    with place.started("serve", "--share", "--json") as server:
        token = server.first_object()["token"]
        server.get(ENTRIES, token)
        with socket.create_connection(("127.0.0.1", place.port), timeout=30) as tool:
            tool.sendall(
                f"GET /api/v1/entries.json?count=25000&find[date][$gte]=0 HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\n"
                f"Authorization: Bearer {token}\r\n\r\n".encode()
            )
            time.sleep(0.05)
            server.process.send_signal(signal.SIGTERM)
            tool.setblocking(False)  # nothing of the answer may be here yet, else this shows nothing
            with pytest.raises(BlockingIOError):
                tool.recv(1)
            tool.settimeout(30)
            with tool.makefile("rb") as answer:
                head, _, body = answer.read().partition(b"\r\n\r\n")
        assert b"200 OK" in head.splitlines()[0]
        assert len(json.loads(body)) > 20_000
        assert server.end().code == 0


def test_a_shared_visit_is_printed_as_text_that_works(place: Place) -> None:
    environ = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.7 22"}
    with place.started("serve", "--share", **environ) as server:
        assert server.process.stdout is not None
        lines: list[str] = []
        while not lines or "To end the access" not in lines[-1]:
            lines.append(server.process.stdout.readline().decode())
        text = "".join(lines)
        for word in (f"{place.url}/visit#", "PIN", "Visit code", "/healthz", "ssh -N -L", "invented person"):
            assert word in text
        (curl,) = [line.strip() for line in lines if line.strip().startswith("curl ")]
        done = subprocess.run(["sh", "-c", f"{curl} -s"], capture_output=True, check=True)
        assert len(json.loads(done.stdout)) == 3
        said = server.stop()
        token = curl.partition("Bearer ")[2].partition("'")[0]
        assert token
        assert token not in said.err


def test_health_and_readiness_answer_on_the_owners_side(place: Place) -> None:
    with place.started("serve", "--json", **NOBODYS_SITE) as server:
        server.first_object()
        for path in ("healthz", "readyz"):
            answer = httpx.get(f"http://127.0.0.1:{place.owner_port}/{path}", trust_env=False)
            assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_told_in_plain_words(place: Place, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place.port = taken.getsockname()[1]
        with place.started("serve", CHAPERONE_WORKERS=workers, **NOBODYS_SITE) as server:
            said = server.end()
    assert said.code == 1
    assert "chaperone: Can't listen" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["a..b", "nobody.invalid"])
def test_a_host_name_that_is_not_known_is_told_and_not_taken_for_a_port(place: Place, name: str) -> None:
    with place.started("serve", CHAPERONE_OWNER_HOST=name, **NOBODYS_SITE) as server:
        said = server.end()
    assert said.code == 1
    assert "CHAPERONE_OWNER_HOST" in said.err
    assert "port" not in said.err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_both_sides_are_served_on_one_port(place: Place, workers: str) -> None:
    place.owner_port = place.port
    with place.started("serve", "--json", CHAPERONE_WORKERS=workers, **NOBODYS_SITE) as server:
        server.first_object()
        answers = [
            httpx.get(f"http://127.0.0.1:{place.port}/sign-in", headers={"Host": host}, trust_env=False)
            for host in (f"127.0.0.1:{place.port}", f"localhost:{place.port}", "elsewhere.example")
        ]
        assert [answer.status_code for answer in answers] == [401, 200, 421]
        assert server.stop().code == 0


def test_a_console_that_can_not_be_loaded_stops_the_server(place: Place, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "sys.modules['proxy.owner.health'] = None  # what the import system takes for one that is not there\n"
    )
    with place.started("serve", PYTHONPATH=str(tmp_path), **NOBODYS_SITE) as server:
        said = server.end()
    assert said.code == 1
    assert "fault of Chaperone's own (ModuleNotFoundError)" in said.err
    assert "Traceback" not in said.err


def test_wrong_settings_keep_it_from_starting(place: Place) -> None:
    with place.started("serve", CHAPERONE_PUBLIC_URL="http://visit.example.org") as server:
        said = server.end()
    assert said.code == 2
    assert "https://" in said.err


def test_two_workers_serve_one_store_and_both_know_of_an_ending(place: Place) -> None:
    with place.started("serve", "--share", "--json", CHAPERONE_WORKERS="2") as server:
        made = server.first_object()
        # A new connection each time: the kernel gives them to both workers.
        assert {server.get(ENTRIES, made["token"]).status_code for _ in range(12)} == {200}
        place.run("revoke", made["grant_id"])
        time.sleep(1)
        assert {server.get(ENTRIES, made["token"]).status_code for _ in range(12)} == {401}
        assert place.run("log", "verify", made["grant_id"]).code == 0
        assert server.stop().code == 0


def children(of: int) -> list[int]:
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in said.stdout.splitlines()]
    return [child for child, parent in pairs if parent == of]


def is_alive(number: int) -> bool:
    said = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(number)], capture_output=True, check=False, text=True
    )
    return said.stdout.strip()[:1] not in ("", "Z")


def test_a_worker_that_dies_is_started_again_and_the_others_go_on(place: Place) -> None:
    import os  # noqa: PLC0415

    with place.started("serve", "--share", "--json", CHAPERONE_WORKERS="2") as server:
        made = server.first_object()
        before = children(server.process.pid)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not set(children(server.process.pid)) - set(before):
            assert server.get(ENTRIES, made["token"]).status_code == 200  # by the other one
            assert time.monotonic() < deadline
            time.sleep(0.05)
        said = server.stop()
        assert said.code == 0
        assert "worker_died" in said.err
        assert not [each for each in before if is_alive(each)]


def test_when_the_parent_is_killed_its_workers_stop_too(place: Place) -> None:
    with place.started("serve", "--json", CHAPERONE_WORKERS="2", **NOBODYS_SITE) as server:
        server.first_object()
        workers = children(server.process.pid)
        server.process.kill()
        deadline = time.monotonic() + 10
        while any(is_alive(each) for each in workers):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_demo_site_stands_alone_for_its_token_only(place: Place) -> None:
    with place.started("demo", "--port", "0", "--json") as demo:
        site = demo.first_object()
        answers = [
            httpx.get(f"{site['url']}{ENTRIES}", headers=headers, trust_env=False).status_code
            for headers in ({}, {"api-secret": site["token"]})
        ]
        assert answers == [401, 200]
        assert demo.stop(signal.SIGINT).code == 0


def test_setup_makes_a_private_folder_and_says_what_comes_next(place: Place) -> None:
    said = place.run("setup", "--json")
    assert said.json["demo"] is True
    assert f"{program()} serve" in said.json["next"]
    assert place.data.stat().st_mode & 0o077 == 0
    assert {"chaperone.db", "keys.json"} <= {path.name for path in place.data.iterdir()}
