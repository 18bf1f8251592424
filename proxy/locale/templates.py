"""What a template environment needs to speak the reader's language."""

from pathlib import Path

import jinja2

from proxy.core.adjusted import title_said
from proxy.core.days import day_said
from proxy.locale.figures import number
from proxy.locale.reader import reader, say, say_number


def environment(folder: Path) -> jinja2.Environment:
    """Give what renders the templates of a folder: escaped, strict, and in the reader's language."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speak(found)
    return found


def speak(taught: jinja2.Environment) -> None:
    """Teach an environment: `_()` and `{% trans %}` for our own sentences, `|said` for words of ours in a variable.

    `|titled` is for the title of a policy, adjusted or not; `|day` for an ISO day.

    `_` marks what it gives as safe HTML, so that a sentence may hold tags of its template. `|said` does not: what is
    in no catalogue, such as a person's own text, comes out as it is and is escaped.
    """
    taught.add_extension("jinja2.ext.i18n")
    taught.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    taught.filters.update(said=say, titled=title_said, number=number, day=day_said)
    taught.globals.update(reader=reader)
