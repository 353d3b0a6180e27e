"""Paragraphs and tables → a DOCX on official paper: A4, 22 lines of 28 signs, fonts and page numbers of GB/T 9704-2012.

Fonts are named as the standard wants them; where a machine lacks one, the document itself names what
stands in for it. The same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from duban.documents.stamped import stamped
from duban.documents.xml_text import possible

Face = Literal["仿宋", "楷体", "黑体", "小标宋", "宋体"]
FACES: Mapping[Face, str] = {
    "仿宋": "仿宋_GB2312",
    "楷体": "楷体_GB2312",
    "黑体": "黑体",
    "小标宋": "方正小标宋简体",
    "宋体": "宋体",
}
"""Each face by the name of its font in offices."""
STAND_INS: Mapping[str, tuple[str, ...]] = {
    "仿宋_GB2312": ("仿宋", "FangSong", "STFangsong", "FandolFang", "Noto Serif CJK SC"),
    "楷体_GB2312": ("楷体", "KaiTi", "STKaiti", "FandolKai", "AR PL UKai CN", "Noto Serif CJK SC"),
    "黑体": ("SimHei", "STHeiti", "FandolHei", "Noto Sans CJK SC"),
    "方正小标宋简体": ("FZXiaoBiaoSong-B05S", "小标宋", "华文中宋", "STZhongsong", "Noto Serif CJK SC"),
    "宋体": ("SimSun", "STSong", "FandolSong", "Noto Serif CJK SC"),
}
"""What stands in for each font where a machine lacks it, best first."""
TOP, LEFT, WIDTH, HEIGHT = 37, 28, 156, 225
"""The margins above and to the left, and the area of text, in millimetres (GB/T 9704-2012, 5.2.1 to 5.2.3)."""
LINES = 22
RED = "FF0000"
BODY = 16
"""Points of the third size (3号), which everything has that is not said to have another."""
_A4 = (210, 297)
_MM = 56.6929
"""Twentieths of a point in a millimetre."""
_PITCH = round(HEIGHT * _MM / LINES)
_FOOTER = 7
"""Millimetres from the text to the page number (7.5)."""
_XML = "http://www.w3.org/XML/1998/namespace"


class Paper:
    """A document being written, paragraph by paragraph."""

    def __init__(self, *, title: str, author: str, day: str) -> None:
        import docx

        self.document = docx.Document()
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, author, ""
        properties.created = properties.modified = datetime.fromisoformat(day)
        properties.last_modified_by = author
        self._set_up()

    def paragraph(
        self,
        text: str = "",
        *,
        face: Face = "仿宋",
        size: float = BODY,
        align: str = "both",
        indent: float = 0,
        right: float = 0,
        colour: str = "",
        pitch: int = _PITCH,
        before: int = 0,
        within: Any = None,
        keep: bool = False,
    ) -> Any:
        """Add a paragraph. ``indent`` of its first line and ``right`` of all are signs of the text's own size."""
        made = (within or self.document).add_paragraph()
        properties = made._p.get_or_add_pPr()
        if keep:
            _child(properties, "keepNext")
        _child(properties, "snapToGrid", val="0")
        _child(properties, "spacing", before=str(before), after="0", line=str(pitch), lineRule="exact")
        if indent or right:
            _child(
                properties,
                "ind",
                firstLine=str(round(indent * size * 20)),
                firstLineChars=str(round(indent * 100)),
                right=str(round(right * size * 20)),
                rightChars=str(round(right * 100)),
            )
        _child(properties, "jc", val=align)
        if text:
            self.run(made, text, face=face, size=size, colour=colour)
        return made

    def run(
        self,
        paragraph: Any,
        text: str,
        *,
        face: Face = "仿宋",
        size: float = BODY,
        colour: str = "",
    ) -> None:
        """Add text to a paragraph; what is no text of XML is left out."""
        run = paragraph.add_run(possible(text).replace("\r", ""))
        properties = run._r.get_or_add_rPr()
        name = FACES[face]
        _child(properties, "rFonts", eastAsia=name, ascii=name, hAnsi=name, cs=name, hint="eastAsia")
        if colour:
            _child(properties, "color", val=colour)
        if size == BODY:
            # Twenty-eight signs of sixteen points are a little wider than the 156 mm that hold them.
            _child(properties, "spacing", val="-5")
        _child(properties, "sz", val=str(round(size * 2)))
        _child(properties, "szCs", val=str(round(size * 2)))

    def right_tab(self, paragraph: Any, signs: int = 0) -> None:
        """What follows a tab stands at the right edge, or so many signs from it."""
        tabs = _child(paragraph._p.get_or_add_pPr(), "tabs")
        _child(tabs, "tab", val="right", pos=str(round(WIDTH * _MM) - signs * 280))

    def rule(self, paragraph: Any, *, colour: str = RED, above: int = 0, below: int = 0) -> None:
        """Lines above and below a paragraph, as wide as the text; their thickness in eighths of a point, 0 for none."""
        borders = _child(paragraph._p.get_or_add_pPr(), "pBdr")
        for side, eighths in (("top", above), ("bottom", below)):
            if eighths:
                _child(borders, side, val="single", sz=str(eighths), space="1", color=colour)

    def at_foot(self, paragraph: Any) -> None:
        """Move a paragraph to the foot of the text; those that follow each other there stay together."""
        width = str(round(WIDTH * _MM))
        _child(
            paragraph._p.get_or_add_pPr(),
            "framePr",
            w=width,
            wrap="notBeside",
            vAnchor="margin",
            hAnchor="margin",
            xAlign="left",
            yAlign="bottom",
        )

    def bytes(self) -> bytes:
        """The document's file."""
        for paragraph in self.document.element.body.iter(_name("pPr")):
            _in_order(paragraph)
        packed = io.BytesIO()
        self.document.save(packed)
        return stamped(packed, {"word/fontTable.xml": _font_table()})

    def _set_up(self) -> None:
        from docx.shared import Mm

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(_A4[0]), Mm(_A4[1])
        section.top_margin, section.left_margin = Mm(TOP), Mm(LEFT)
        section.right_margin, section.bottom_margin = Mm(_A4[0] - LEFT - WIDTH), Mm(_A4[1] - TOP - HEIGHT)
        section.header_distance = Mm(15)
        section.footer_distance = Mm(_A4[1] - TOP - HEIGHT - _FOOTER - 5)
        for grid in section._sectPr.findall(_name("docGrid")):
            section._sectPr.remove(grid)
        _child(section._sectPr, "docGrid", type="lines", linePitch=str(_PITCH))
        self.document.settings.odd_and_even_pages_header_footer = True
        for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
            self._page_number(footer, align)

    def _page_number(self, footer: Any, align: str) -> None:
        """``— 1 —`` of the fourth size at the outer edge, a sign's width from it (7.5)."""
        paragraph = footer.paragraphs[0]
        properties = paragraph._p.get_or_add_pPr()
        _child(properties, "ind", **{f"{align}Chars": "100", align: "280"})
        _child(properties, "jc", val=align)
        for kind in ("— ", "begin", " PAGE ", "end", " —"):
            run = paragraph.add_run()
            _child(run._r.get_or_add_rPr(), "rFonts", eastAsia=FACES["宋体"], ascii=FACES["宋体"], hAnsi=FACES["宋体"])
            _child(run._r.rPr, "sz", val="28")
            if kind in ("begin", "end"):
                _child(run._r, "fldChar", fldCharType=kind)
            elif "PAGE" in kind:
                _child(run._r, "instrText", _text=kind)
            else:
                _child(run._r, "t", _text=kind)


_ORDER = ("keepNext", "framePr", "pBdr", "tabs", "snapToGrid", "spacing", "ind", "jc")
"""What paragraphs here are given, in the order that the format wants (ECMA-376, CT_PPr)."""


def _in_order(properties: Any) -> None:
    places = {_name(name): place for place, name in enumerate(_ORDER)}
    # A style comes first, and nothing else is put here but by the library, which knows its place.
    properties[:] = sorted(properties, key=lambda one: places.get(one.tag, -1))


def _name(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _child(parent: Any, name: str, _text: str = "", **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(_name(key), value)
    if _text:
        made.text = _text
        made.set(f"{{{_XML}}}space", "preserve")
    parent.append(made)
    return made


def _font_table() -> bytes:
    """The fonts, and for each what stands in for it where a machine lacks it."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/></w:font>'
        for name, others in STAND_INS.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}\n<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
