"""The guide's pictures, made by a browser from the built site, each with a record of what it shows.

``make pictures`` writes them to ``site/guide``. Fonts differ between machines, so a picture is held against
its record and not against its bytes: the words and values in it exactly, the places of their elements roughly.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from browsing import Watched, opened_browser, served, watching
from conftest import AS_OF, ROOT
from duban import site
from duban.cli import main
from duban.language import LANGUAGES, language
from duban.load import Readings, read
from duban.output import GUIDE
from duban.publish.sign_words import status_words
from duban.repository import tree_at, tree_of
from duban.schema import Schemas
from filling import NEW, Hand
from signing import City, found_city
from test_browser_fill_in import fill_in, fitting

FOLDER = ROOT / GUIDE
DESK, HAND = {"width": 1000, "height": 900}, {"width": 390, "height": 844}
NOW = f"{AS_OF}T09:30:00+08:00"
NEAR = 0.2
"""How far, as a part of the picture, an element may lie from where it lay when the picture was made."""
_COLOURS, _MARGIN = 64, 12
_SHOWN = """(selectors) => {
  const roots = selectors.flatMap((one) => [...document.querySelectorAll(one)]);
  const found = [];
  for (const root of roots) {
    for (const one of [root, ...root.querySelectorAll("*")]) {
      const box = one.getBoundingClientRect();
      if (!one.checkVisibility({visibilityProperty: true}) || box.width * box.height < 9) continue;
      const control = one.matches("input, textarea, select");
      const own = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data);
      const marked = one.matches("input[type=radio], input[type=checkbox]");
      const said = control ? (marked ? String(one.checked) : one.value) : own.join("");
      const text = said.replace(/\\s+/gu, " ").trim();
      if (text === "") continue;
      found.push([one.tagName.toLowerCase(), text, box.x + scrollX, box.y + scrollY, box.width, box.height]);
    }
  }
  const boxes = roots.map((one) => one.getBoundingClientRect()).filter((one) => one.width && one.height);
  const left = Math.min(...boxes.map((one) => one.left + scrollX));
  const top = Math.min(...boxes.map((one) => one.top + scrollY));
  const right = Math.max(...boxes.map((one) => one.right + scrollX));
  const bottom = Math.max(...boxes.map((one) => one.bottom + scrollY));
  return {found, frame: [left, top, right, bottom]};
}"""
_REDUCED = """async ([data, most]) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(picture, 0, 0);
  const bytes = drawing.getImageData(0, 0, picture.width, picture.height).data;
  const key = (at) => ((bytes[at] >> 2) << 12) | ((bytes[at + 1] >> 2) << 6) | (bytes[at + 2] >> 2);
  const counts = new Map();
  for (let at = 0; at < bytes.length; at += 4) {
    const one = counts.get(key(at));
    if (one) one.count += 1; else counts.set(key(at), {count: 1, colour: [...bytes.slice(at, at + 3)]});
  }
  const usual = [...counts].sort((a, b) => b[1].count - a[1].count || a[0] - b[0]).slice(0, most);
  const kept = usual.map((one) => one[1].colour);
  const away = (a, b) => a.reduce((sum, value, index) => sum + (value - b[index]) ** 2, 0);
  const nearest = new Map([...counts].map(([name, {colour}]) => [
    name, kept.reduce((best, one, index) => (away(colour, one) < away(colour, kept[best]) ? index : best), 0),
  ]));
  let pixels = "";
  for (let at = 0; at < bytes.length; at += 4) pixels += String.fromCharCode(nearest.get(key(at)));
  return {width: picture.width, height: picture.height, palette: kept.flat(), pixels: btoa(pixels)};
}"""
# What the forge's page looks like around a summary, near enough to be known again.
_FORGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
body { margin: 0; padding: 16px; font: 15px/1.5 sans-serif; color: #1f2328; background: #fff; }
h1, h2, h3 { line-height: 1.3; margin: 14px 0 8px; }
h1 { font-size: 20px; } h2 { font-size: 18px; } h3 { font-size: 16px; }
main > :first-child { margin-top: 0; } p, ul { margin: 0 0 10px; } ul { padding-left: 20px; }
table { border-collapse: collapse; margin: 0 0 12px; display: block; overflow: auto; }
th, td { border: 1px solid #d1d9e0; padding: 5px 10px; text-align: left; }
code { background: #eff1f3; padding: 1px 4px; }
.status { display: flex; gap: 10px; margin: 0 0 10px; padding: 10px 12px; border: 1px solid #d1d9e0; }
.status i { flex: none; width: 14px; height: 14px; margin-top: 4px; border-radius: 50%; }
.status b { display: block; } .pending i { background: #bf8700; } .success i { background: #1a7f37; }
</style><main>"""


