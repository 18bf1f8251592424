"""The pages made of readings are loaded late: see also tests/cli/test_start.py."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
CODE = """
import gc
import sys
from proxy.visit import reading

late = {"proxy.visit.summary", "proxy.visit.downloads", "proxy.report.summary", "proxy.report.charts"}
assert late.isdisjoint(sys.modules)
reading.load()
assert late <= sys.modules.keys()
young = sum(map(len, map(gc.get_objects, range(3))))
assert young < 1_000 < gc.get_freeze_count(), (young, gc.get_freeze_count())
"""
READY = """
import sys
from jinja2.meta import find_referenced_templates
from proxy.visit import pages, reading

reading.load()
environment = pages._TEMPLATES._environment
compiled = {name for _, name in environment.cache.keys()}
wanted = ["summary.html"]
for name in wanted:
    source = environment.loader.get_source(environment, name)[0]
    wanted += [part for part in find_referenced_templates(environment.parse(source)) if part not in wanted]
assert len(wanted) > 5
assert compiled >= set(wanted), set(wanted) - compiled
assert "babel.dates" in sys.modules
from proxy.report import localtime
assert localtime._names.cache_info().currsize
"""


def test_what_they_need_is_loaded_when_somebody_comes_and_is_not_looked_through_for_garbage() -> None:
    subprocess.run([sys.executable, "-c", CODE], cwd=HERE, check=True)


def test_nothing_is_left_to_be_compiled_when_the_page_is_asked_for() -> None:
    subprocess.run([sys.executable, "-c", READY], cwd=HERE, check=True)
