from tests.living import living
import time
async def test_first():
    async with living() as house:
        a = await house.mint()
        t=time.perf_counter()
        async with house.get("/api/v1/entries.json?count=3", a) as r:
            print(r.status, dict(r.headers), await r.text())
        async with house.get("/api/v1/treatments.json?count=5", a) as r:
            print(r.status, (await r.text())[:1500])
        async with house.get("/api/v1/devicestatus.json?count=2", a) as r:
            print(r.status, (await r.text())[:1500])
        for p in ("/api/v2/properties","/api/v1/status.json","/api/v3/entries?limit=2","/api/v1/profile.json","/api/v1/entries/current.csv","/api/v1/entries.json?find[notes]=x","/visit/whoami","/nope","/api/v1/entries.json?find[date][$gte]=0&count=50000", "/api/v3/treatments/history/0?limit=2"):
            async with house.get(p, a) as r:
                print(p, r.status, (await r.text())[:600])
        for x in await house.log(a): print(x)
