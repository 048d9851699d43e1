"""A comparison as a red-lined page: cuts struck, insertions underlined, moved passages linked both ways.

Every mark is told by shape as well as by colour, and every element carries its style itself, so that the page reads the
same in a mail client, on paper and in black and white; a head adds the dark scheme and the paper where they are understood.
"""

from __future__ import annotations

from html import escape
from typing import Final

from schemas.records import Comparison, Entry, Wording
from statements.compare.excerpt import ends, gist, surroundings
from statements.compare.rows import Piece, Row, rows
from statements.compare.terminal import counts, gravest, heading, headline

_FONT: Final = "font-family:Georgia,'Times New Roman','Noto Serif','Songti SC',serif"
_SANS: Final = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans','PingFang SC',sans-serif"
_STYLES: Final = {
    "page": f"margin:0 auto;padding:24px 18px 64px;max-width:760px;color:#1c1917;background:#ffffff;{_FONT};font-size:17px;line-height:1.6",
    "h1": "margin:0 0 6px;font-size:26px;line-height:1.25;font-weight:700",
    "h2": "margin:36px 0 12px;padding-top:14px;border-top:1px solid #d6d3d1;font-size:13px;letter-spacing:.08em;text-transform:uppercase;"
    f"color:#57534e;{_SANS}",
    "meta": f"margin:0 0 4px;font-size:14px;line-height:1.5;color:#57534e;{_SANS}",
    "verdict": f"margin:14px 0;padding:12px 14px;border-left:5px solid #57534e;background:#f5f5f4;font-size:16px;line-height:1.45;{_SANS}",
    "card": "margin:0 0 14px;padding:12px 14px;border:1px solid #d6d3d1;border-left:5px solid #78716c;border-radius:6px",
    "card-head": f"margin:0 0 4px;font-size:14px;line-height:1.4;{_SANS}",
    "reason": f"margin:0 0 2px;font-size:13px;line-height:1.45;color:#57534e;{_SANS}",
    "words": "margin:8px 0 0",
    "ins": "background:#dcfce7;color:#14532d;padding:0 2px;text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:3px",
    "del": "background:#fee2e2;color:#7f1d1d;padding:0 2px;text-decoration:line-through",
    "moved": "background:#e0e7ff;color:#312e81;text-decoration:none;border-bottom:2px dotted #4338ca",
    "away": "background:#eef2ff;color:#4338ca;text-decoration:line-through;text-decoration-style:dotted",
    "link": f"color:#3730a3;font-size:13px;text-decoration:underline;white-space:nowrap;{_SANS}",
    "passage": "margin:0 0 12px;padding:0 0 0 14px;border-left:3px solid #ffffff",
    "changed": "margin:0 0 12px;padding:0 0 0 14px;border-left:3px solid #a8a29e",
    "ghost": "margin:0 0 12px;padding:0 0 0 14px;border-left:3px dotted #4338ca;font-size:15px",
    "gap": f"margin:0 0 12px 17px;font-size:13px;color:#78716c;{_SANS}",
    "tag": f"display:inline-block;padding:0 7px;border-radius:9px;background:#e7e5e4;color:#292524;font-size:12px;line-height:18px;{_SANS}",
}
_EDGE: Final = {"substantive": "#b91c1c", "structural": "#4338ca", "editorial": "#b45309", "cosmetic": "#a8a29e", "none": "#15803d"}
SCHEMES: Final = """
@media (prefers-color-scheme: dark) {
  body, .page { background: #1c1917 !important; color: #e7e5e4 !important }
  .verdict { background: #292524 !important }
  .card { border-top-color: #57534e !important; border-right-color: #57534e !important }
  .card { border-bottom-color: #57534e !important }
  .h2, .meta, .reason, .gap { color: #a8a29e !important } .h2 { border-color: #44403c !important }
  .ins { background: #14532d !important; color: #dcfce7 !important } .del { background: #5f1d1d !important; color: #fecaca !important }
  .moved { background: #312e81 !important; color: #e0e7ff !important; border-color: #a5b4fc !important }
  .away { background: #1e1b4b !important; color: #a5b4fc !important } .link { color: #a5b4fc !important }
  .passage { border-color: #1c1917 !important } .tag { background: #44403c !important; color: #e7e5e4 !important }
}
@media print {
  .page { max-width: none !important; padding: 0 !important; font-size: 11pt !important }
  .card, .verdict { break-inside: avoid } .ins { font-weight: 600 } .link { text-decoration: none !important }
  details > * { display: block !important } @page { margin: 20mm }
}
:target { outline: 2px solid #4338ca; outline-offset: 4px }
"""
_MARKS: Final = {"+": ("ins", "ins"), "-": ("del", "del"), "moved": ("span", "moved"), "away": ("span", "away")}
_UNCHANGED: Final = 5  # a longer run of unchanged passages is folded away
_CONTEXT: Final = 140
_LONGEST: Final = 6000
_DETAILS: Final = 60  # changes told one by one in a mail; the rest are counted