@dataclass(frozen=True)
class Picture:
    """A picture as it was made: its bytes, its size, and what it shows, each with its box in the picture."""

    png: bytes
    size: tuple[int, int]
    shows: list[list[Any]]

    @property
    def record(self) -> dict[str, Any]:
        """What is kept beside it."""
        return {"size": list(self.size), "sha256": hashlib.sha256(self.png).hexdigest(), "shows": self.shows}


@dataclass(frozen=True)
class Stage:
    """What scenes are played on: the internal site in one language, the ledger behind it, and a city with a forge."""

    code: str
    start: Callable[..., Watched]
    readings: Readings
    schemas: Schemas
    city: City

    def open(self, path: str, size: Mapping[str, int] = DESK) -> Page:
        """A page of the site on the ledger's last day."""
        home = "" if self.code == "zh" else f"{self.code}/"
        return self.start("internal", home + path, NOW, viewport=size, reduced_motion="reduce").page

    def forge(self, content: str, size: Mapping[str, int]) -> Page:
        """A page as the forge would show it."""
        page = self.start("internal", viewport=size).page
        page.set_content(f"{_FORGE}{content}</main>")
        return page

    def summary(self, number: int) -> str:
        """What ``duban summary`` says of a pull request of the city, as HTML."""
        with tempfile.TemporaryDirectory() as name:
            out = Path(name) / "summary.md"
            asked = ("summary", "--base", "main", "--head", f"refs/pull/{number}/head", "--as-of", self.city.day)
            main(["-C", str(self.city.folder), "--lang", self.code, *asked, "--out", str(out)])
            return str(MarkdownIt("commonmark").enable("table").render(out.read_text(encoding="utf-8")))

    def notice(self) -> int:
        """A pull request of the city that adds a task notice, by the clerk."""
        data = self.city.data("items/2019/2019-0003.yml")
        notice = data.pop("task_notice")
        path = "items/2019/2019-0004.yml"
        data |= {"id": "2019-0004", "title": "白水街人行道修复"}
        self.city.commit("refs/heads/main", [self.city.head()], self.city.written(path, data), "2019-0004")
        day = self.city.day
        notice |= {"form_no": "晋市督任〔2019〕4号", "issued_on": day, "deadline": "2019-11-20"}
        notice["signed"] = [{"role": "director", "by": "director", "on": day}]
        notice |= {"content": "修复白水街破损人行道。", "standards": ["破损路面全部修复。"]}
        notice.pop("milestones", None)
        return self.city.open(self.city.written(path, {**data, "task_notice": notice}))


Scene = Callable[[Stage], tuple[Page, tuple[str, ...]]]
"""Plays itself, and says which parts of the page are the picture."""


def _new_item(stage: Stage, size: Mapping[str, int], *names: str) -> Page:
    page, root = stage.open("fill-in/new-item.html", size), stage.schemas.field("item")
    expect(page.locator("#fill-in-form-part")).to_be_visible()
    for name in names:
        here = page.locator(f"#fill-in-fields [data-field='{name}']").first
        Hand(page).value(NEW[name], root.properties[name], here)
    return page


