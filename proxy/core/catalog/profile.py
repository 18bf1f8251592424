"""Profile: therapy settings, and in Loop's and Trio's documents the keys that let others push commands.

Sources: Nightscout 15.0.7 (profile editor, profilefunctions.js), NightscoutKit (Loop), Trio, AAPS. The editor writes
numbers as text ("0.8"): they are read as numbers. The keys of `store` are names that people wrote.
"""

from proxy.core.catalog.field import Table, read

SCHEDULES = ("sens", "carbratio", "basal", "target_low", "target_high")
"""The five daily schedules of a profile, all of one shape."""

_HIGHEST = {"sens": 1000, "carbratio": 1000, "basal": 100, "target_low": 1000, "target_high": 1000}

_SCHEDULE = """
store.*.@[].time            settings    clock
store.*.@[].timeAsSeconds   settings    number 0 86400 0
store.*.@[].value           settings    number 0 % 5
"""


def _schedule(name: str) -> str:
    return _SCHEDULE.replace("@", name).replace("%", str(_HIGHEST[name]))


PROFILE: Table = read(
    """
_id                    row         id
identifier             row         id
startDate              row         iso
created_at             row         iso
date                   row         ms
mills                  row         ms
isValid                row         bool

units                  settings    enum mg/dl|mg/dL|mmol|mmol/l|mmol/L
defaultProfile         settings    key
store.*.units          settings    enum mg/dl|mg/dL|mmol|mmol/l|mmol/L
store.*.startDate      settings    time
store.*.dia            settings    number 0 48 3
store.*.peak           settings    number 0 600 1
store.*.carbs_hr       settings    number 0 1000 3
store.*.carbs_hr_high  settings    number 0 1000 3
store.*.carbs_hr_medium settings   number 0 1000 3
store.*.carbs_hr_low   settings    number 0 1000 3
store.*.delay          settings    number 0 1440 3
store.*.delay_high     settings    number 0 1440 3
store.*.delay_medium   settings    number 0 1440 3
store.*.delay_low      settings    number 0 1440 3
store.*.perGIvalues    settings    bool

# Loop
loopSettings.dosingEnabled             settings  bool
loopSettings.dosingStrategy            settings  enum tempBasalOnly|automaticBolus
loopSettings.maximumBasalRatePerHour   settings  number 0 100 3
loopSettings.maximumBolus              settings  number 0 100 3
loopSettings.minimumBGGuard            settings  number 0 1000 3
loopSettings.preMealTargetRange[]      settings  number 0 1000 3
loopSettings.overridePresets[].duration                 settings  number 0 10000000000 3
loopSettings.overridePresets[].targetRange[]            settings  number 0 1000 3
loopSettings.overridePresets[].insulinNeedsScaleFactor  settings  number 0 10 3
loopSettings.scheduleOverride.duration                  settings  number 0 10000000000 3
loopSettings.scheduleOverride.targetRange[]             settings  number 0 1000 3
loopSettings.scheduleOverride.insulinNeedsScaleFactor   settings  number 0 10 3

# Trio
overridePresets[].duration             settings  number 0 10000000000 3
overridePresets[].targetRange[]        settings  number 0 1000 3
overridePresets[].insulinNeedsScaleFactor  settings  number 0 10 3
isAPNSProduction                       settings  bool
expirationDate                         identifier  time

# Names that people gave
loopSettings.overridePresets[].name    text      text
loopSettings.overridePresets[].symbol  text      text
loopSettings.scheduleOverride.name     text      text
loopSettings.scheduleOverride.symbol   text      text
overridePresets[].name                 text      text
overridePresets[].symbol               text      text

timezone               identifier  text
store.*.timezone       identifier  text
enteredBy              identifier  text
syncIdentifier         identifier  id
NSCLIENT_ID            identifier  id
utcOffset              identifier  number -1440 1440 0
app                    identifier  text
device                 identifier  text
subject                identifier  text
modifiedBy             identifier  text
srvCreated             identifier  ms
srvModified            identifier  ms
isReadOnly             identifier  bool

# With these, anyone who also has the push key can send a command to the loop.
loopSettings.deviceToken       secret  text
loopSettings.bundleIdentifier  secret  text
deviceToken                    secret  text
bundleIdentifier               secret  text
teamID                         secret  text
"""
    + "".join(map(_schedule, SCHEDULES))
)
