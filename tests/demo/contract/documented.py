"""Fields that Nightscout and its uploaders are known to write, by collection (docs of 15.0.7, their own sources)."""

_SERVER = "_id identifier app subject modifiedBy srvCreated srvModified isValid isReadOnly date created_at utcOffset"
_ENTRIES = """type dateString sysTime sgv mbg direction trend trendRate isCalibration delta noise filtered unfiltered rssi
    scale slope intercept device glucose units transmitterID activationDate sessionStartDate"""
_TREATMENTS = """syncIdentifier uuid id NSCLIENT_ID fpuID eventType timestamp sysTime eventTime enteredBy userEnteredAt notes
    device glucose glucoseType units mgdl insulin insulinType insulinInjections programmed unabsorbed type isSMB isBasalInsulin
    bolusOrigin enteredinsulin splitNow splitExt relative automatic bolus preBolus carbs protein fat absorptionTime foodType rate
    absolute percent duration durationInMilliseconds durationType temp amount raw_rate raw_duration targetTop targetBottom
    correctionRange targetRange insulinNeedsScaleFactor reason reasonDisplay remoteAddress profile profileJson profilePlugin
    percentage timeshift CircadianPercentageProfile originalProfileName originalCustomizedName originalTimeshift
    originalPercentage originalDuration originalEnd boluscalc bolusCalculatorResult sensorCode transmitterId pumpId pumpType
    pumpSerial endId extendedEmulated location arrow mode autoForced reasons otp remoteCarbs remoteAbsorption remoteBolus
    isAnnouncement"""
_DEVICESTATUS = """device uploaderBattery uploader isCharging pump openaps loop override radioAdapter mmtune preferences
    configuration xdripjs"""
_PROFILE = "defaultProfile startDate mills units enteredBy timezone store loopSettings"
_FOOD = "type name category subcategory portion unit carbs fat protein energy gi hidden position hideafteruse foods portions"
_ACTIVITY = "heartrate steps activitylevel device notes"

DOCUMENTED = {
    "entries": {*_SERVER.split(), *_ENTRIES.split()},
    "treatments": {*_SERVER.split(), *_TREATMENTS.split()},
    "devicestatus": {*_SERVER.split(), *_DEVICESTATUS.split()},
    "profile": {*_SERVER.split(), *_PROFILE.split()},
    "food": {*_SERVER.split(), *_FOOD.split()},
    "activity": {*_SERVER.split(), *_ACTIVITY.split()},
}
# What somebody's script made up, so that a reader meets fields that nobody knows.
MADE_UP = {"ip", "photo", "mood", "weather"}
