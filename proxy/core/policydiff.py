"""What a change of a policy reveals and hides, in plain words."""

from collections.abc import Iterable, Iterator, Sequence

from proxy.core.catalog import COLLECTIONS
from proxy.core.policy import DETAILS, IDENTITIES, ZONES, Policy, Shown, fields_of_class

_NOTHING = Shown(frozenset(), None)
_LISTED = 8
_ZONE_WORDS = {"site": "the time zone", "offset": "the offset from UTC"}


def diff(old: Policy, new: Policy) -> list[str]:
    """Say what `new` reveals that `old` withheld, then what it hides, then what else it changes.

    Each line begins with "Reveals: ", "Hides: " or "Changes: ". An empty list means that both show the same.
    """
    return [
        *(f"Reveals: {line}" for line in _more(old, new)),
        *(f"Hides: {line}" for line in _more(new, old)),
        *(f"Changes: {line}" for line in _other(old, new)),
    ]


def _more(less: Policy, more: Policy) -> Iterator[str]:
    """Say what `more` shows that `less` does not."""
    for collection in COLLECTIONS:
        if collection in more.collections:
            before = less.collections.get(collection)
            yield from _more_of(collection, before, more.collections[collection])
    if more.window > less.window:
        yield f"days {less.window + 1} to {more.window} before the visit"
    if DETAILS.index(more.detail) < DETAILS.index(less.detail):
        yield f"figures finer than {less.detail}: {more.detail}"
    if more.live and not less.live:
        yield "what happens during the visit, as it happens"
    if more.pages and not less.pages:
        yield "Nightscout's own pages"
    if ZONES.index(more.timezone) < ZONES.index(less.timezone):
        yield _ZONE_WORDS[more.timezone]
    if IDENTITIES.index(more.identity) > IDENTITIES.index(less.identity):
        yield f"who it is: {more.identity}"
    yield from _words("files to keep", less.exports, more.exports)
    yield from _words("figures that we work out from what is not shared", less.derive, more.derive)


def _words(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    added = [word for word in after if word not in before]
    if added:
        yield f"{what}: {', '.join(added)}"


def _more_of(collection: str, before: Shown | None, after: Shown) -> Iterator[str]:
    if before is None:
        yield f"rows of {collection}, with their ids and times"
    old = before or _NOTHING
    yield from _words(f"{collection} of type", old.types or (), after.types or ())
    for privacy, paths in _by_class(collection, after.fields - old.fields):
        whole = fields_of_class(COLLECTIONS[collection], privacy)
        added = whole - old.fields if whole <= after.fields else frozenset()
        if added:
            which = "all" if added == whole else "the other"
            yield f"{collection}, class {privacy}: {which} {len(added)} fields"
        listed = [path for path in paths if path not in added]
        if listed and privacy != "row":
            yield f"{collection}, class {privacy}: {_list(listed)}"


def _by_class(collection: str, added: Iterable[str]) -> list[tuple[str, list[str]]]:
    classes: dict[str, list[str]] = {}
    for path in sorted(added):
        classes.setdefault(COLLECTIONS[collection][path].privacy, []).append(path)
    return sorted(classes.items())


def _list(paths: Sequence[str]) -> str:
    rest = len(paths) - _LISTED
    return ", ".join(paths[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _other(old: Policy, new: Policy) -> Iterator[str]:
    """Say what is neither shown nor hidden by it."""
    for what, before, after in (("the name", old.name, new.name), ("the title", old.title, new.title)):
        if before != after:
            yield f'{what}: "{after}" instead of "{before}"'
    if old.may_ask != new.may_ask:
        yield f"what the clinician may ask for: {', '.join(new.may_ask) or 'nothing'}"