def html(comparison: Comparison, before: Wording, after: Wording, *, was: str = "", now: str = "", note: str = "") -> str:
    """A whole page, self-contained: no script, no font and no image from elsewhere.

    `was` and `now` name the two versions for a reader ("captured 4 May 2031"), `note` is a sentence under the title, such as a URL.
    """
    title = after.title or before.title or "Comparison"
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}: {escape(headline(comparison))}</title>\n<style>{SCHEMES}</style>'
    )
    main = article(comparison, before, after, was=was, now=now, note=note)
    page = f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body style="margin:0;background:#ffffff">\n{main}\n</body>\n</html>\n'
    return _sound(page)


def article(comparison: Comparison, before: Wording, after: Wording, *, was: str = "", now: str = "", note: str = "") -> str:
    """What `html` shows, as one `main` element for a page that has a head of its own, with SCHEMES among its styles."""
    title = after.title or before.title or "Comparison"
    body = [
        _tag("h1", "h1", _redlined_title(comparison, title), lang=after.language),
        "".join(_tag("p", "meta", escape(line)) for line in (f"{was} → {now}" if was or now else "", note) if line),
        _verdict(comparison),
    ]
    if comparison.entries:
        body += [_tag("h2", "h2", "What changed"), _cards(comparison, after.language, linked=True)]
        body += [_tag("h2", "h2", "The whole text"), _legend(), _text(comparison, before, after)]
    return _sound(_tag("main", "page", "\n".join(part for part in body if part)))


def fragment(comparison: Comparison, *, language: str = "en", most: int = _DETAILS) -> str:
    """Verdict and changes for the body of a mail: inline styles only, no head, no links, gravest change first."""
    return _sound(_verdict(comparison) + _cards(comparison, language, linked=False, most=most))


def _sound(markup: str) -> str:
    """Without what no HTML may hold: NUL, lone surrogates and other controls become U+FFFD."""
    return "".join(
        "\ufffd" if (char < " " and char not in "\n\t") or char == "\x7f" or "\ud800" <= char <= "\udfff" else char
        for char in markup.replace("\r", " ")
    )


def _tag(name: str, style: str, content: str, *, extra: str = "", **attributes: str) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value)
    return f'<{name} class="{style}" style="{_STYLES[style]}{";" + extra if extra else ""}"{given}>{content}</{name}>'


def _verdict(comparison: Comparison) -> str:
    line = f"<strong>{escape(_capital(headline(comparison)))}</strong>"
    if comparison.entries:
        line += f"<br>{escape(_capital(gravest(comparison)))}"
        if len(comparison.entries) > 1:
            line += f"<br>{escape(counts(comparison))}"
    if comparison.coarse:
        line += "<br>The comparison is coarse: the texts were too large, or too unlike, for the full one."
    return _tag("p", "verdict", line, extra=f"border-left-color:{_EDGE[comparison.klass]}")


def _redlined_title(comparison: Comparison, title: str) -> str:
    for entry in comparison.entries:
        if entry.field == "title":
            return _edits(entry, whole=True)
    return escape(title)


def _cards(comparison: Comparison, language: str, *, linked: bool, most: int | None = None) -> str:
    numbered = list(enumerate(comparison.entries))
    if most is not None:
        numbered.sort(key=lambda item: (-item[1].significance, item[0]))
    shown = numbered[:most]
    cards = [_card(at, entry, language, linked) for at, entry in shown]
    if len(shown) < len(numbered):
        cards.append(_tag("p", "meta", f"and {len(numbered) - len(shown)} lesser changes."))
    return "\n".join(cards)


