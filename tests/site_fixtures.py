"""The built site as tests look at it: its pages parsed, its links resolved, what it must never say."""

from __future__ import annotations

import fcntl
import gzip
import html
import io
import json
import posixpath
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from html.parser import HTMLParser
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from markupsafe import escape

from conftest import AS_OF, ROOT
from duban import site
from duban.filing import FOLDERS, NAMES
from duban.language import language
from duban.load import Readings, read
from duban.manifest import Manifest
from duban.model import Ledger
from duban.output import TEMPLATES, Prepared, Theme, begin_beside
from duban.parse import parse
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, EditionName, edition, is_open_to_the_public
from duban.publish.examination import Examination
from duban.publish.page import Page
from duban.publish.pages import data_files, loose_pages, shared_files, site_pages
from duban.publish.render import Renderer
from duban.publish.search_records import SearchGroup, search_groups
from duban.publish.search_words import worded_text
from duban.publish.shell import BLANKS, Shell
from duban.repository import tree_of
from duban.schema import Field, Schemas
from duban.writing import file_text

EDITIONS: tuple[EditionName, ...] = ("internal", "public")
PARTS: tuple[tuple[EditionName, str], ...] = tuple((name, code) for name in EDITIONS for code in ("zh", "en"))
ADDRESSES = frozenset({"href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href", "background"})
_VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "col", "wbr", "source", "area", "base", "embed"})
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Element:
    """One start tag: its name, its attributes, and whether it stands in the page's own content."""

    tag: str
    attributes: Mapping[str, str]
    ours: bool


@dataclass
class Parsed(HTMLParser):
    """One page as a browser would take it."""

    source: str
    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    title: str = ""
    options: set[tuple[str, str]] = field(default_factory=set)
    scripts: list[str] = field(default_factory=list)
    depth: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""
        self._select = ""
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.depth += tag == "article"
        self.elements.append(Element(tag, attributes, self.depth > 0))
        if tag == "select":
            self._select = attributes["name"]
        if tag == "option":
            self.options.add((self._select, attributes["value"]))
        if tag not in _VOID:
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "article"
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title" and not self.depth:
            self.title += data
        elif self._inside == "script":
            self.scripts.append(data)
        self.words.append(data)

    @cached_property
    def ids(self) -> list[str]:
        """Every id on the page, in order."""
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    @property
    def addresses(self) -> Iterator[tuple[str, str]]:
        """Everything the page points at, with the tag it stands on."""
        for one in self.elements:
            for name in ADDRESSES & one.attributes.keys():
                if not (name == "data" and one.tag != "object"):
                    yield one.tag, one.attributes[name]

    def count(self, tag: str) -> int:
        """How many elements of a kind the page has."""
        return sum(one.tag == tag for one in self.elements)


@dataclass(frozen=True)
class Site:
    """One edition in both languages, as it lies on disk."""

    name: EditionName
    folder: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Every file by its path."""
        return contents(self.folder)

    def pages(self, code: str) -> dict[str, Parsed]:
        """The pages of one language by their path below the whole site's root."""
        return {path: self.page(path) for path in self.paths(code)}

    def paths(self, code: str) -> list[str]:
        """The paths of one language's pages."""
        return [path for path in self.files if path.endswith(".html") and path.startswith("en/") == (code == "en")]

    def kinds(self, code: str) -> list[str]:
        """One page of each kind: all that lie at the root of a language, and the fullest of each folder below it."""
        root = self.root(code)
        folders: dict[str, list[str]] = {}
        for path in self.paths(code):
            folders.setdefault(posixpath.dirname(path.removeprefix(root)), []).append(path)
        return [
            *sorted(folders.pop("")),
            *(max(folders[folder], key=lambda path: len(self.files[path])) for folder in sorted(folders)),
        ]

    def page(self, path: str) -> Parsed:
        """One page, parsed once."""
        return _parsed(self.files[path].decode())

    def root(self, code: str) -> str:
        """Where a language stands below the site's root."""
        return "" if code == "zh" else "en/"


@cache
def _parsed(source: str) -> Parsed:
    return Parsed(source)


