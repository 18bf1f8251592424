"""Lists and notes in words."""

from proxy.report.facts import Shared
from proxy.report.words_lists import derived_note


def test_a_derived_total_says_what_it_is_computed_with_and_does_not_show() -> None:
    for switches in (True, False):
        hidden = Shared(profile=False, switches=switches, total_insulin=True)
        assert derived_note(hidden) == ("Computed with basal rates that are not shown themselves.",)
    told = derived_note(Shared(switches=False, total_insulin=True))
    assert told == ("Computed with switches to other profiles that are not shown themselves.",)


def test_where_nothing_is_derived_nothing_is_said() -> None:
    assert derived_note(Shared(profile=False, switches=False)) == ()
    assert derived_note(Shared(total_insulin=True)) == ()
