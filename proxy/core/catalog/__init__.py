"""The catalogue: every field that we know of, with its kind of value and its privacy class.

A line of a table reads `path  class  kind`. Paths are dotted; `[]` after a name is an array, `[?]` an object or
an array of objects, `*` a map with keys that uploaders invent (they are renamed, never kept). Kinds:

    number LOW HIGH DECIMALS      bool      id      text
    ms (epoch milliseconds)       iso (text in ISO 8601)      time (either, written anew as it came)
    clock (a time of day, HH:MM or HH:MM:SS)
    key (one of the keys of the map beside it: written as that key is renamed, so that its words don't leave)
    enum One|Two words|Three      (the values, separated by |; an end with | allows the empty text)

Classes are in field.py. A field of kind text leaves only if a policy names its own path, whatever its class.

Sources: Nightscout 15.0.7 and the uploaders named beside each table. A field that is not here is withheld.
"""

from proxy.core.catalog.field import CLASSES, Field, Kind, Table, read
from proxy.core.catalog.tables import COLLECTIONS

__all__ = ["CLASSES", "COLLECTIONS", "Field", "Kind", "Table", "read"]
