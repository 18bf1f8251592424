"""Bring the catalogues up to date with the pages: `python -m tests.languages extract`, then `… missing` lists what to write.

What was translated stays, new sentences come in empty, and those that no page shows any more are dropped.
"""

import sys
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from proxy.locale.catalogues import LANGUAGES, SOURCE, path_of
from tests.languages.sentences import collected

_HEADER = (
    "# The pages of Chaperone in another language. Sentences come from `python -m tests.languages extract`."
)
_KEPT = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-T")


def extract(language: str) -> None:
    """Bring one language's catalogue up to date."""
    path, sentences = path_of(language), collected()
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as source:
            known = read_po(source, locale=language)
    fresh = Catalog(locale=language, header_comment=_HEADER, fuzzy=False)
    for one in sentences:
        if one.id:
            before = known.get(one.id[0] if one.pluralizable else one.id)
            kept = before.string if before is not None and before.pluralizable == one.pluralizable else None
            fresh.add(
                one.id,
                kept or ("" if not one.pluralizable else ("", "")),
                locations=one.locations,
                flags=one.flags,
            )
    written = BytesIO()
    write_po(written, fresh, width=0, omit_header=False, include_lineno=False, ignore_obsolete=True)
    lines = written.getvalue().decode().splitlines()
    start = lines.index("")
    head = [
        line for line in lines[:start] if not line.startswith('"') or line[1:].startswith(("\\n", *_KEPT))
    ]
    lines = head + lines[start:]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def missing(language: str) -> list[str]:
    """List the sentences that have no translation."""
    with path_of(language).open("rb") as source:
        known = read_po(source, locale=language)
    return [str(one.id) for one in known if one.id and not all(_texts(one.string))]


def _texts(string: object) -> list[str]:
    return [str(each) for each in string] if isinstance(string, list | tuple) else [str(string or "")]


def main() -> None:
    """Run the command."""
    for language in LANGUAGES:
        if language != SOURCE:
            if sys.argv[1:] == ["extract"]:
                extract(language)
            for sentence in missing(language):
                print(f"{language}: {sentence}")  # noqa: T201 - a command of ours


if __name__ == "__main__":
    main()