def build_sites(readings: Readings, out: Path) -> dict[str, Site]:
    """Both editions of the shipped ledger, each in both languages; by whichever process comes first."""
    out.mkdir(exist_ok=True)
    with (out / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in EDITIONS:
            if not (out / name).exists():
                site.build(ROOT, name, out / f"{name}.new" / name, AS_OF, readings)
                (out / f"{name}.new" / name).rename(out / name)
    return {name: Site(name, out / name) for name in EDITIONS}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def dress(folder: Path, *, browser: bool = False) -> Path:
    """Give a copy of the ledger what a site is built with: configuration, templates, theme."""
    for name in site.CONFIGURATIONS.values():
        shutil.copy(ROOT / name, folder / name)
    for part in ("site/pages", "site/templates", "site/theme", "site/guide", *(("build/browser",) if browser else ())):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
    return folder


def text_of(source: str) -> str:
    """A piece of HTML without its tags, blanks folded."""
    return " ".join(html.unescape(_TAG.sub(" ", source)).split())


def figures_shown(page: str) -> dict[str, str]:
    """The headline figures of a home page, by the label they stand under."""
    block = page[page.index('class="figures"') :].partition("</dl>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", block, re.DOTALL)
    return {text_of(label): text_of(value) for label, value in pairs}


def ids_listed(page: str) -> list[list[str]]:
    """The ids in the body of each table of a page, table by table."""
    bodies = [part.partition("</tbody>")[0] for part in page.split("<tbody>")[1:]]
    return [re.findall(r'<td class="col-id">([\d-]+)</td>', body) for body in bodies]


def target_of(page: str, address: str) -> tuple[str, str]:
    """The file and the fragment that an address on a page leads to; ValueError where it leaves the site."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        raise ValueError(address)
    path = unquote(parts.path)
    if not path:
        return page, unquote(parts.fragment)
    here = path[1:] if path.startswith("/") else posixpath.join(posixpath.dirname(page), path)
    joined = posixpath.normpath(here) if here else "."
    if joined.startswith(".."):
        raise ValueError(address)
    is_folder = joined == "." or path.endswith(("/", "/.", "/..")) or path in (".", "..")
    return (posixpath.join(joined, "index.html").removeprefix("./") if is_folder else joined), unquote(parts.fragment)


def is_dead(built: Site, page: str, address: str) -> str:
    """Why an address leads nowhere, "" where it leads somewhere."""
    try:
        path, fragment = target_of(page, address)
    except ValueError:
        return "leaves the site"
    if path not in built.files:
        return f"no file {path}"
    if not fragment or not path.endswith(".html"):
        return ""
    target = built.page(path)
    if "=" in fragment:
        missing = [choice for choice in parse_qsl(fragment, strict_parsing=True) if choice not in target.options]
        return f"no filter {missing}" if missing else ""
    return "" if fragment in target.ids else f"no id {fragment} in {path}"


def css_addresses(source: str) -> Iterator[str]:
    """What a style sheet would fetch; pictures that it holds itself left out."""
    bare = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    found = re.findall(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)""", bare)
    found += re.findall(r"""@import\s+(?:"([^"]*)"|'([^']*)'|(\S*?);)""", bare)
    for one in found:
        address = "".join(one).strip()
        if not address.startswith(("data:", "#")):
            yield address


def script_addresses(source: str) -> list[str]:
    """What a script names as a whole address in a call that fetches."""
    calls = r"(?:\bfetch|\bimport|importScripts|\bWorker|EventSource|WebSocket|sendBeacon)"
    return [
        *re.findall(calls + r"""\s*\(\s*["'`]((?:[a-z]+:)?//[^"'`]*)""", source),
        *re.findall(r"""\bfrom\s*["']((?:[a-z]+:)?//[^"']*)""", source),
        *re.findall(r"""\bimport\s*["']((?:[a-z]+:)?//[^"']*)""", source),
    ]


def unpacked(path: str, content: bytes) -> bytes:
    """A file as it was before it was compressed; of a part of the search index with its words as the text they were."""
    if ".pf_" in path or path.endswith(".pagefind"):
        content = gzip.decompress(content).removeprefix(b"pagefind_dcd")
    if path.endswith(".pf_fragment"):
        fragment = json.loads(content)
        texts = (fragment["content"], *fragment["meta"].values())
        content += "\n".join(["", *map(worded_text, texts)]).encode()
    return gzip.decompress(content) if path.endswith(".gz") else content


def everything_said(files: Mapping[str, bytes]) -> str:
    """All texts of a site: every line of every file once, as it stands and as a reader sees it."""
    lines: dict[str, None] = {}
    for path, content in files.items():
        source = text_in(path, content)
        lines.update(dict.fromkeys(source.splitlines()))
        if path.endswith((".html", ".atom", ".xlsx")):
            lines.update(dict.fromkeys(html.unescape(source).splitlines()))
        if path.endswith(".json"):
            lines.update(dict.fromkeys(json.dumps(json.loads(source), ensure_ascii=False).splitlines()))
    return "\n".join(lines)


def text_in(path: str, content: bytes) -> str:
    """What a file says: packed ones unpacked part by part, the folded lines of a calendar whole again."""
    content = unpacked(path, content)
    if path.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(f"{one}\n{parts.read(one).decode()}" for one in parts.namelist())
    text = content.decode("utf-8", "replace")
    if path.endswith(".ics"):
        return re.sub(r"\\([\\;,])", r"\1", text.replace("\r\n ", "")).replace("\\n", "\n")
    return text


@dataclass(frozen=True)
class Leaf:
    """One text of a record: its field, whether the public may see it, and the text."""

    field: Field
    public: bool
    text: str


def leaves(node: Any, here: Field, *, public: bool = True) -> Iterator[Leaf]:
    """Every text of a record."""
    if isinstance(node, str):
        yield Leaf(here, public, node)
    elif isinstance(node, list):
        for one in node:
            yield from leaves(one, here.items or here, public=public)
    elif isinstance(node, dict):
        for name, value in node.items():
            child = here.properties.get(name, here)
            yield from leaves(value, child, public=public and child.public)


def is_free(here: Field) -> bool:
    """Whether a field holds text that people write: no choice, no date, no reference but to a person."""
    return here.type in ("string", "") and not here.enum and not here.is_date and here.ref in ("", "person")


def planted(node: Any, here: Field, canary: Callable[[str], str], *, hidden: bool = False) -> Any:
    """A record with a canary in every hidden free text of its schema, whether or not it was filled in."""
    if isinstance(node, list):
        return [planted(one, here.items or here, canary, hidden=hidden) for one in node]
    if isinstance(node, dict):
        return dict(_planted_properties(node, here, canary, hidden=hidden))
    return canary(here.name) if hidden and isinstance(node, str) and is_free(here) else node


def _planted_properties(
    node: Mapping[str, Any], here: Field, canary: Callable[[str], str], *, hidden: bool
) -> Iterator[tuple[str, Any]]:
    for name, child in here.properties.items():
        secret = hidden or not child.public
        if name in node:
            yield name, planted(node[name], child, canary, hidden=secret)
        elif secret and child.type == "string" and is_free(child):
            yield name, canary(name)
        elif secret and child.items is not None and child.items.type == "string" and is_free(child.items):
            yield name, [canary(name)]


def long_lines(texts: Iterable[str], length: int) -> list[str]:
    """The lines among some texts that are long enough to be told from others."""
    return [line for text in texts for line in text.splitlines() if len(line) >= length]


FREE_PATTERNS = ("", r"^\S.*$", r"\S")


HOSTILE = """"><img src=x onerror=alert(2)></article><script>alert(1)</script>{{ 7*7 }}${7*7}&lt;b&gt;'"""


class FakeTheme:
    """A theme of three lines, which remembers what it was asked to render whole."""

    def __init__(self, slip: str = "") -> None:
        self.slip = slip
        self.rendered: list[str] = []

    def page(self, name: str, title: str, content: str) -> str:
        return f"<title>{escape(title)}</title>{content}<a href='{name}'>"

    def shell(self, _folder: str, _wasm: bool) -> Shell:
        return Shell.of(self.page(BLANKS["name"], BLANKS["title"], BLANKS["content"]))

    def full_page(self, name: str, title: str, content: str, _wasm: bool) -> str:
        self.rendered.append(name)
        return self.page(name.rpartition("/")[2], title, content) + self.slip

    def write(self, made: Prepared, out: Path) -> None:
        out.mkdir()
        for _ in begin_beside(made, Theme(self.shell, self.full_page), Manifest(out), out):
            pass


_ALWAYS = repeat(HOSTILE)


def hostile(node: Any, here: Field, given: Iterator[str] = _ALWAYS) -> Any:
    """A record with hostile texts, one after the other, wherever its schema lets people write what they like."""
    if isinstance(node, list):
        return [hostile(one, here.items or here, given) for one in node]
    if isinstance(node, dict):
        return {name: hostile(value, here.properties.get(name, here), given) for name, value in node.items()}
    is_open = is_free(here) and not here.ref and here.schema.get("pattern", "") in FREE_PATTERNS
    return next(given) if isinstance(node, str) and is_open else node


