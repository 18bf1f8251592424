"""Words that people, or somebody with their password, might write: each must arrive as it is, and do nothing."""

from dataclasses import replace

from proxy.report.cover import Cover
from proxy.report.facts import Event
from proxy.report.model import Summary
from tests.report.papers import COVER, START, summary

PLAIN = (
    '#eval("1") #panic() #read("/etc/passwd") #let x = 1',
    "$ x^2 $ *bold* _soft_ `raw` [block] {code} @cite <label> // gone? /* gone? */",
    "= heading - item + item / term: \\ back\\slash \\u{41} \"quoted\" 'single'",
    "%(name)s %s {0} {{ 7*7 }} {% raw %} ${x}",
    "</script><script>hit = 1</script>",
    "<img src=x onerror=hit=1><svg onload=hit=1><iframe srcdoc='<script>hit=1</script>'>",
    "<!-- <script> --> ]]> &amp; &lt;b&gt;",
    '"onmouseover="hit=1" x="',
    "javascript:hit=1",
)
"""Arrive letter by letter, on paper too."""
ODD = (
    "\u202egnirts\u202c \u2066ltr\u2069 שלום مرحبا",
    "bell\x07 null\x00 escape\x1b[31m delete\x7f nel\x85 line\u2028 page\x0c",
    "e\u0301 👩‍👩‍👧 🇩🇪 漢字 \ufeff\u200b zero width",
    "half an emoji \ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "long " * 800,
    "unbroken" * 500,
)
"""Of these not every sign has a shape in the fonts of the PDF."""


def hostile_cover() -> Cover:
    every = (*PLAIN, *ODD)
    return replace(
        COVER,
        recipient=PLAIN[0],
        whose=PLAIN[4],
        questions=every,
        remarks=tuple((PLAIN[5], words) for words in every),
        equipment=((PLAIN[1], PLAIN[6]),),
    )


def hostile_summary() -> Summary:
    one = summary()
    events = [Event(START + at * 60_000, "note", words=words) for at, words in enumerate((*PLAIN, *ODD), 1)]
    return replace(one, notes=replace(one.notes, events=tuple(events)))
