"""Device status: what pumps, loops and phones say of themselves.

Sources: Nightscout 15.0.7 (plugins pump, openaps, loop, upbat, xdripjs), AAPS (RemoteDeviceStatus, RT, PumpType),
NightscoutKit (Loop), Trio, oref0, xdrip-js. Times inside a block have the class of their block, so that whoever is shown a
figure is shown when it was. What Nightscout's server adds to frames (`data`, `moment`, `clockMills`) is not here.
"""

from proxy.core.catalog.field import Table, read

_DECISION = """
@.bg                    glucose   number 0 1000 3
@.IOB                   insulin   number -200 200 5
@.COB                   carbs     number 0 2000 3
@.reservoir             device    number 0 1000 3
@.deliverAt             loop      time
@.tick                  loop      enum TICKS
@.eventualBG            loop      number -10000 10000 3
@.snoozeBG              loop      number -10000 10000 3
@.minPredBG             loop      number -10000 10000 3
@.minGuardBG            loop      number -10000 10000 3
@.predBGs.IOB[]         loop      number -10000 10000 3
@.predBGs.ZT[]          loop      number -10000 10000 3
@.predBGs.COB[]         loop      number -10000 10000 3
@.predBGs.aCOB[]        loop      number -10000 10000 3
@.predBGs.UAM[]         loop      number -10000 10000 3
@.minDelta              loop      number -1000 1000 3
@.expectedDelta         loop      number -1000 1000 3
@.insulinReq            loop      number -200 200 5
@.insulinForManualBolus loop      number -200 200 5
@.manualBolusErrorString loop     number 0 100 0
@.carbsReq              loop      number 0 2000 3
@.carbsReqWithin        loop      number 0 1440 3
@.sensitivityRatio      loop      number 0 10 5
@.algorithm             loop      enum AMA|SMB|AUTO_ISF|UNKNOWN
@.insulin.TDD           insulin   number 0 1000 5
@.insulin.bolus         insulin   number 0 1000 5
@.insulin.temp_basal    insulin   number -1000 1000 5
@.insulin.scheduled_basal settings number 0 1000 5
@.TDD                   insulin   number 0 1000 5
@.runningDynamicIsf     settings  bool
@.variable_sens         settings  number 0 1000 5
@.ISF                   settings  number 0 1000 5
@.CR                    settings  number 0 1000 5
@.targetBG              settings  number 0 1000 5
@.target_bg             settings  number 0 1000 5
@.current_target        settings  number 0 1000 5
@.threshold             settings  number 0 1000 5
# In words, with all settings spelt out
@.reason                settings  text
@.consoleLog[]          settings  text
@.consoleError[]        settings  text
@.id                    identifier id
"""

# A change in mg/dl with its sign, written as text.
_TICKS = "|".join(f"{change:+d}" for change in range(-99, 100))

_DOSE = """
@.timestamp             %  time
@.mills                 %  ms
@.rate                  %  number 0 200 5
@.duration              %  number 0 10000000 5
@.units                 %  number 0 200 5
@.temp                  %  enum absolute|percent
@.received              %  bool
@.recieved              %  bool
"""


def _decision(path: str, dose: str) -> str:
    """Give a block's lines: a suggestion's dose is the loop's thought, an enacted one is insulin."""
    lines = _DECISION.replace("TICKS", _TICKS)
    return (lines + _DOSE.replace("%", dose)).replace("@", path)


