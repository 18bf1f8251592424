"""The program's own log."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from proxy.cli.logs import configure_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logs("info")
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_a_line_is_json_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("gate").info("ready", workers=2)
    (line,) = told(capsys)
    assert (line["event"], line["level"], line["workers"]) == ("ready", "info", 2)
    assert str(line["timestamp"]).endswith("Z")


def test_less_than_the_level_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("gate").debug("details")
    assert told(capsys) == []


def test_an_exception_is_told_by_type_and_place_not_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "token=eyJhbGciOiJFZERTQSJ9"
    try:
        int(secret)
    except ValueError as error:
        structlog.get_logger("web").exception("bug", exc_info=error)
    (line,) = told(capsys)
    assert "ValueError" in json.dumps(line)
    assert "test_logs.py" in json.dumps(line)
    assert "eyJ" not in json.dumps(line)
    assert secret not in json.dumps(line)


def test_a_library_that_quotes_a_request_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("aiohttp.server").error("Error handling request from %s\nGET /?token=x", "10.1.2.3")
    (line,) = told(capsys)
    assert line["pattern"] == "Error handling request from %s"
    assert "10.1.2.3" not in json.dumps(line)
    assert "token" not in json.dumps(line)


def test_what_libraries_tell_without_need_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("aiohttp.access").info("GET /?token=x")
    assert told(capsys) == []