HOSTILE_ITEMS = ("2019-0006", "2019-0009", "2019-0037", "2019-0040", "011", "2019")
"""Three items, one that will be broken, a report, and a year's assessment."""


def make_hostile(folder: Path, schemas: Schemas) -> Path:
    """A copy of these items and the registry with the hostile text in all of it, dressed for a site."""
    for path in [path for part in (*NAMES, "registry") for path in (folder / part).rglob("*.yml")]:
        part, _, name = path.relative_to(folder).as_posix().removesuffix(".yml").partition("/")
        root = schemas.field(FOLDERS.get(f"{part}/") or name.partition("/")[0])
        record, _ = parse(path.name, path.read_bytes())
        record = hostile(record, root)
        if path.stem == HOSTILE_ITEMS[3]:
            record["urgency"] = HOSTILE
        path.write_text(file_text(record, root), encoding="utf-8")
    ledger = read(tree_of(folder)).ledger(AS_OF)
    assert (set(ledger.items), len(ledger.broken)) == (set(HOSTILE_ITEMS[:3]), 1)
    assert len(ledger.reports) == 1
    return dress(folder, browser=True)


class Words(Mapping[str, str]):
    """The content of every page of an edition by its path, without the theme, and its data files; each when asked."""

    def __init__(self, made: Edition) -> None:
        renderer = Renderer(ROOT / TEMPLATES, made)

        def said(page: Page) -> str:
            return f"{page.title}{renderer.content(page)}"

        def told(one: DataFile) -> str:
            return text_in(one.path, one.make())

        def recorded(group: SearchGroup) -> str:
            return "\n".join(map(str, group.records()))

        self._said: dict[str, Callable[[], str]] = {
            **{page.path: partial(said, page) for page in (*site_pages(made), *loose_pages(made))},
            **{one.path: partial(told, one) for one in (*data_files(made), *shared_files(made))},
            **{f"search/{group.name or 'others'}": partial(recorded, group) for group in search_groups(made, {})},
        }

    def __getitem__(self, path: str) -> str:
        return self._said[path]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def words(
    name: EditionName, code: str, ledger: Ledger, schemas: Schemas, examination: Examination | None = None
) -> Words:
    """What an edition of a ledger says on the day that the shipped one ends with."""
    return Words(
        edition(name, language(code), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={}, examination=examination)
    )


def pages_of(
    *makers: Callable[[Edition], Iterator[Page]],
    ledger: Ledger,
    schemas: Schemas,
    name: EditionName = "internal",
    code: str = "zh",
    day: str = AS_OF,
    examination: Examination | None = None,
) -> dict[str, str]:
    """The content of the pages that some functions make of an edition, by path, without the theme."""
    made = edition(name, language(code), ledger, schemas, day, day, pinned=True, digests={}, examination=examination)
    renderer = Renderer(ROOT / TEMPLATES, made)
    return {page.path: renderer.content(page) for maker in makers for page in maker(made)}


def public_words(ledger: Ledger, schemas: Schemas, examination: Examination | None = None) -> dict[str, str]:
    """Everything that the public edition of a ledger is made of, without the theme."""
    return dict(words("public", "zh", ledger, schemas, examination))


def plan_texts(ledger: Ledger) -> set[str]:
    """What the annual plans say, all of it public."""
    return {
        text for plan in ledger.registry.plans.values() for text in (f"{plan.id} {plan.name}", plan.name, plan.target)
    }


def withheld_and_public(ledger: Ledger, schemas: Schemas) -> tuple[set[str], str]:
    """What people wrote that the public may not read, and all that it may."""
    registry = ledger.registry
    public = {unit.name for unit in registry.units.values()}
    public |= plan_texts(ledger)
    withheld = {person.position for person in registry.people.values()}
    records = [(one.record, schemas.field("item"), is_open_to_the_public(one)) for one in ledger.items.values()]
    reports = [(report, schemas.field("report"), True) for report in ledger.reports.values()]
    years = [(record, schemas.field("assessment"), False) for record in ledger.assessments.values()]
    for record, root, seen in (*records, *reports, *years):
        for leaf in leaves(record, root):
            if seen and leaf.public:
                public.add(leaf.text)
            elif is_free(leaf.field):
                withheld.add(leaf.text)
    return withheld, "\n".join(public)


def built_browser() -> bool:
    """Whether the browser parts were bundled on this machine."""
    return (ROOT / "build/browser/ledger.js").is_file()