DEVICESTATUS: Table = read(
    """
_id                     row         id
identifier              row         id
created_at              row         iso
date                    row         ms
mills                   row         ms
isValid                 row         bool

uploaderBattery         device      number -1 200 1
isCharging              device      bool
uploader.battery        device      number -1 200 1
uploader.batteryVoltage device      number 0 10000 3
uploader.temperature    device      number -60 200 3
uploader.timestamp      device      time
uploader.type           device      enum PHONE|WATCH|BRIDGE|RIG|LIMITTER|phone|watch|bridge|rig

pump.clock              device      time
pump.reservoir          device      number 0 1000 3
pump.reservoir_level_override  device  number -3 2 0
pump.reservoir_display_override  device  text
pump.battery.percent    device      number -1 200 1
pump.battery.voltage    device      number 0 10000 3
pump.battery.status     device      enum normal|low|critical|unknown
pump.battery.string     device      enum normal|low|critical|unknown
pump.battery.display    device      enum percent|voltage
pump.status.status      device      enum normal|suspended|bolusing|status|error|no active profile
pump.status.bolusing    device      bool
pump.status.suspended   device      bool
pump.status.timestamp   device      time
pump.suspended          device      bool
pump.bolusing           device      bool
pump.bolusIncrement     device      number 0 10 5
pump.manufacturer       device      enum AAPS|Animas|Cellnovo|Eoflow|Equil|G2e|Insulet|Medtronic|Medtrum|Roche|SOOIL|Sooil|Tandem|Ypsomed|Abbott|Minimed
pump.model              device      enum VirtualPump|Cellnovo|Combo|Spirit|Insight|Solo|Vibe|Ping|DanaR|DanaRKorean|DanaRS|DanaRSKorean|DanaI|DanaRv2|Eros|Dash|OMNIPOD_EROS|OMNIPOD_DASH|512|522|523|551|554|712|715|722|723|751|754|512/712|515/715|522/722|523/723 (Revel)|554/754 (Veo)|640G|t:slim|t:flex|t:slim G4|t:slim X2|Ypsopump|MDI|DiaconnG8|Eopatch|Nano|300U|Equil|508|511|711|530|730|540|740|DASH|Dana|DanaR old|DanaR Korean|DanaR v2|DanaRS v3|DanaRS Korean|Dana-i (BLE4.2)|Dana-i (BLE5)|Dana-i (BLE5, Korean)|MD0201|MD8201|MD0202|MD5202|MD8301
pump.iob.iob            insulin     number -200 200 5
pump.iob.bolusiob       insulin     number -200 200 5
pump.iob.basaliob       insulin     number -200 200 5
pump.iob.timestamp      insulin     time
pump.extended.LastBolusAmount        insulin  number 0 200 5
pump.extended.LastBolus              insulin  text
pump.extended.TempBasalAbsoluteRate  insulin  number 0 200 5
pump.extended.TempBasalPercent       insulin  number 0 1000 3
pump.extended.TempBasalRemaining     insulin  number 0 10000000 3
pump.extended.TempBasalStart         insulin  text
pump.extended.ExtendedBolusAbsoluteRate  insulin  number 0 200 5
pump.extended.ExtendedBolusRemaining     insulin  number 0 10000000 3
pump.extended.ExtendedBolusStart         insulin  text
pump.extended.BaseBasalRate          settings number 0 200 5
pump.extended.ActiveProfile          settings text
pump.extended.Version                identifier text
pump.pumpID             identifier  text
pump.serial             identifier  text
pump.secondsFromGMT     identifier  number -86400 86400 0

openaps.iob[?].iob             insulin  number -200 200 5
openaps.iob[?].basaliob        insulin  number -200 200 5
openaps.iob[?].bolusiob        insulin  number -200 200 5
openaps.iob[?].activity        insulin  number -100 100 7
openaps.iob[?].bolussnooze     insulin  number -200 200 5
openaps.iob[?].netbasalinsulin insulin  number -200 200 5
openaps.iob[?].bolusinsulin    insulin  number -1000 1000 5
openaps.iob[?].hightempinsulin insulin  number -200 200 5
openaps.iob[?].lastBolusTime   insulin  ms
openaps.iob[?].time            insulin  time
openaps.iob[?].timestamp       insulin  time
openaps.iob[?].mills           insulin  ms
openaps.iob[?].lastTemp.rate        insulin  number 0 200 5
openaps.iob[?].lastTemp.duration    insulin  number 0 10000000 5
openaps.iob[?].lastTemp.date        insulin  ms
openaps.iob[?].lastTemp.timestamp   insulin  time
openaps.iob[?].lastTemp.started_at  insulin  time
openaps.iob[?].iobWithZeroTemp.iob       insulin  number -200 200 5
openaps.iob[?].iobWithZeroTemp.basaliob  insulin  number -200 200 5
openaps.iob[?].iobWithZeroTemp.bolusiob  insulin  number -200 200 5
openaps.iob[?].iobWithZeroTemp.activity  insulin  number -100 100 7
openaps.iob[?].iobWithZeroTemp.time      insulin  time
openaps.recommendedBolus       loop     number 0 200 5
openaps.dosingMode             loop     text
openaps.version                device   text

loop.name                      identifier text
loop.version                   device   text
loop.timestamp                 loop     time
loop.iob.iob                   insulin  number -200 200 5
loop.iob.basaliob              insulin  number -200 200 5
loop.iob.timestamp             insulin  time
loop.cob.cob                   carbs    number 0 2000 5
loop.cob.timestamp             carbs    time
loop.enacted.rate              insulin  number 0 200 5
loop.enacted.duration          insulin  number 0 10000000 5
loop.enacted.bolusVolume       insulin  number 0 200 5
loop.enacted.received          insulin  bool
loop.enacted.timestamp         insulin  time
loop.predicted.startDate       loop     time
loop.predicted.values[]        loop     number -10000 10000 3
loop.recommendedBolus          loop     number 0 200 5
loop.recommendedTempBasal.rate       loop  number 0 200 5
loop.recommendedTempBasal.duration   loop  number 0 10000000 5
loop.recommendedTempBasal.timestamp  loop  time
loop.automaticDoseRecommendation.timestamp    loop  time
loop.automaticDoseRecommendation.bolusVolume  loop  number 0 200 5
loop.automaticDoseRecommendation.tempBasalAdjustment.rate      loop  number 0 200 5
loop.automaticDoseRecommendation.tempBasalAdjustment.duration  loop  number 0 10000000 5
loop.forecastError.velocity             loop  number -1000 1000 7
loop.forecastError.measurementDuration  loop  number 0 100000 3
loop.currentCorrectionRange.minValue    settings  number 0 1000 3
loop.currentCorrectionRange.maxValue    settings  number 0 1000 3
loop.failureReason             text     text
loop.rileylinks[].name         identifier text

override.active                loop     bool
override.timestamp             loop     time
override.duration              loop     number 0 10000000000 3
override.multiplier            settings number 0 10 3
override.currentCorrectionRange.minValue  settings  number 0 1000 3
override.currentCorrectionRange.maxValue  settings  number 0 1000 3
override.name                  text     text

# Nightscout's xdrip-js plugin
xdripjs.timestamp              device   ms
xdripjs.state                  device   number 0 255 0
xdripjs.stateString            device   text
xdripjs.stateStringShort       device   text
xdripjs.txStatus               device   number 0 255 0
xdripjs.txStatusString         device   text
xdripjs.txStatusStringShort    device   text
xdripjs.mode                   device   text
xdripjs.txActivation           device   ms
xdripjs.sessionStart           device   ms
xdripjs.lastCalibrationDate    device   ms
xdripjs.calType                device   text
xdripjs.batteryTimestamp       device   ms
xdripjs.voltagea               device   number 0 10000 3
xdripjs.voltageb               device   number 0 10000 3
xdripjs.resistance             device   number 0 100000 3
xdripjs.temperature            device   number -60 200 3
xdripjs.rssi                   device   number -1000 1000 0
xdripjs.filtered               glucose  number 0 10000000 3
xdripjs.unfiltered             glucose  number 0 10000000 3
xdripjs.noise                  glucose  number 0 100 0
xdripjs.noiseString            glucose  enum Clean|Light|Medium|Heavy|Severe|Unknown
xdripjs.slope                  glucose  number -10000000 10000000 6
xdripjs.intercept              glucose  number -10000000 10000000 6
xdripjs.txId                   identifier text

# Rigs, bridges and radio links
radioAdapter.hardware          device   text
radioAdapter.firmwareVersion   device   text
radioAdapter.frequency         device   number 0 10000 5
radioAdapter.RSSI              device   number -1000 1000 0
radioAdapter.pumpRSSI          device   number -1000 1000 0
radioAdapter.lastTuned         device   time
radioAdapter.name              identifier text
mmtune.setFreq                 device   number 0 10000 5
mmtune.usedDefault             device   bool
mmtune.timestamp               device   time
connect.sensorDurationHours    device   number 0 10000 3
connect.timeToNextCalibHours   device   number 0 10000 3
connect.conduitInRange         device   bool
connect.conduitMedicalDeviceInRange  device  bool
connect.conduitSensorInRange   device   bool

# AAPS's preferences. A rig's are not here: the keys of that map can't be known.
configuration.aps              settings text
configuration.insulin          settings number 0 1000 0
configuration.sensitivity      settings number 0 1000 0
configuration.pump             settings text
configuration.smoothing        settings text
configuration.insulinConfiguration.dia                   settings  number 0 48 3
configuration.insulinConfiguration.insulin_oref_peak     settings  number 0 600 3
configuration.apsConfiguration.openapsma_max_basal       settings  number 0 200 3
configuration.apsConfiguration.openapsmb_max_iob         settings  number 0 200 3
configuration.overviewConfiguration.units                settings  enum mg/dl|mg/dL|mmol|mmol/l|mmol/L
configuration.overviewConfiguration.low_mark             settings  number 0 1000 3
configuration.overviewConfiguration.high_mark            settings  number 0 1000 3
configuration.overviewConfiguration.statuslights_cage_warning  settings  number 0 10000 3
configuration.safetyConfiguration.age                    settings  enum child|teenage|adult|resistantadult|pregnant
configuration.safetyConfiguration.treatmentssafety_maxbolus  settings  number 0 200 3
configuration.version          identifier text

device                  identifier  text
app                     identifier  text
subject                 identifier  text
modifiedBy              identifier  text
srvCreated              identifier  ms
srvModified             identifier  ms
isReadOnly              identifier  bool
utcOffset               identifier  number -1440 1440 0
sysTime                 identifier  iso
NSCLIENT_ID             identifier  id
uploader.name           identifier  text
"""
    + _decision("openaps.suggested", "loop")
    + _decision("openaps.enacted", "insulin")
)