def _card(at: int, entry: Entry, language: str, linked: bool) -> str:
    head = f"<strong>{escape(_capital(heading(entry)))}</strong> {_tag('span', 'tag', f'{entry.klass} {entry.significance:.2f}')}"
    if entry.position_bearing:
        head += " " + _tag("span", "tag", escape(f"{entry.direction or 'changed'}: {', '.join(entry.issues)}"))
    if linked and (entry.now or entry.was):
        head += " " + _tag("a", "link", "in the text", href=f"#t{at}")
    reasons = "".join(_tag("p", "reason", escape(reason)) for reason in entry.reasons)
    words = _tag("p", "words", _edits(entry), lang=language, dir="auto")
    return _tag(
        "div", "card", _tag("p", "card-head", head) + reasons + words, extra=f"border-left-color:{_EDGE[entry.klass]}", id=f"c{at}" if linked else ""
    )


def _edits(entry: Entry, *, whole: bool = False) -> str:
    parts = []
    for at, (sign, text) in enumerate(entry.edits):
        if sign != "=":
            parts.append(_tag("ins" if sign == "+" else "del", "ins" if sign == "+" else "del", _marked(ends(text, _LONGEST))))
        elif entry.kind == "moved":
            parts.append(_tag("span", "moved", _lines(ends(text, _LONGEST))))
        else:
            parts.append(_lines(text if whole else surroundings(text, _CONTEXT, first=at == 0, last=at == len(entry.edits) - 1)))
    return "".join(parts)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _marked(text: str) -> str:
    """Text that was cut or put in; a paragraph break in it shows as a mark of its own."""
    return _lines(text).replace("<br>", "¶<br>")


def _legend() -> str:
    marks = [_tag("ins", "ins", "put in"), _tag("del", "del", "cut"), _tag("span", "moved", "moved here"), _tag("span", "away", "moved away")]
    return _tag("p", "meta", " &nbsp; ".join(marks), extra="margin-bottom:16px")


def _text(comparison: Comparison, before: Wording, after: Wording) -> str:
    """Every passage of the later text with its marks, and of the earlier one what is gone, in its place."""
    parts: list[str] = []
    quiet: list[str] = []

    def settle() -> None:
        if len(quiet) > _UNCHANGED:
            summary = _tag("summary", "gap", f"{len(quiet)} passages unchanged", extra="margin-left:0;cursor:pointer")
            parts.append(f'<details style="margin:0 0 12px 17px">{summary}{"".join(quiet)}</details>')
        else:
            parts.extend(quiet)
        quiet.clear()

    told: set[str] = set()
    for row in rows(comparison.entries, before, after):
        if row.kind == "same":
            quiet.append(_tag("p", "passage", _lines(row.text), extra=_shape(row), lang=after.language, dir="auto"))
        else:
            settle()
            parts.append(_row(row, after.language, told))
    settle()
    return "\n".join(parts)


def _shape(row: Row) -> str:
    return "font-weight:700" if row.passage_kind == "heading" else "margin-left:22px" if row.passage_kind == "list_item" else ""


def _row(row: Row, language: str, told: set[str]) -> str:
    marked: list[str] = []
    for piece in row.pieces:
        content = (_marked if piece.mark in {"+", "-"} else _lines)(gist(piece.text, 160) if row.kind == "away" else piece.text)
        if piece.mark in _MARKS:
            name, style = _MARKS[piece.mark]
            content = _tag(name, style, content)
        if piece.entry is not None:
            content = _anchored(content, piece, told)
        marked.append(content)
    return _tag("p", "ghost" if row.kind == "away" else "changed", "".join(marked), extra=_shape(row), lang=language, dir="auto")


def _anchored(content: str, piece: Piece, told: set[str]) -> str:
    """The first piece of each entry carries its anchor; the two places of what moved lead to each other."""
    place = f"{'w' if piece.mark == 'away' else 't'}{piece.entry}"
    if place in told:
        return content
    told.add(place)
    link = ""
    if piece.mark in {"moved", "away"}:
        other, label = ("w", "moved here ↔") if piece.mark == "moved" else ("t", "moved away ↔")
        link = _tag("a", "link", label, href=f"#{other}{piece.entry}") + " "
    return f'<span id="{place}">{link}{content}</span>'
