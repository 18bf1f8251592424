"""Lists and notes in words."""

from proxy.report.facts import Shared
from proxy.report.words_lists import derived_note

UNCOUNTED = "Switches to another profile are not counted: after one, the total can be wrong."


def test_a_derived_total_says_that_hidden_switches_of_profile_are_not_counted() -> None:
    hidden = Shared(profile=False, switches=False, total_insulin=True)
    assert UNCOUNTED in derived_note(hidden)
    assert UNCOUNTED not in derived_note(Shared(profile=False, switches=True, total_insulin=True))


def test_where_nothing_is_derived_nothing_is_said() -> None:
    assert derived_note(Shared(profile=False, switches=False)) == ()
    assert derived_note(Shared(total_insulin=True)) == ()
