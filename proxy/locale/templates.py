"""What a template environment needs to speak the reader's language."""

from typing import Any

import jinja2

from proxy.locale.catalogues import SOURCE
from proxy.locale.figures import number
from proxy.locale.reader import Reader, as_before, read_by, reader, say, say_number


def speak(environment: jinja2.Environment) -> None:
    """Teach an environment: `_()` and `{% trans %}` for our own sentences, `|said` for words of ours in a variable.

    `_` marks what it gives as safe HTML, so that a sentence may hold tags of its template. `|said` does not: what is
    in no catalogue, such as a person's own text, comes out as it is and is escaped.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    environment.filters.update(said=say, number=number)
    environment.globals.update(reader=reader)


def in_source(template: jinja2.Template, **values: Any) -> str:
    """Render a page that is written in English only, as a whole, so that no two languages stand on it."""
    token = read_by(Reader(SOURCE, ""))
    try:
        return template.render(**values)
    finally:
        as_before(token)
