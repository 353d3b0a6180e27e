"""The gettext catalogues: every message that is used exists, in both languages, with the same blanks."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from duban.cli import COMMANDS
from duban.finding import CODES, Finding
from duban.language import DOMAINS, LANGUAGES, Language, language
from duban.model import STEPS
from duban.obligation import KINDS
from duban.status import LIGHTS

USED = re.compile(
    r"""(?<![\w.])(?:(?:self\.|context\.|made\.|edition\.)?text(?:\.many)?|self|_|t)\(\s*(["'])([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)\1\s*[,)]"""
)
"""A literal message id where a Language is called, in Python and in Jinja."""


SPELT_BY_PARTS = {"paper.date"}
"""Messages that each language fills in with parts of its own."""


def catalogue(lang: str, domain: str) -> Catalog:
    path = Path(__file__).parents[1] / "tools/duban/locale" / lang / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=lang)


def messages(lang: str) -> dict[str, Message]:
    """Every message of a language by its id."""
    return {str(_first(one.id)): one for domain in DOMAINS for one in catalogue(lang, domain) if one.id}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else [str(one) for one in message.string]


def used_ids(root: Path) -> dict[str, str]:
    """Literal ids and a file that uses each."""
    files = [
        *(root / "tools/duban").rglob("*.py"),
        *(root / "site/templates").rglob("*.html"),
        *(root / "site/theme").rglob("*.html"),
    ]
    return {match[2]: str(path) for path in files for match in USED.finditer(path.read_text(encoding="utf-8"))}


def test_every_literal_id_exists_in_both_languages(root: Path) -> None:
    used = used_ids(root)
    assert len(used) > 40
    for lang in LANGUAGES:
        known = messages(lang)
        assert {name: path for name, path in used.items() if name not in known} == {}, lang


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_put_together_by_the_code_exist(lang: str) -> None:
    text = language(lang)
    wanted = [f"{code}.{part}" for code in CODES for part in ("title", "message", "why", "fix")]
    wanted += (
        [f"light.{one}" for one in LIGHTS] + [f"step.{one}" for one in STEPS] + [f"obligation.{one}" for one in KINDS]
    )
    wanted += [f"state.{one}" for one in ("open", "met", "met_late", "overdue")]
    wanted += [f"severity.{one}" for one in ("error", "warning")]
    wanted += [f"{command}.{part}" for command in COMMANDS for part in ("summary", "example")]
    assert [one for one in wanted if not text.has(one)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_ids(domain: str) -> None:
    zh, en = ({str(_first(one.id)) for one in catalogue(lang, domain) if one.id} for lang in ("zh", "en"))
    assert zh == en


def test_both_languages_have_the_same_blanks() -> None:
    zh, en = messages("zh"), messages("en")
    for name in set(zh) - SPELT_BY_PARTS:
        for text in _texts(en[name]):
            forms = {frozenset(blanks(one)) for one in _texts(zh[name])}
            assert frozenset(blanks(text)) in forms or blanks(text) | {"count"} in forms, name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_findings_ask_only_for_what_their_code_gives(lang: str) -> None:
    known = messages(lang)
    for code, entry in CODES.items():
        for part in ("message", "fix"):
            assert blanks(_texts(known[f"{code}.{part}"])[0]) <= set(entry.details), f"{code}.{part}"
        assert blanks(_texts(known[f"{code}.title"])[0]) == blanks(_texts(known[f"{code}.why"])[0]) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_empty_fuzzy_or_in_the_other_language(lang: str) -> None:
    for name, message in messages(lang).items():
        assert not message.fuzzy, name
        assert all(text.strip() for text in _texts(message)), name
    chinese = [
        name
        for name, one in messages("en").items()
        if re.search(r"[\u4e00-\u9fff]", re.sub(r"「[^」]*」|“[^”]*”|\([^)]*\)", "", _texts(one)[0]))
    ]
    assert lang == "zh" or len(chinese) < len(messages("en")) / 10


def test_no_id_stands_in_two_catalogues() -> None:
    for lang in LANGUAGES:
        ids = [str(_first(one.id)) for domain in DOMAINS for one in catalogue(lang, domain) if one.id]
        assert len(ids) == len(set(ids))


def test_the_compiled_catalogues_are_those_of_the_sources(root: Path) -> None:
    for lang in LANGUAGES:
        for domain in DOMAINS:
            with (root / f"tools/duban/locale/{lang}/LC_MESSAGES/{domain}.mo").open("rb") as stream:
                compiled = {str(_first(one.id)): one.string for one in read_mo(stream) if one.id}
            source = {str(_first(one.id)): one.string for one in catalogue(lang, domain) if one.id}
            assert compiled == source, f"run make or compile {lang}/{domain}"


def test_a_message_that_no_catalogue_has_is_our_bug() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        language("zh")("no.such")
    assert not language("en").has("no.such")


def test_details_are_given_in_the_readers_language() -> None:
    finding = Finding("x.yml", 1, 1, "D110", {"label": ("标题", "Title")})
    texts: list[Language] = [language(lang) for lang in LANGUAGES]
    assert ["标题" in text.message(finding) for text in texts] == [True, False]
    assert ["Title" in text.message(finding) for text in texts] == [False, True]
