"""Entries: what a sensor or meter measured.

Sources: Nightscout 15.0.7 (server/entries.js, data/dataloader.js), xDrip+, xDrip4iOS, NightscoutKit (Loop), Trio, AAPS,
share and connect bridges. Loop writes `date`, `sgv` and `mbg` with fractions.
"""

from proxy.core.catalog.field import Table, read

ENTRIES: Table = read("""
_id                    row         id
identifier             row         id
type                   row         enum sgv|mbg|cal
date                   row         ms
dateString             row         iso
mills                  row         ms
created_at             row         iso
isValid                row         bool

# Numbers are wide on purpose: below 39 are a sensor's error codes, raw counts reach a million.
sgv                    glucose     number 0 1000 1
mbg                    glucose     number 0 1000 1
mgdl                   glucose     number 0 1000 1
glucose                glucose     number 0 1000 1
units                  glucose     enum mg/dl|mg/dL|mmol|mmol/l|mmol/L
direction              glucose     enum NONE|Flat|FortyFiveUp|FortyFiveDown|SingleUp|SingleDown|DoubleUp|DoubleDown|TripleUp|TripleDown|NOT COMPUTABLE|RATE OUT OF RANGE|NOT_COMPUTABLE|OUT_OF_RANGE|NotComputable|RateOutOfRange|
trend                  glucose     number 0 100 0
trendRate              glucose     number -100 100 3
delta                  glucose     number -1000 1000 3
isCalibration          glucose     bool
noise                  glucose     number 0 100 0
filtered               glucose     number 0 10000000 3
unfiltered             glucose     number 0 10000000 3
rssi                   glucose     number -1000 1000 0
slope                  glucose     number -10000000 10000000 6
intercept              glucose     number -10000000 10000000 6
scale                  glucose     number -10000000 10000000 6
sensorMgdlAtPairing    glucose     number 0 1000 1

activationDate         device      time
sessionStartDate       device      time

# What tells who, where or with which device; server times tell when rows that are hidden were written.
sysTime                identifier  iso
utcOffset              identifier  number -1440 1440 0
device                 identifier  text
transmitterID          identifier  text
app                    identifier  text
subject                identifier  text
modifiedBy             identifier  text
srvCreated             identifier  ms
srvModified            identifier  ms
isReadOnly             identifier  bool
""")
