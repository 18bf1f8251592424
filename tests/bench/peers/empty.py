"""The least that an aiohttp server is: what importing the framework and listening take alone."""

import os

from aiohttp import web


async def _nothing(_: web.Request) -> web.Response:
    return web.Response(text="{}")


app = web.Application()
app.router.add_get("/{any:.*}", _nothing)
web.run_app(app, host="127.0.0.1", port=int(os.environ["CHAPERONE_PORT"]), print=None)
