import os

import pytest

from proxy.core.session import (
    IDLE,
    OLDEST,
    TOUCH_EVERY,
    Cookie,
    alive,
    cookie_for,
    cookie_name,
    is_csrf_of,
    needs_touch,
    new_session,
    origin_of,
    session_key,
)

NOW = 1_780_000_000_000


@pytest.mark.parametrize("url", ["https://share.example.org", "https://127.0.0.1:8443/"])
def test_https_has_a_host_cookie(url: str) -> None:
    assert cookie_for(url) == Cookie("__Host-chaperone", secure=True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_plain_http_works_on_this_machine_under_another_name(url: str) -> None:
    assert cookie_for(url) == Cookie("chaperone", secure=False)
    assert cookie_name(url) == "chaperone"


@pytest.mark.parametrize(
    "url", ["http://share.example.org", "http://localhost.example.org", "ftp://localhost", ""]
)
def test_plain_http_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        cookie_for(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://share.example.org", "https://share.example.org"),
        ("https://Share.Example.org:443/", "https://share.example.org"),
        ("http://127.0.0.1:8080/visit", "http://127.0.0.1:8080"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_session_is_known_by_the_hash_of_a_value_that_is_kept_nowhere() -> None:
    value, session = new_session("g1", now=NOW, random=os.urandom)
    assert len(value) == 22
    assert session.key == session_key(value)
    assert value not in repr(session)
    assert session.csrf != value
    assert new_session("g1", now=NOW, random=os.urandom)[0] != value


def test_a_session_is_over_after_thirty_idle_minutes() -> None:
    _, session = new_session("g1", now=NOW, random=os.urandom)
    assert alive(session, NOW + IDLE - 1)
    assert not alive(session, NOW + IDLE)


def test_a_busy_session_is_over_after_twelve_hours() -> None:
    value, session = new_session("g1", now=NOW, random=os.urandom)
    busy = type(session)(session_key(value), "g1", session.csrf, created_at=NOW, used_at=NOW + OLDEST - 1)
    assert alive(busy, NOW + OLDEST - 1)
    assert not alive(busy, NOW + OLDEST)


def test_use_is_noted_once_a_minute() -> None:
    _, session = new_session("g1", now=NOW, random=os.urandom)
    assert not needs_touch(session, NOW + TOUCH_EVERY - 1)
    assert needs_touch(session, NOW + TOUCH_EVERY)


def test_a_form_needs_the_sessions_own_token() -> None:
    _, session = new_session("g1", now=NOW, random=os.urandom)
    assert is_csrf_of(session, session.csrf)
    for other in ("", session.csrf[:-1], session.csrf + "A", "é", "\ud800"):
        assert not is_csrf_of(session, other)
