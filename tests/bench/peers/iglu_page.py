"""Runs inside the oracle's environment: times iglu-python on one series, as often as asked.

Usage: python -I -S iglu_page.py RUNNER FOLDER_OF_IGLU_PYTHON FOLDER_OF_WHAT_IT_NEEDS ROUNDS < rows.json; writes milliseconds of CPU, a round each.
"""

import contextlib
import json
import runpy
import sys
import time
import warnings
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(sys.argv[3])
    runner = runpy.run_path(sys.argv[1])
    runner["load"](Path(sys.argv[2]))
    rows = json.load(sys.stdin)
    spent = []
    with contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        for _ in range(int(sys.argv[4])):
            begun = time.process_time()
            runner["figures"](rows)
            spent.append(1000 * (time.process_time() - begun))
    json.dump(spent, sys.stdout)
