"""The catalogue: every field that we know of, with its kind of value and its privacy class.

A line of a table reads `path  class  kind`. Paths are dotted; `[]` after a name is an array, `[?]` an object or
an array of objects, `*` a map with keys that uploaders invent (they are renamed, never kept). Kinds:

    number LOW HIGH DECIMALS      bool      id      text
    ms (epoch milliseconds)       iso (text in ISO 8601)      time (either, written anew as it came)
    enum One|Two words|Three      (the values, separated by |)

Sources: Nightscout 15.0.7 and the uploaders named beside each table. A field that is not here is withheld.
"""

from proxy.core.catalog.field import CLASSES, Field, Kind, Table, read
from proxy.core.catalog.tables import COLLECTIONS

__all__ = ["CLASSES", "COLLECTIONS", "Field", "Kind", "Table", "read"]
