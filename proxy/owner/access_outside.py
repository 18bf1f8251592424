"""Shares that were made elsewhere, noted by hand: a file by the clinic's portal, a mail, a printed page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, get_args

from aiohttp import web

from proxy.core.mint import NAME_LENGTH
from proxy.core.owners import new_secret
from proxy.core.ports import Store
from proxy.core.tidy import harmless_line
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.kept import Kept, change, read_all, write
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _
