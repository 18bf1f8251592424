import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from proxy.live.engine import LARGEST as LARGEST_MESSAGE
from proxy.owner.receipt import LARGEST_COPY

DEPLOY = Path(__file__).parents[2] / "deploy"
CADDYFILE = DEPLOY / "Caddyfile"
LINES = tuple(
    line.strip()
    for line in CADDYFILE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.strip().startswith("#")
)
SECRET = "kq7xsecret"
SIZE = re.compile(r"max_size (\d+)([KM]B)")
ONE_NODE = "\treverse_proxy {$CHAPERONE_BEHIND:127.0.0.1}:8080 {\n\t\timport towards\n\t}\n"


def _kept_of(uri: str) -> str:
    (line,) = (line for line in LINES if line.startswith("request>uri regexp "))
    pattern, _, replacement = line.removeprefix("request>uri regexp ").rpartition(" ")
    assert replacement == '"$1"'
    # Go's and Python's expressions agree on what is used here; \1 of a group that took no part is empty in both.
    return re.sub(pattern.strip('"'), r"\1", uri, count=1)


@pytest.mark.parametrize(
    "uri",
    [
        f"/api/v1/entries.json?token={SECRET}",
        f"/api/v2/authorization/request/{SECRET}",
        f"/visit#{SECRET}",
        f"/visit/{SECRET}",
        f"/visit{SECRET}",
        f"/{SECRET}",
        f"/%76isit?{SECRET}",
        f"//visit?{SECRET}",
        f"http://visit.example.org/?{SECRET}",
        f"/api/v1\n{SECRET}",
        f"?{SECRET}",
        SECRET,
    ],
)
def test_no_secret_of_an_address_is_logged(uri: str) -> None:
    assert SECRET not in _kept_of(uri)


@pytest.mark.parametrize(
    ("uri", "kept"),
    [
        ("/api/v3/entries?limit=1", "/api/v3"),
        ("/socket.io/?EIO=4&sid=x", "/socket.io"),
        ("/visit", "/visit"),
        ("/healthz", "/healthz"),
        ("/access/0123456789abcdef", ""),
        ("/", ""),
    ],
)
def test_the_side_that_was_asked_is_logged(uri: str, kept: str) -> None:
    assert _kept_of(uri) == kept


def test_no_header_and_no_whole_address_is_logged() -> None:
    assert "request>headers delete" in LINES
    assert "resp_headers delete" in LINES
    assert "request>remote_ip ip_mask {" in LINES
    assert "request>client_ip ip_mask {" in LINES


def test_there_is_one_logger_so_that_errors_are_filtered_too() -> None:
    # Inside a site `log` stands bare: it sends that site's log to the one logger.
    assert [line for line in LINES if line.split()[0] == "log"] == ["log default {", "log"]


@pytest.mark.parametrize(
    "directive", ["encode", "file_server", "cache", "lb_try_duration", "lb_retries", "root"]
)
def test_nothing_is_compressed_cached_or_tried_twice(directive: str) -> None:
    assert not [line for line in LINES if line.split()[0] == directive]


def test_caddy_can_not_be_changed_while_it_runs() -> None:
    assert "admin off" in LINES


def test_pieces_of_an_answer_go_on_at_once() -> None:
    assert "flush_interval -1" in LINES
    assert "compression off" in LINES


def test_each_side_has_a_name_and_a_port_of_its_own() -> None:
    text = "\n".join(LINES)
    clinicians = text.index("{$CHAPERONE_PUBLIC_URL} {")
    owner = text.index("{$CHAPERONE_OWNER_URL} {")
    assert clinicians < text.index("}:8080 {") < owner < text.index("}:8081 {")
    assert "respond /metrics 404" in text[owner:]
    assert "header_up Host" not in text


def test_what_chaperone_takes_gets_through_and_not_much_more() -> None:
    owners = LINES.index("{$CHAPERONE_OWNER_URL} {")
    clinicians, owner = (
        [
            int(found[1]) * {"KB": 1000, "MB": 1_000_000}[found[2]]
            for line in part
            if (found := SIZE.fullmatch(line))
        ]
        for part in (LINES[:owners], LINES[owners:])
    )
    assert LARGEST_MESSAGE < clinicians[0] < 2 * LARGEST_MESSAGE
    assert LARGEST_COPY < owner[0] < 2 * LARGEST_COPY
    assert len(clinicians) == len(owner) == 1


def test_headers_that_never_end_are_ended_here() -> None:
    assert "read_header 10s" in LINES


# Where nobody looks at what was left out, nothing is left out: there, a missing part fails.
HERE = shutil.which("caddy") is not None or bool(os.environ.get("CI"))


@pytest.mark.skipif(not HERE, reason="Caddy is not on this machine")
def test_caddy_itself_takes_the_file(tmp_path: Path) -> None:
    _validate(CADDYFILE, tmp_path)


@pytest.mark.skipif(not HERE, reason="Caddy is not on this machine")
def test_caddy_itself_takes_what_the_readme_says_for_several_nodes(tmp_path: Path) -> None:
    blocks = re.findall(r"```[a-z]*\n(.*?)```", (DEPLOY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (several,) = (block for block in blocks if block.startswith("reverse_proxy "))
    text = CADDYFILE.read_text(encoding="utf-8")
    assert text.count(ONE_NODE) == 1
    changed = tmp_path / "Caddyfile"
    changed.write_text(text.replace(ONE_NODE, several), encoding="utf-8")
    _validate(changed, tmp_path)


def _validate(file: Path, home: Path) -> None:
    told = {
        "CHAPERONE_PUBLIC_URL": "https://visit.example.org",
        "CHAPERONE_OWNER_URL": "https://owner.example.org",
        "NODE_SECRET": "for-a-test",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
    }
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(
        command, env=os.environ | told, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
