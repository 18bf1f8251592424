"""Activity: heart rate, steps and what a phone guesses of somebody's movements.

Sources: Nightscout 15.0.7 (data/dataloader.js), xDrip+.
"""

from proxy.core.catalog.field import Table, read

ACTIVITY: Table = read("""
_id                    row         id
identifier             row         id
type                   row         enum hr-bpm|steps-total|motion-class
created_at             row         iso
date                   row         ms
mills                  row         ms
timeStamp              row         time
timestamp              row         time
isValid                row         bool

heartrate              activity    number 0 400 1
bpm                    activity    number 0 400 1
accuracy               activity    number 0 100 1
steps                  activity    number 0 1000000 0
activitylevel          activity    enum sedentary|light|moderate|vigorous|walking|running|cycling|still|none|
class                  activity    text
duration               activity    number 0 10000000 3

notes                  text        text

device                 identifier  text
enteredBy              identifier  text
app                    identifier  text
utcOffset              identifier  number -1440 1440 0
sysTime                identifier  iso
""")
