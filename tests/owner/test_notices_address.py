"""Where notices may go: an allow-list, encrypted, on the internet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.owner.notices_address import NOT_PUBLIC, PARAMETER, UNKNOWN, UNREADABLE, label, read_address


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ntfy://topic", "ntfys://topic"),
        ("NTFYS://ntfy.sh/topic?priority=high", "ntfys://ntfy.sh/topic?priority=high"),
        ("https://hooks.example/abc", "https://hooks.example/abc"),
        ("json://hooks.example/abc", "jsons://hooks.example/abc"),
        (
            "mailto://me:pw@mail.example?to=you@mail.example",
            "mailtos://me:pw@mail.example?to=you@mail.example",
        ),
        ("pover://user@token", "pover://user@token"),
    ],
)
def test_what_is_taken_is_encrypted(typed: str, taken: str) -> None:
    assert read_address(typed) == taken


@pytest.mark.parametrize(
    "typed",
    [
        "exec://x",
        "file:///etc/passwd",
        "http://hooks.example/",
        "syslog://x",
        "dbus://x",
        "include://x",
        "msteams://a/b",
        "workflows://a",
        "apprise://h/t",
        "javascript://x",
    ],
)
def test_other_services_are_not_taken(typed: str) -> None:
    assert read_address(typed) == UNKNOWN


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST.", "10.0.0.8", "192.168.1.1:8080", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fd00::1]", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0", "017700000001", "printer", "nas.local", "router.lan", "metadata.google.internal", "me@127.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_this_machine_and_its_network_are_not_taken(host: str) -> None:
    for scheme in ("https", "jsons", "gotifys", "json", "forms"):
        assert read_address(f"{scheme}://{host}/x") in (NOT_PUBLIC, UNREADABLE), host


@pytest.mark.parametrize("part", ["verify=no", "redirect=yes", "template=/etc/passwd", "pgpkey=/etc/passwd", "attach=/etc/passwd", "+X-A=b", "mode=insecure", "rto=999", "retry=99", "TEMPLATE=x", "%74emplate=x"])  # fmt: skip
def test_parts_that_read_files_or_switch_off_checks_are_not_taken(part: str) -> None:
    assert read_address(f"https://hooks.example/?{part}") == PARAMETER
    assert read_address(f"mailtos://u:p@mail.example?to=a@b.example&{part}") == PARAMETER


@pytest.mark.parametrize("typed", ["", " ", "hello", "https://", "https://a b/", "https://x\n.example", "https://[::1", "https://a.example:99999/", "https://ü.example", "x" * 600, "https://a.example\\@127.0.0.1/"])  # fmt: skip
def test_what_can_not_be_read_is_not_taken(typed: str) -> None:
    assert read_address(typed) in (UNREADABLE, UNKNOWN)


def test_a_label_shows_no_secret() -> None:
    assert label("https://me:secret@hooks.example/secret?token=secret") == ("Webhook", "hooks.example")
    assert label("pover://secret@secret") == ("Pushover", "")
    assert label("ntfys://my-secret-topic") == ("ntfy", "")
    assert label("ntfys://ntfy.sh/secret") == ("ntfy", "ntfy.sh")


@given(st.text(max_size=60))
def test_anything_typed_gets_an_answer(text: str) -> None:
    for typed in (text, f"https://{text}", f"mailtos://{text}"):
        found = read_address(typed)
        assert not isinstance(found, str) or found.partition("://")[0] in ("https", "jsons", "mailtos", "ntfys", "forms", "gotifys", "pover", "tgram", "discord", "slack")  # fmt: skip
