"""Runs inside WeasyPrint's environment: sets a page as PDF, as often as asked.

Usage: python weasy_page.py ROUNDS STYLESHEET... < page.html; writes milliseconds of CPU, a round each, and the size.
"""

import importlib
import json
import logging
import sys
import time

if __name__ == "__main__":
    logging.disable()
    weasyprint = importlib.import_module("weasyprint")
    html = sys.stdin.read()
    spent, size = [], 0
    for _ in range(int(sys.argv[1])):
        begun = time.process_time()
        styles = [weasyprint.CSS(filename=name) for name in sys.argv[2:]]
        size = len(
            weasyprint.HTML(string=html, url_fetcher=lambda _: {"string": ""}).write_pdf(stylesheets=styles)
        )
        spent.append(1000 * (time.process_time() - begun))
    json.dump({"spent": spent, "bytes": size}, sys.stdout)
