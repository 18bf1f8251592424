"""Treatments: doses, meals, events, and the words that people write to one another.

Sources: Nightscout 15.0.7 (plugins/careportal.js, openaps.js, loop.js, client/boluscalc.js), AAPS (nssdk RemoteTreatment),
NightscoutKit (Loop), Trio, oref0, xDrip+, tconnectsync. A type that is not in the list is withheld with its row.
"""

from proxy.core.catalog.field import Table, read

TREATMENTS: Table = read("""
_id                     row         id
identifier              row         id
eventType               row         enum <none>|BG Check|Snack Bolus|Meal Bolus|Correction Bolus|Carb Correction|Combo Bolus|Bolus Wizard|Bolus|SMB|External Insulin|Temp Basal|Temp Basal Start|Temp Basal End|Suspend Pump|Resume Pump|Basal Suspension|Basal Resume|Site Change|Insulin Change|Pump Battery Change|Sensor Start|Sensor Change|Sensor Stop|Calibration|Mbg|Exercise|Sleep|Temporary Target|Temporary Target Cancel|Temporary Override|Temporary Override Cancel|Profile Switch|OpenAPS Offline|Remote Carbs Entry|Remote Bolus Entry|Announcement|Note|Question|D.A.D. Alert|SettingsExport|Settings Export
created_at              row         iso
date                    row         ms
mills                   row         ms
endmills                row         ms
timestamp               row         time
eventTime               row         time
# AAPS writes an open end as a very long duration.
duration                row         number 0 10000000 5
durationInMilliseconds  row         number 0 1000000000000 0
durationType            row         enum indefinite|
isValid                 row         bool

glucose                 glucose     number 0 1000 2
glucoseType             glucose     enum Finger|Sensor|Manual|Meter|finger|sensor|manual|meter|
units                   glucose     enum mg/dl|mg/dL|mmol|mmol/l|mmol/L|

insulin                 insulin     number 0 200 5
enteredinsulin          insulin     number 0 200 5
programmed              insulin     number 0 200 5
unabsorbed              insulin     number 0 200 5
amount                  insulin     number 0 500 5
rate                    insulin     number 0 200 5
absolute                insulin     number 0 200 5
percent                 insulin     number -100 1000 3
relative                insulin     number 0 200 5
splitNow                insulin     number 0 100 3
splitExt                insulin     number 0 100 3
temp                    insulin     enum absolute|percent|percentage
type                    insulin     enum NORMAL|SMB|PRIMING|FAKE_EXTENDED|SUPERBOLUS|EMULATED_PUMP_SUSPEND|PUMP_SUSPEND|normal|square|dual|dual/square
isSMB                   insulin     bool
isBasalInsulin          insulin     bool
isEmulatingTempBasal    insulin     bool
automatic               insulin     bool
remoteBolus             insulin     number 0 200 5
insulinType             insulin     enum Novolog|NovoLog|Humalog|Apidra|Fiasp|Lyumjev|Afrezza|
insulinInjections       insulin     text
bolusOrigin             insulin     text
bolus.amount            insulin     number 0 200 5
bolus.programmed        insulin     number 0 200 5
bolus.unabsorbed        insulin     number 0 200 5
bolus.duration          insulin     number 0 10000000 5
bolus.timestamp         insulin     time
raw_rate.rate           insulin     number 0 500 5
raw_rate.temp           insulin     enum absolute|percent|percentage
raw_rate.timestamp      insulin     time
raw_duration.timestamp  insulin     time
extendedEmulated.created_at      insulin  iso
extendedEmulated.duration        insulin  number 0 10000000 5
extendedEmulated.durationInMilliseconds  insulin  number 0 1000000000000 0
extendedEmulated.insulin         insulin  number 0 200 5
extendedEmulated.enteredinsulin  insulin  number 0 200 5
extendedEmulated.relative        insulin  number 0 200 5
extendedEmulated.splitNow        insulin  number 0 100 3
extendedEmulated.splitExt        insulin  number 0 100 3
extendedEmulated.isEmulatingTempBasal  insulin  bool

carbs                   carbs       number 0 2000 3
protein                 carbs       number 0 2000 3
fat                     carbs       number 0 2000 3
absorptionTime          carbs       number 0 100000 3
preBolus                carbs       number -1440 1440 3
remoteCarbs             carbs       number 0 2000 3
remoteAbsorption        carbs       number 0 100000 3

mode                    loop        enum OPEN_LOOP|CLOSED_LOOP|CLOSED_LOOP_LGS|DISABLED_LOOP|SUPER_BOLUS|DISCONNECTED_PUMP|SUSPENDED_BY_PUMP|SUSPENDED_BY_USER|SUSPENDED_BY_DST|RESUME
autoForced              loop        bool

targetTop               settings    number 0 1000 3
targetBottom            settings    number 0 1000 3
correctionRange[]       settings    number 0 1000 3
targetRange.minValue    settings    number 0 1000 3
targetRange.maxValue    settings    number 0 1000 3
insulinNeedsScaleFactor settings    number 0 10 3
percentage              settings    number 0 1000 3
timeshift               settings    number -100000000 100000000 3
CircadianPercentageProfile  settings  bool
originalPercentage      settings    number 0 1000 3
originalTimeshift       settings    number -100000000 100000000 3
originalDuration        settings    number 0 1000000000000 0
originalEnd             settings    ms
# The names of profiles, and whole profiles and calculations written into one text
profile                 settings    text
originalProfileName     settings    text
originalCustomizedName  settings    text
cuttedby                settings    text
cutting                 settings    text
profilePlugin           settings    text
profileJson             settings    text
bolusCalculatorResult   settings    text
boluscalc.profile       settings    text
boluscalc.eventTime     settings    time
boluscalc.targetBGLow   settings    number 0 1000 3
boluscalc.targetBGHigh  settings    number 0 1000 3
boluscalc.isf           settings    number 0 1000 3
boluscalc.ic            settings    number 0 1000 3
boluscalc.iob           settings    number -200 200 5
boluscalc.iobused       settings    bool
boluscalc.cob           settings    number 0 2000 3
boluscalc.cobused       settings    bool
boluscalc.insulincob    settings    number -200 200 5
boluscalc.bg            settings    number 0 1000 3
boluscalc.bgdiff        settings    number -1000 1000 3
boluscalc.bgused        settings    bool
boluscalc.insulinbg     settings    number -200 200 5
boluscalc.insulinbgused settings    bool
boluscalc.carbs         settings    number 0 2000 3
boluscalc.carbsused     settings    bool
boluscalc.gi            settings    number 0 100 3
boluscalc.insulincarbs  settings    number -200 200 5
boluscalc.othercorrection    settings  number -200 200 5
boluscalc.roundingcorrection settings  number -200 200 5
boluscalc.insulin       settings    number -200 200 5
boluscalc.insulintrend  settings    number -200 200 5
boluscalc.insulinsuperbolus  settings  number -200 200 5
boluscalc.foods[].carbs     settings  number 0 10000 3
boluscalc.foods[].gi        settings  number 0 100 3
boluscalc.foods[].portion   settings  number 0 100000 3
boluscalc.foods[].portions  settings  number 0 10000 3
boluscalc.foods[].unit      settings  enum g|ml|pcs|oz

notes                   text        text
reason                  text        text
reasonDisplay           text        text
reasons                 text        text
foodType                text        text
location                text        text
arrow                   text        text
photo                   text        text
boluscalc.notes         text        text
boluscalc.foods[].name  text        text
boluscalc.foods[].category     text  text
boluscalc.foods[].subcategory  text  text
extendedEmulated.notes  text        text

isAnnouncement          chat        bool

enteredBy               identifier  text
created_by              identifier  text
app                     identifier  text
device                  identifier  text
subject                 identifier  text
modifiedBy              identifier  text
srvCreated              identifier  ms
srvModified             identifier  ms
isReadOnly              identifier  bool
userEnteredAt           identifier  time
userLastModifiedAt      identifier  time
sysTime                 identifier  iso
utcOffset               identifier  number -1440 1440 0
syncIdentifier          identifier  id
uuid                    identifier  id
id                      identifier  id
NSCLIENT_ID             identifier  id
fpuID                   identifier  id
bolus.id                identifier  id
raw_rate.id             identifier  id
raw_duration.id         identifier  id
pumpId                  identifier  number 0 9000000000000000 0
endId                   identifier  number 0 9000000000000000 0
pumpType                identifier  text
pumpSerial              identifier  text
transmitterId           identifier  text
sensorCode              identifier  text
ip                      identifier  text
boluscalc.foods[]._id   identifier  id
extendedEmulated._id    identifier  id
extendedEmulated.pumpId      identifier  number 0 9000000000000000 0
extendedEmulated.pumpSerial  identifier  text
extendedEmulated.enteredBy   identifier  text

otp                     secret      text
remoteAddress           secret      text
""")
