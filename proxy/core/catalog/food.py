"""Food: the family's own list of foods and quick picks, whose names people wrote.

Source: Nightscout 15.0.7 (food editor, server/food.js), which writes `hidden` as text.
"""

from proxy.core.catalog.field import Table, read

FOOD: Table = read("""
_id                    row         id
identifier             row         id
type                   row         enum food|quickpick
created_at             row         iso
date                   row         ms
isValid                row         bool

carbs                  carbs       number 0 10000 3
fat                    carbs       number 0 10000 3
protein                carbs       number 0 10000 3
energy                 carbs       number 0 100000 3
gi                     carbs       number 0 100 0
portion                carbs       number 0 100000 3
unit                   carbs       enum g|ml|pcs|oz
hidden                 carbs       enum true|false
hideafteruse           carbs       bool
position               carbs       number 0 1000000000 0
foods[].type           carbs       enum food|quickpick
foods[].carbs          carbs       number 0 10000 3
foods[].fat            carbs       number 0 10000 3
foods[].protein        carbs       number 0 10000 3
foods[].energy         carbs       number 0 100000 3
foods[].gi             carbs       number 0 100 0
foods[].portion        carbs       number 0 100000 3
foods[].portions       carbs       number 0 10000 3
foods[].unit           carbs       enum g|ml|pcs|oz

name                   text        text
category               text        text
subcategory            text        text
foods[].name           text        text
foods[].category       text        text
foods[].subcategory    text        text

foods[]._id            identifier  id
utcOffset              identifier  number -1440 1440 0
app                    identifier  text
subject                identifier  text
modifiedBy             identifier  text
srvCreated             identifier  ms
srvModified            identifier  ms
isReadOnly             identifier  bool
""")
