"""What a change of a policy reveals and hides, in plain words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from proxy.core import diffterms as terms
from proxy.core.catalog import COLLECTIONS
from proxy.core.policy import DETAILS, IDENTITIES, ZONES, Policy, Shown, fields_of_class

_NOTHING = Shown(frozenset(), None)
_LISTED = 8
_ZONE_WORDS = {"site": terms.ZONE, "offset": terms.OFFSET}


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
        yield terms.DAYS % {"first": less.window + 1, "last": more.window}
    if DETAILS.index(more.detail) < DETAILS.index(less.detail):
        yield terms.FINER % {"coarse": less.detail, "fine": more.detail}
    if more.live and not less.live:
        yield terms.LIVE
    if more.pages and not less.pages:
        yield terms.PAGES
    if ZONES.index(more.timezone) < ZONES.index(less.timezone):
        yield _ZONE_WORDS[more.timezone]
    if IDENTITIES.index(more.identity) > IDENTITIES.index(less.identity):
        yield terms.WHO % {"identity": more.identity}
    yield from _words(terms.FILES, less.exports, more.exports)
    yield from _words(terms.DERIVED, less.derive, more.derive)


def _words(sentence: str, before: Sequence[str], after: Sequence[str], **values: str) -> Iterator[str]:
    added = [word for word in after if word not in before]
    if added:
        yield sentence % {"words": ", ".join(added), **values}


def _more_of(collection: str, before: Shown | None, after: Shown) -> Iterator[str]:
    if before is None:
        yield terms.ROWS % {"collection": collection}
    old = before or _NOTHING
    yield from _words(terms.TYPES, old.types or (), after.types or (), collection=collection)
    for privacy, paths in _by_class(collection, after.fields - old.fields):
        whole = fields_of_class(COLLECTIONS[collection], privacy)
        added = whole - old.fields if whole <= after.fields else frozenset()
        about = {"collection": collection, "privacy": privacy}
        if added:
            yield _fields(len(added), whole=added == whole) % {**about, "count": len(added)}
        listed = [path for path in paths if path not in added]
        if listed and privacy != "row":
            yield _listed(listed, about)


def _fields(count: int, *, whole: bool) -> str:
    if whole:
        return terms.THE_FIELD if count == 1 else terms.ALL_FIELDS
    return terms.OTHER_FIELD if count == 1 else terms.OTHER_FIELDS


def _by_class(collection: str, added: Iterable[str]) -> list[tuple[str, list[str]]]:
    classes: dict[str, list[str]] = {}
    for path in sorted(added):
        classes.setdefault(COLLECTIONS[collection][path].privacy, []).append(path)
    return sorted(classes.items())


def _listed(paths: Sequence[str], about: Mapping[str, str]) -> str:
    rest = len(paths) - _LISTED
    values = {**about, "words": ", ".join(paths[:_LISTED]), "count": rest}
    return (terms.SOME_AND_MORE if rest > 0 else terms.SOME) % values


def _other(old: Policy, new: Policy) -> Iterator[str]:
    """Say what is neither shown nor hidden by it."""
    for what, before, after in (("the name", old.name, new.name), ("the title", old.title, new.title)):
        if before != after:
            yield f'{what}: "{after}" instead of "{before}"'
    if old.may_ask != new.may_ask:
        yield f"what the clinician may ask for: {', '.join(new.may_ask) or 'nothing'}"
