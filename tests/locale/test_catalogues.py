"""Every sentence of the pages is in every catalogue, with the same values and no other HTML."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from proxy.locale.catalogues import LANGUAGES, SOURCE, catalogue, path_of
from proxy.locale.reader import Reader, as_before, read_by, say
from tests.languages.sentences import collected, modules, templates

OTHERS = [language for language in LANGUAGES if language != SOURCE]
_VALUE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
_TAG = re.compile(r"<[^>]*>")


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as source:
        return read_po(source, locale=language)


def forms(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (str(value or ""),)


def every(catalog: Catalog) -> list[Message]:
    return [one for one in catalog if one.id]


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    translated = {forms(one.id): one for one in every(read(language)) if all(forms(one.string))}
    assert [one.id for one in every(collected()) if forms(one.id) not in translated] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language: str) -> None:
    known = {forms(one.id) for one in every(collected())}
    catalog = read(language)
    assert [one.id for one in every(catalog) if forms(one.id) not in known] == []
    assert not catalog.obsolete
    assert [one.id for one in every(catalog) if one.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_holds_the_same_values(language: str) -> None:
    for one in every(read(language)):
        wanted = set(_VALUE.findall(forms(one.id)[-1]))
        # The form for one may say the number as a word.
        assert set(_VALUE.findall(forms(one.string)[-1])) == wanted, one.id
        assert all(set(_VALUE.findall(form)) <= wanted for form in forms(one.string)), one.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_holds_no_html_but_that_of_its_sentence(language: str) -> None:
    for one in every(read(language)):
        wanted = Counter(_TAG.findall(forms(one.id)[-1]))
        assert all(Counter(_TAG.findall(form)) == wanted for form in forms(one.string)), one.id
        if not wanted:
            assert not [form for form in forms(one.string) if set(form) & set("<>&")], one.id


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_with_a_number_has_all_its_forms(language: str) -> None:
    catalog = read(language)
    for one in every(catalog):
        assert len(forms(one.string)) == (catalog.num_plurals if one.pluralizable else 1), one.id


def test_a_template_says_nothing_but_by_the_catalogues() -> None:
    unmarked = {}
    for path in templates():
        # What is left after taking out all that is worked out, and all tags, are bare words.
        text = re.sub(
            r"\{% trans.*?\{% endtrans %\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
            " ",
            path.read_text("utf-8"),
            flags=re.DOTALL,
        )
        spoken = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*[A-Za-z]{3}[^"]*)"', text)
        bare = re.findall(
            r"[A-Za-z]{3,}",
            re.sub(r"<code>.*?</code>| class=\"\w+\"|<[^>]*>|&#?\w+;", " ", text, flags=re.DOTALL),
        )
        found = [word for word in (*bare, *spoken) if word not in {"Chaperone", "nbsp", "UTC"}]
        if found:
            unmarked[path.name] = found
    assert unmarked == {}


def test_the_number_stands_first_in_a_sentence_that_has_forms_for_it() -> None:
    # A template takes the first value for the number; in English any other would pass for "many".
    first = re.compile(r"\{% trans (\w+)=(?:(?!endtrans).)*?\{% pluralize %\}", re.DOTALL)
    named = {name for path in templates() for name in first.findall(path.read_text("utf-8"))}
    assert named == {"count", "left"}


def test_no_sentence_hides_inside_a_formatted_string() -> None:
    # There the extraction can't see it.
    hidden = [
        path.name for path in modules() if re.search(r"\{say(?:_number)?\(f?['\"]", path.read_text("utf-8"))
    ]
    assert hidden == []


def test_what_no_catalogue_has_comes_out_as_it_is() -> None:
    token = read_by(Reader("de"))
    try:
        assert say("Share for a visit") == "Für einen Termin teilen"
        assert say("Dr. Ada <b>") == "Dr. Ada <b>"
        assert say("") == ""
    finally:
        as_before(token)


def test_the_source_needs_no_catalogue() -> None:
    assert catalogue(SOURCE).gettext("Share") == "Share"
