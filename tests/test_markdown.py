"""Hostile text in Markdown: it stays in its cell, it stays text, and it reads as it was written."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from duban.publish.markdown import bold, broken, code, heading, marked, paragraph, quoted, table, unbroken

HOSTILE = (
    "|", "\\", "`", "```", "~~~", "*", "_", "__", "[x](y)", "](", "![", "![](http://e.test/x.png)",
    "[x]: http://e.test", "<b>", "</td>", "<img src=x onerror=alert(1)>", "<!--", "-->", "<script>", "&lt;", "&#124;",
    "&", "@somebody", "@org/team", "a@b.test", "#1", "o/r#12", "GH-7", "gh-12", "http://e.test", "https://e.test/a_b",
    "ftp://e.test", "www.e.test", "WWW.e.test", "mailto:a@b.test", "xmpp:a@b.test", "://", ":shipit:", ":+1:",
    ":100:", "$x$", "$$", "$`x`$", "^[note]", "[^1]", "^", "~x~", "~~x~~", "0123abcd", "deadbeef",
    "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0", "1234567", "- ", "+ ", "* ", "1. ", "1) ", "2019-0051", "# ", "> ",
    "===", "---", "- [ ] x", "    x", "\t", "\n", "\r\n", "\n\n", "\u2028", "\x85", "\x0b", "\x1c", "\x00",
    "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\ud800", "\u3000", "\xa0", " ", "  ", "督查", "：", "。", "〔2019〕",
    "é", "0356-2198003", "60%", "18:30", "[!NOTE]", "::error::x", "{{ x }}", "</details>",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(HOSTILE) | st.characters(), max_size=12).map("".join)
OURS = {"<span>", "</span>", "<br>", "<b>", "</b>"}
LINKED = re.compile(
    r"(?<!\w)@\w|#\d|\bGH-\d|:[\w+-]+:|\w://|\bwww\.\w|\S@\S|\$\S|(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-z])",
    re.IGNORECASE | re.ASCII,
)
"""What forges make links, pictures and formulas of once the Markdown is read, within one piece of text."""
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def blocks(source: str) -> list[str]:
    return [token.type for token in READER.parse(source) if token.nesting >= 0 and token.type != "inline"]


def inlines(source: str) -> list[Token]:
    return [token for token in READER.parse(source) if token.type == "inline"]


def pieces(inline: Token) -> list[str]:
    """The pieces of text that no element lies between; a break stands as one line end."""
    found = [""]
    for token in inline.children or []:
        if token.type == "html_inline":
            assert token.content in OURS
            found += ["\n"] if token.content == "<br>" else []
            found.append("")
        else:
            assert token.type == "text", token
            found[-1] += token.content
    return found


def as_written(text: str) -> str:
    """What a reader should see of it: line ends as such, a blank for what is no sign."""
    text = re.sub("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return "".join(
        sign
        if sign in "\n " or unicodedata.category(sign)[0] not in "CZ" or unicodedata.category(sign) == "Zs"
        else " "
        for sign in text
    ).strip()


def check(inline: Token, text: str) -> None:
    found = pieces(inline)
    assert "".join(found).strip() == as_written(text)
    assert [one for one in found if LINKED.search(one)] == []


@given(WORDS)
@example("a|b\\|c")
@example("\\")
@example("- x")
@example("12. x")
def test_no_text_leaves_its_cell(text: str) -> None:
    source = table(["一", "二"], [[text, "ok"], ["", text]])
    assert blocks(source) == [
        *("table_open", "thead_open", "tr_open", "th_open", "th_open", "tbody_open"),
        *["tr_open", "td_open", "td_open"] * 2,
    ]
    _, _, first, second, third, fourth = inlines(source)
    check(first, text)
    check(fourth, text)
    assert (second.content, third.content) == ("ok", "")


@given(WORDS)
@example("- x")
@example("1. x")
@example("1) x")
@example("    x")
@example("\u3000- x")
@example("\xa01) x")
@example("# x")
@example("> x")
@example("===")
def test_a_paragraph_is_one_and_nothing_else(text: str) -> None:
    source = paragraph("说：", text) + paragraph(text)
    wanted = ["paragraph_open"] * (1 + bool(as_written(text)))
    assert blocks(source) == wanted
    if as_written(text):
        check(inlines(source)[1], text)


@given(WORDS)
def test_a_heading_is_one_and_nothing_else(text: str) -> None:
    source = heading(3, text)
    assert blocks(source) == ["heading_open"]
    check(inlines(source)[0], text)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_what_is_quoted_stays_quoted(texts: list[str]) -> None:
    inner = table(["一"], [[text] for text in texts]) + paragraph(bold("次"), broken(texts))
    source = quoted(inner) + paragraph("外")
    level = [token.level for token in READER.parse(source) if token.type == "blockquote_close"]
    assert level == [0]
    assert blocks(source)[0] == "blockquote_open"
    assert [token.content for token in READER.parse(source)[-2:-1]] == ["外"]
    for inline, text in zip(inlines(source)[1:], texts, strict=False):
        check(inline, text)


def test_ordinary_text_is_hardly_changed() -> None:
    plain = "请你区牵头完成46户、3家企业约2.9万平方米的征收拆除（晋督任〔2019〕9号），9月6日前交净地。"
    assert marked(plain) == plain
    assert marked("2019-0051") == "2019-0051"
    assert marked("0356-2198003") == "0356-2198003"


def test_what_is_marked_once_is_not_marked_again() -> None:
    once = marked("a|b")
    assert marked(once) is once
    assert "&#124;" in once


def test_a_label_stays_on_one_line_and_reads_the_same() -> None:
    assert unbroken("督查事项").replace("\u2060", "") == "督查事项"
    assert unbroken("督查事项").count("\u2060") == 3
    assert unbroken("Deadline") == "Deadline"
    assert unbroken(bold("甲")) == "<b>甲</b>"
    assert "\u2060" not in unbroken("很长很长很长很长的名称")


@pytest.mark.parametrize("bad", ["a`b", "", "a b", "é", "a|b"])
def test_only_digits_and_letters_are_code(bad: str) -> None:
    with pytest.raises(ValueError, match="digits and letters"):
        code(bad)
    assert code("1e9a39") == "`1e9a39`"
