"""A rewritten page: our strip is in it, what acts alone or elsewhere is not, and its own scripts are known by hash."""

import base64
import hashlib

from proxy.core.rewrite import linked_files, rewrite_page, rewrite_style, with_first_words, with_seals

OWN = "\n  var clockFace = \"clock\"; // 'ü'\n"
PAGE = f"""<!DOCTYPE html><html><head lang="x">
<title>Jane's numbers</title>
<link rel="preload" href="css/main.css" as="style" onload="this.onload=null;this.rel='stylesheet'">
<style>@import url("//fonts.googleapis.com/css?family=Open+Sans:700"); b {{ color: red }}</style>
<script>w.loadCSS = function () {{}};</script>
</head><body><audio src="audio/alarm.mp3" loop="true"></audio>
<script src="/bundle/js/bundle.app.js"></script>
<script type="text/javascript">{OWN}</script>
<script>navigator.serviceWorker.register('/sw.js');</script></body></html>"""


def test_the_strip_comes_before_everything_else_of_the_head() -> None:
    html = rewrite_page(PAGE).html
    head = html.partition('<head lang="x">')[2]
    assert head.startswith(
        '\n<link rel="stylesheet" href="/visit/strip.css">\n<script src="/visit/strip.js"></script>'
    )
    assert html.count("/visit/strip.js") == 1


def test_words_of_ours_come_before_everything_that_a_page_shows() -> None:
    html = '<html><head></head><BODY class="a">\n<p>x</p></BODY></html>'
    assert with_first_words(html, r"<p>\1</p>") == html.replace('"a">', '"a">\n<p>\\1</p>')
    assert with_first_words("<p>no page</p>", "<p>1</p>") == "<p>no page</p>"


def test_what_acts_alone_or_elsewhere_is_taken_out() -> None:
    html = rewrite_page(PAGE).html
    for word in ("serviceWorker", "loadCSS", "googleapis", "<audio", "onload", "Jane"):
        assert word not in html
    assert '<link rel="stylesheet" href="css/main.css">' in html
    assert "b { color: red }" in html


def test_the_pages_own_scripts_run_by_their_hash_and_no_others() -> None:
    rewritten = rewrite_page(PAGE)
    assert OWN in rewritten.html
    digest = base64.b64encode(hashlib.sha256(OWN.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in rewritten.policy.split("; "))
    assert f"'sha256-{digest}'" in rules["script-src"]
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"]
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert all("http" not in rule and "*" not in rule for rule in rules.values())


def test_the_same_page_is_rewritten_to_the_same_bytes() -> None:
    assert rewrite_page(PAGE) == rewrite_page(PAGE)


def test_a_style_sheet_loads_nothing_from_elsewhere_and_keeps_what_is_near() -> None:
    css = "@import url('https://fonts.googleapis.com/css?family=Ubuntu');\n@import url(\"/glyphs/css/fontello.css\");\na{b:c}"
    assert rewrite_style(css) == '\n@import url("/glyphs/css/fontello.css");\na{b:c}'


def test_a_page_names_what_it_loads_by_its_content() -> None:
    html = rewrite_page(PAGE).html
    assert linked_files(html, "/report/") == ("/report/css/main.css", "/bundle/js/bundle.app.js")
    assert linked_files(html, "/") == ("/css/main.css", "/bundle/js/bundle.app.js")
    sealed = with_seals(html, "/", {"/css/main.css": "aa", "/bundle/js/bundle.app.js": ""})
    assert '<link rel="stylesheet" href="css/main.css?v=aa">' in sealed
    assert '<script src="/bundle/js/bundle.app.js"></script>' in sealed
    assert '"/visit/strip.js"' in sealed
