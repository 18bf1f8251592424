import asyncio
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest
from aiohttp import web

ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", " ", text)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def _last_stage() -> list[tuple[str, str]]:
    found = _instructions()
    starts = [at for at, (word, _) in enumerate(found) if word == "FROM"]
    assert len(starts) == 2
    return found[starts[-1] :]


def _only(word: str) -> str:
    (rest,) = (rest for each, rest in _last_stage() if each == word)
    return rest


def _environment() -> Mapping[str, str]:
    return dict(pair.split("=", 1) for pair in _only("ENV").split())


def _health_command() -> Sequence[str]:
    command: list[str] = json.loads(_only("HEALTHCHECK").partition("CMD ")[2])
    return command


def test_the_program_runs_as_a_fixed_user_who_is_not_root() -> None:
    user, _, group = _only("USER").partition(":")
    assert user == group == "10001"
    compose = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    assert f'user: "{user}:{group}"' in compose


def test_the_data_folder_is_private_and_no_nameless_volume_hides_that_it_is_not_kept() -> None:
    runs = " ".join(rest for word, rest in _last_stage() if word == "RUN")
    assert "--mode=0700 --owner=10001 --group=10001 /data" in runs
    assert _environment()["CHAPERONE_DATA"] == "/data"
    assert not [word for word, _ in _last_stage() if word == "VOLUME"]


def test_every_package_is_held_by_a_hash() -> None:
    commands = [part.strip() for word, rest in _instructions() if word == "RUN" for part in rest.split("&&")]
    fetching = [each for each in commands if re.search(r"pip\S* (install|wheel|download)", each)]
    assert len(fetching) == 4
    assert all("--require-hashes" in each or "--no-index" in each for each in fetching)


@pytest.mark.parametrize("lock", ["requirements.lock", "deploy/build.lock"])
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line, re.IGNORECASE)]
    assert pins
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_the_build_lock_holds_the_builder_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "deploy/build.lock").read_text(encoding="utf-8")
    for requirement in project["build-system"]["requires"]:
        name = re.split(r"[<>=~! ]", requirement)[0]
        assert re.search(rf"^{name}==", lock, re.MULTILINE)


def test_nothing_reaches_the_build_that_is_not_named() -> None:
    lines = (ROOT / "deploy/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        name
        for word, rest in _instructions()
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    assert copied == allowed


@pytest.mark.parametrize(
    "name", ["anything.html", "summary.typ", "words.txt", "chaperone.po", "chaperone.mo", "icon.png"]
)
def test_no_file_of_the_code_is_kept_out_of_the_wheel(name: str) -> None:
    # The builder takes what lies in `proxy`, but for what the repository does not keep.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["proxy"], "force-include": {"policies": "proxy/policies"}}
    for file in (ROOT / ".gitignore", ROOT / "deploy/Dockerfile.dockerignore"):
        lines = [
            line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "!"))
        ]
        left_out = [line for line in lines if line != "*" and fnmatch(name, line.strip("/"))]
        assert left_out == []


def test_the_image_serves_unless_told_otherwise() -> None:
    assert json.loads(_only("ENTRYPOINT")) == ["chaperone"]
    assert json.loads(_only("CMD")) == ["serve"]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
async def test_the_health_check_says_what_healthz_says(status: int, healthy: bool) -> None:
    async def healthz(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        assert (await _check(runner.addresses[0][1]) == 0) is healthy
    finally:
        await runner.cleanup()


async def test_the_health_check_fails_where_nobody_listens() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    assert await _check(port) != 0


async def _check(port: int) -> int:
    program, *arguments = _health_command()
    assert program == "python"
    told = {"CHAPERONE_OWNER_HOST": "127.0.0.1", "CHAPERONE_OWNER_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=os.environ | told, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()
