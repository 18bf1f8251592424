"""What a template environment needs to speak the reader's language."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.core.adjusted import title_said
from proxy.core.days import day_said
from proxy.locale.figures import number
from proxy.locale.reader import reader, say, say_number

if TYPE_CHECKING:
    import jinja2


class Templates:
    """Renders the templates of a folder: escaped, strict, and in the reader's language. Made when first used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> "jinja2.Template":
        """Give a template, compiled. Raises jinja2.TemplateNotFound."""
        return self._environment.get_template(name)

    def names(self) -> list[str]:
        """List the templates."""
        return self._environment.list_templates()

    @cached_property
    def _environment(self) -> "jinja2.Environment":
        import jinja2  # noqa: PLC0415 - a server is ready before anybody asks for a page

        found = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        speak(found)
        return found


def speak(taught: "jinja2.Environment") -> None:
    """Teach an environment: `_()` and `{% trans %}` for our own sentences, `|said` for words of ours in a variable.

    `|titled` is for the title of a policy, adjusted or not; `|day` for an ISO day.

    `_` marks what it gives as safe HTML, so that a sentence may hold tags of its template. `|said` does not: what is
    in no catalogue, such as a person's own text, comes out as it is and is escaped.
    """
    taught.add_extension("jinja2.ext.i18n")
    taught.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    taught.filters.update(said=say, titled=title_said, number=number, day=day_said)
    taught.globals.update(reader=reader)
