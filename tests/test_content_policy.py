"""What a page lets the browser load and run: computed from the theme alone, first in every page, true to the hashes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.publish.content_policy import content_policy, guarded
from site_fixtures import PARTS, Site

FIRST = re.compile(
    r'\s*<!doctype html>\s*<html[^>]*>\s*<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)">'
)
PLAIN = "<!doctype html><html><head><title>x</title></head><body><main>CONTENT</main></body></html>"
LEAST = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'none'; base-uri 'none'; form-action 'self'"
)
ATTACK = "<script>alert(1)</script><style>*{display:none}</style>"


def digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def sources(policy: str, directive: str) -> list[str]:
    return next(one.split()[1:] for one in policy.split("; ") if one.startswith(f"{directive} "))


def test_a_theme_without_inline_parts_is_allowed_its_own_files_and_nothing_else() -> None:
    assert content_policy(PLAIN) == LEAST
    wasm = content_policy(PLAIN, wasm=True)
    assert wasm == LEAST.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


def test_what_the_theme_says_inline_is_allowed_by_its_hash() -> None:
    script, style = "\n  let a = '<b>&amp;';\n", ":root{--a:url('data:image/svg+xml,x')}"
    theme = (
        f"<head><script>{script}</script><SCRIPT type=module>{script}1</SCRIPT><script></script>"
        f"<style media=print>{style}</style><script src=a.js>ignored()</script>"
        '<script type="application/json">{"data": 1}</script></head>'
    )
    policy = content_policy(theme)
    assert set(sources(policy, "script-src")) == {"'self'", digest(script), digest(f"{script}1")}
    assert sources(policy, "style-src") == ["'self'", digest(style)]


def test_no_script_of_the_content_ever_gets_a_hash() -> None:
    theme = PLAIN.replace("<title>", "<script>theme()</script><title>")
    page = theme.replace("CONTENT", ATTACK)
    found = FIRST.match(guarded(page, ATTACK))
    assert found is not None
    assert found[1] == content_policy(theme.replace("CONTENT", ""))
    assert digest("theme()") in found[1]
    assert digest("alert(1)") not in found[1]


PIECES = st.text(alphabet=st.sampled_from("<>\"'&; scriptyle/=!-\n一"), max_size=60)


@given(PIECES)
def test_the_policy_is_the_same_whatever_the_content(content: str) -> None:
    whole = f"<article>{content}</article>"
    assert FIRST.match(guarded(PLAIN.replace("CONTENT", whole), whole))[1] == LEAST  # type: ignore[index]


@pytest.mark.parametrize(
    ("html", "content"),
    [
        (PLAIN, "something else"),
        (PLAIN.replace("CONTENT", "aa"), "a"),
        (PLAIN.replace("<head>", "<header>"), "CONTENT"),
        (PLAIN.replace("<body>", "<body><head>"), "CONTENT"),
    ],
    ids=["no content", "content twice", "no head", "two heads"],
)
def test_a_page_that_cannot_be_told_apart_from_its_content_is_refused(html: str, content: str) -> None:
    with pytest.raises(ValueError, match="theme"):
        guarded(html, content)


@pytest.mark.parametrize(("name", "code"), PARTS, ids=["-".join(part) for part in PARTS])
def test_every_page_begins_with_the_least_policy(sites: Mapping[str, Site], name: str, code: str) -> None:
    here = sites[name]
    for path in here.paths(code):
        found = FIRST.match(here.files[path].decode())
        assert found is not None, path
        assert found[1].replace(" 'wasm-unsafe-eval'", "") == LEAST, path
        assert here.files[path].index(b"<meta charset") < 1000, path


@pytest.mark.parametrize(("name", "code"), PARTS, ids=["-".join(part) for part in PARTS])
def test_webassembly_is_allowed_where_the_search_is_and_nowhere_else(
    sites: Mapping[str, Site], name: str, code: str
) -> None:
    here = sites[name]
    allowed = {path for path in here.paths(code) if b"wasm-unsafe-eval" in here.files[path]}
    assert allowed == {path for path in here.paths(code) if path == f"{here.root(code)}search.html"}