def _acknowledging(stage: Stage) -> Page:
    page = stage.open("fill-in.html", HAND)
    fill_in(page, "ack", fitting("ack", stage.readings, stage.schemas), stage.schemas.field("item"))
    expect(page.locator("#fill-in-ready")).to_be_visible()
    return page


def _without(page: Page, *selectors: str) -> None:
    """Leave out what would make a picture long."""
    page.evaluate(
        "(all) => all.forEach((one) => document.querySelectorAll(one).forEach((it) => it.remove()))", selectors
    )


def clerk_start(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    page = stage.open("fill-in.html")
    _without(page, "section[aria-labelledby=waiting] tbody tr:nth-child(n + 6)")
    return page, ("article h1", ".lead", ".fi-new", "section[aria-labelledby=waiting] > :is(h2, div)")


def clerk_form(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    page = _new_item(stage, DESK, "title", "openness", "urgency", "category")
    _without(page, "#fill-in-fields > .fi-entry [data-field=intake]")
    return page, ("#fill-in-fields",)


def clerk_wrong(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    page = _new_item(stage, DESK)
    page.locator("[data-field=title] input").fill("居民来电13835612345反映东关街停水")
    page.locator("#fill-in-check").press("Enter")
    expect(page.locator("[data-field=title] .fi-error")).to_be_visible()
    return page, tuple(f"#fill-in-fields [data-field={name}]" for name in ("title", "openness", "urgency"))


def clerk_send(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    page = _new_item(stage, DESK, *NEW)
    expect(page.locator("#fill-in-ready")).to_be_visible()
    return page, _SENDING


def clerk_next(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    return stage.open("items/2019-0053.html"), ("article h1", "section.next")


def unit_next(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    return stage.open("items/2019-0053.html", HAND), ("article h1", "section.next")


def unit_ack(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    return _acknowledging(stage), ("#fill-in-fields",)


def unit_send(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    return _acknowledging(stage), _SENDING


def reviewer_summary(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    head, _, _ = stage.summary(stage.notice()).rpartition("<h2>")
    return stage.forge(head, HAND), ("main",)


def reviewer_form(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    _, heading, forms = stage.summary(stage.notice()).rpartition("<h2>")
    return stage.forge(heading + forms, HAND), ("main",)


def reviewer_status(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    number, said = stage.notice(), []
    registry = read(tree_at(stage.city.folder, "main")).registry
    for verdict, state in (("wait", "pending"), ("pass", "success")):
        judged = stage.city.gate(number)
        assert judged.verdict == verdict, judged
        words = status_words(judged, registry, language(stage.code))
        said.append(f'<div class="status {state}"><i></i><span><b>duban/sign-off</b>{words}</span></div>')
        stage.city.approve(number, "director")
    return stage.forge("".join(said), HAND), ("main",)


def red_summary(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    content = stage.city.content("items/2019/2019-0003.yml").decode()
    content = re.sub(r"^urgency: .*$", "urgency: 马上", content, count=1, flags=re.MULTILINE)
    content = re.sub(r"^category: .*$", "category: 一般", content, count=1, flags=re.MULTILINE)
    content = content.replace("2019-0003", "2019-0005").replace("〔2019〕3号", "〔2019〕5号")
    return stage.forge(stage.summary(stage.city.open({"items/2019/2019-0005.yml": content.encode()})), DESK), ("main",)


def red_code(stage: Stage) -> tuple[Page, tuple[str, ...]]:
    return stage.open("codes.html"), ("#D108",)


_SENDING = ("#fill-in-send-title", "#fill-in-ready > dl", "#fill-in-how", "#fill-in-ready > .fi-buttons")
SCENES: Mapping[str, Scene] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        clerk_start, clerk_form, clerk_wrong, clerk_send, clerk_next, unit_next, unit_ack, unit_send,
        reviewer_summary, reviewer_form, reviewer_status, red_summary, red_code,
    )
}  # fmt: skip
"""Each picture of the walks by its name."""


def taken(page: Page, parts: tuple[str, ...]) -> Picture:
    """A picture of parts of a page, and what is to be seen in it."""
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    shown = page.evaluate(_SHOWN, list(parts))
    width = page.evaluate("document.documentElement.clientWidth")
    left, top, right, bottom = shown["frame"]
    x, y = max(round(left) - _MARGIN, 0), max(round(top) - _MARGIN, 0)
    clip = {"x": x, "y": y, "width": min(round(right) + _MARGIN, width) - x, "height": round(bottom) + _MARGIN - y}
    image = page.screenshot(clip=clip, full_page=True, animations="disabled", caret="hide")  # type: ignore[arg-type]
    boxes = [[tag, text, *map(round, (bx - x, by - y, w, h))] for tag, text, bx, by, w, h in shown["found"]]
    return Picture(_reduced(page, image), (clip["width"], clip["height"]), boxes)


def differences(recorded: Mapping[str, Any], made: Picture) -> list[str]:
    """In what a picture that was made just now differs from the record of the one that is kept."""
    before, now = recorded["shows"], made.shows
    said = [f"- {tag} {text}" for tag, text, *_ in before if [tag, text] not in [one[:2] for one in now]]
    said += [f"+ {tag} {text}" for tag, text, *_ in now if [tag, text] not in [one[:2] for one in before]]
    if said or len(before) != len(now):
        return said or [f"{len(before)} elements, now {len(now)}"]
    scale = (*recorded["size"], *recorded["size"])
    scale_now = (*made.size, *made.size)
    for (tag, text, *old), (other, words, *new) in zip(before, now, strict=True):
        if (tag, text) != (other, words):
            said.append(f"{text} stands where {words} stood")
        elif any(abs(a / b - c / d) > NEAR for a, b, c, d in zip(old, scale, new, scale_now, strict=True)):
            said.append(f"{tag} {text}: {old} is {new}")
    return said


@contextmanager
def stages(browser: Browser, home: str, readings: Readings, folder: Path) -> Iterator[Callable[[str], Stage]]:
    """Gives the stage in a language; every scene gets one with a city of its own."""
    first = found_city(folder / "city")
    schemas, made = Schemas.of(readings.tree), iter(range(1000))
    with watching(browser, {"internal": home}) as start:
        yield lambda code: Stage(code, start, readings, schemas, first.copy(folder / f"city-{next(made)}"))


def png_size(content: bytes) -> tuple[int, int]:
    """The width and height that a PNG tells of itself."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _reduced(page: Page, image: bytes) -> bytes:
    """The same picture in few colours, which makes it small."""
    blank = page.context.new_page()
    found = blank.evaluate(_REDUCED, [base64.b64encode(image).decode(), _COLOURS])
    blank.close()
    width, height, pixels = found["width"], found["height"], base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _write() -> None:
    """Make every picture anew."""
    readings, made = read(tree_of(ROOT)), dict[str, Picture]()
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "site"
        site.build(ROOT, "internal", out, AS_OF, readings, searchable=False)
        with (
            opened_browser() as browser,
            served({"internal": out}) as homes,
            stages(browser, homes["internal"], readings, Path(name)) as stage,
        ):
            for code in LANGUAGES:
                made |= {f"{picture}.{code}": taken(*scene(stage(code))) for picture, scene in SCENES.items()}
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for picture, one in made.items():
        (FOLDER / f"{picture}.png").write_bytes(one.png)
        record = json.dumps(one.record, ensure_ascii=False)
        (FOLDER / f"{picture}.json").write_text(record.replace('], ["', '],\n["') + "\n", encoding="utf-8")
        sys.stdout.write(f"{picture}.png {one.size[0]}x{one.size[1]} {len(one.png)}\n")


if __name__ == "__main__":
    _write()
