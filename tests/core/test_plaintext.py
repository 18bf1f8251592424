"""Words as they are kept: letters stay, what nobody can see goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.plaintext import plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  flu\t3-6 March \n", "flu 3-6 March"),
        ("line one\r\nline two\u2028three", "line one line two three"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u2066abc\u2069\u200f\ufeff", "abc"),
        ("nul\x00 bell\x07 del\x7f c1\x9b", "nul bell del c1"),
        ("half \ud83d gone", "half gone"),
        ("Cafe\u0301", "Café"),
        ("<b>5 < 6 & \"x\" 'y' `z`</b>", "<b>5 < 6 & \"x\" 'y' `z`</b>"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0645 👩\u200d👧",
            "\u0645\u06cc\u200c\u062e\u0648\u0645 👩\u200d👧",
        ),
        ("\u2003\u00a0", ""),
    ],
)
def test_what_can_be_seen_stays_as_it_was_typed_and_the_rest_goes(typed: str, kept: str) -> None:
    assert plain(typed) == kept


@given(st.text())
def test_plain_words_are_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert "\n" not in plain(text)
