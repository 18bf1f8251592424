"""A ticket: good for one session and fifteen minutes, and of no other form than its own."""

import pytest

from proxy.core.ticket import LIFE, fits, is_ticket, new_ticket, ticket_key

KEY = ticket_key(b"e" * 32)
NOW = 1_795_435_200_000
TICKET = new_ticket(KEY, "session-1", now=NOW).text


def test_a_ticket_fits_its_session_until_it_is_too_old() -> None:
    assert fits(KEY, "session-1", TICKET, now=NOW)
    assert fits(KEY, "session-1", TICKET, now=NOW + LIFE - 1)
    assert not fits(KEY, "session-1", TICKET, now=NOW + LIFE)


@pytest.mark.parametrize("session", ["session-2", "", "session-1\0"])
def test_a_ticket_fits_no_other_session(session: str) -> None:
    assert not fits(KEY, session, TICKET, now=NOW)


def test_a_ticket_fits_no_other_installation() -> None:
    assert not fits(ticket_key(b"f" * 32), "session-1", TICKET, now=NOW)


def test_a_later_end_can_not_be_written_into_a_ticket() -> None:
    _, ends, seal = TICKET.split(".")
    assert not fits(KEY, "session-1", f"ticket.{int(ends) + 1}.{seal}", now=NOW)


@pytest.mark.parametrize(
    "text", ["", "ticket", "ticket.1.00", TICKET + "0", TICKET.upper(), "eyJ.eyJ.x", TICKET + "\n"]
)
def test_only_the_exact_form_is_a_ticket(text: str) -> None:
    assert not is_ticket(text)
    assert not fits(KEY, "session-1", text, now=NOW)


def test_a_page_asks_for_the_next_ticket_before_this_one_is_too_old() -> None:
    told = new_ticket(KEY, "session-1", now=NOW)
    asks_at = told.told_end - 15 * 60_000
    assert NOW < asks_at < NOW + LIFE
