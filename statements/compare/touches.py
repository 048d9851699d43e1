"""What an edit touches: typography, spelling, or which of the words that carry meaning."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from statements.compare.folding import fold, typography
from statements.compare.lexicon import Cue, Words
from statements.compare.spelling import same_word
from statements.compare.text import Edit
from statements.compare.tokens import words as words_in

Manner = Literal["cosmetic", "editorial", "wording"]

ORDER: Final = (
    "negation", "modality", "strength", "hedge", "scope", "number", "date", "actor", "object", "name", "wording", "completion", "truncation",
    "spelling", "doubled_word", "case", "punctuation", "quotes", "dash", "whitespace", "width", "invisible", "unicode",
)  # fmt: skip
CONTEXT: Final = 140  # characters on each side of an edit in which the verb of its sentence is looked for
CUE: Final = 45  # characters on each side in which a cue of several words may begin or end
LARGE: Final = 20_000  # characters of an edit too long to be told by its words
COMPLETION: Final = 100  # characters at most that complete a cut sentence: about one and a half lines of print
_STICKS = "'’-_"
_STOP = re.compile(r"[.!?。！？…;:][”’」』）)\"']*\s*$")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place of an edited text: what was cut, what was put in, and the later text around it."""

    cut: str
    put: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Touch:
    """What one hunk does, in `manner`, with the reason in words."""

    manner: Manner
    touches: tuple[str, ...]
    reason: str


def hunks(edits: Sequence[Edit]) -> list[Hunk]:
    """The places where something changed, each in the context of the later text and never splitting a hyphenated word."""
    after = "".join(text for sign, text in edits if sign != "-")
    found: list[Hunk] = []
    at, i = 0, 0
    while i < len(edits):
        sign, text = edits[i]
        if sign == "=":
            at += len(text)
            i += 1
            continue
        cut = text if sign == "-" else ""
        if cut and i + 1 < len(edits) and edits[i + 1][0] == "+":
            i += 1
        put = edits[i][1] if edits[i][0] == "+" else ""
        found.append(Hunk(cut, put, after[max(0, at - CONTEXT) : at], after[at + len(put) : at + len(put) + CONTEXT]))
        at += len(put)
        i += 1
    return found


def touch(hunk: Hunk, words: Words) -> Touch:
    """What one hunk does, told by the mildest rule that explains it."""
    cut, put = hunk.cut, hunk.put
    if len(cut) + len(put) > LARGE:
        return Touch("wording", ("wording",), _became("wording", cut, put))
    left, right = hunk.left[-8:], hunk.right[:8]
    if _only_typography(fold(left + cut + right), fold(left + put + right)):
        return Touch("cosmetic", tuple(_sorted(typography(cut, put))), "typography only")
    was, now = words_in(fold(cut)), words_in(fold(put))
    if _symbols(cut) != _symbols(put):
        return _meaning(hunk, words)
    if not was and not now:
        quotes = set(fold(cut) + fold(put)) - {" "} == {"'"}
        kind = "quotes" if quotes else "punctuation"
        return Touch("editorial", (kind,), _became(kind, cut, put))
    if was == now and not _numbers_differ(hunk, words):
        kind = "case" if _bare(cut) != _bare(put) else "quotes" if _unquoted(cut) == _unquoted(put) else "punctuation"
        return Touch("editorial", (kind,), _became(kind, cut, put))
    if (doubled := _doubled(hunk, was, now)) is not None:
        return Touch("editorial", ("doubled_word",), f"a doubled “{doubled}”")
    if _same_words(hunk, words) and not _numbers_differ(hunk, words):
        kind = "punctuation" if _bare(cut).isdigit() and _bare(put).isdigit() else "spelling"
        return Touch("editorial", (kind,), _became(kind, cut, put))
    if _completes(hunk, words):
        return Touch("editorial", ("completion",), f"a cut sentence completed: “{put.strip()}”")
    return _meaning(hunk, words)


def _only_typography(before: str, after: str) -> bool:
    """Whether two folded texts are equal but for white space beside a mark, as in "a,b" and "a, b"; "to gether" is another matter."""
    return before == after or (before.replace(" ", "") == after.replace(" ", "") and words_in(before) == words_in(after))


def _symbols(text: str) -> list[str]:
    return [char for char in text if char in "%‰°§" or ((not char.isascii() or char in "$+<>=") and unicodedata.category(char) in {"Sc", "Sm"})]


def _bare(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def _unquoted(text: str) -> str:
    return re.sub(r"(?<!\w)'|'(?!\w)", "", fold(text))


def _numbers_differ(hunk: Hunk, words: Words) -> bool:
    """Whether digits that the hunk touches say another number or date, however they are set: 1,000 is 1000 and 3.5 is not 35."""
    if not any(char.isdigit() for char in hunk.cut + hunk.put):
        return False
    sides = (hunk.left[-8:] + text + hunk.right[:8] for text in (hunk.cut, hunk.put))
    left, right = ([cue.sense for cue in words.cues(fold(side)) if cue.touch in {"number", "date"}] for side in sides)
    return left != right


def _doubled(hunk: Hunk, was: tuple[str, ...], now: tuple[str, ...]) -> str | None:
    """The words that stood twice and now once, or the other way round."""
    extra = was or now
    if (was and now) or not 1 <= len(extra) <= 3 or any(word.isdigit() for word in extra):
        return None
    before, behind = words_in(fold(hunk.left[-60:])), words_in(fold(hunk.right[:60]))
    if before[-len(extra) :] == extra or behind[: len(extra)] == extra:
        return " ".join(extra)
    return None


def _same_words(hunk: Hunk, words: Words) -> bool:
    """Whether the words are the same ones, spelled, joined or parted differently."""
    left, right = _completed(hunk)
    was, now = left.split(), right.split()
    if not was or not now:
        return False
    if abs(len(left) - len(right)) <= len(was) + len(now) and _letters(left) == _letters(right):
        return True
    was, now = [_strip(word) for word in was], [_strip(word) for word in now]
    if len(was) != len(now):
        return False
    for before, after in zip(was, now, strict=True):
        if before == after or same_word(before, after, words):
            continue
        parts, others = words_in(before), words_in(after)
        if len(parts) != len(others) or len(parts) < 2 or not all(a == b or same_word(a, b, words) for a, b in zip(parts, others, strict=True)):
            return False
    return True


def _completed(hunk: Hunk) -> tuple[str, str]:
    """Both sides with the word pieces that stick to them: "non-" cut from "non-proliferation" is judged as the whole word."""
    start = len(hunk.left)
    while start and (hunk.left[start - 1].isalnum() or hunk.left[start - 1] in _STICKS):
        start -= 1
    end = 0
    while end < len(hunk.right) and (hunk.right[end].isalnum() or hunk.right[end] in _STICKS):
        end += 1
    before, behind = hunk.left[start:], hunk.right[:end]
    return before + hunk.cut + behind, before + hunk.put + behind


def _strip(word: str) -> str:
    return word.strip('.,;:!?()[]"“”«»…*').strip("'‘’")


def _letters(text: str) -> str:
    return "".join(char for char in fold(text).lower() if char.isalnum())


def _completes(hunk: Hunk, words: Words) -> bool:
    """Whether a passage that broke off in mid-sentence now runs to its stop, and says no more than that."""
    if hunk.right.strip() or not hunk.put.strip() or len(hunk.put) > COMPLETION or not _STOP.search(hunk.put):
        return False
    before = hunk.left + hunk.cut
    if hunk.cut.strip() and not hunk.put.startswith(hunk.cut.strip().rstrip("-")):
        return False
    if _STOP.search(before) or len(words_in(before)) < 5 or _SENTENCE_END.search(hunk.put.rstrip()[:-1]):
        return False
    return not {cue.touch for cue in words.cues(fold(hunk.put))} & {"negation", "modality", "hedge", "number"}


def _meaning(hunk: Hunk, words: Words) -> Touch:
    """Which cues came, went or changed places between the two wordings of the hunk's surroundings."""
    start = _sentence_start(hunk.left)
    left, right = hunk.left[max(start, len(hunk.left) - CUE) :], hunk.right[: min(_sentence_stop(hunk.right), CUE)]
    before, after = fold(left + hunk.cut + right), fold(left + hunk.put + right)
    was, now = words.cues(before), words.cues(after)
    gone, come = _difference(was, now)
    kinds: dict[str, str] = {}
    for kind in dict.fromkeys(cue.touch for cue in gone + come):
        name = "actor" if kind == "party" else kind
        told = _told(name, [cue for cue in gone if cue.touch == kind], [cue for cue in come if cue.touch == kind])
        kinds[name] = f"{kinds[name]}; {told}" if name in kinds else told
    parties = [[cue.sense for cue in cues if cue.touch == "party"] for cues in (was, now)]
    if sorted(parties[0]) == sorted(parties[1]):
        if parties[0] != parties[1]:
            kinds["actor"] = f"actor: the order of {' and '.join(dict.fromkeys(parties[0]))} changed"
    elif not any(cue.touch == "actor" for cue in gone + come):
        role = _role(hunk, words)
        if role != "actor":
            told = kinds.pop("actor").replace("actor", role, 1)
            kinds[role] = f"{kinds[role]}; {told}" if role in kinds else told
    if not kinds:
        turned = [[cue.sense for cue in cues if cue.touch in {"negation", "strength", "modality"}] for cues in (was, now)]
        if turned[0] != turned[1]:
            kinds["negation"] = "negation: it now stands by another word"
    if "negation" not in kinds and (opposed := _opposed(hunk, words)):
        kinds["negation"] = _became("negation", *opposed)
    if not kinds and (names := _names(hunk, words)):
        kinds["name"] = names
    if _breaks_off(hunk):
        kinds["truncation"] = _became("truncation", hunk.cut, hunk.put)
    touched = _sorted(set(kinds))
    if not touched:
        return Touch("wording", ("wording",), _became("wording", cut=hunk.cut, put=hunk.put))
    return Touch("wording", tuple(touched), "; ".join(kinds[kind] for kind in touched))


def _sentence_start(left: str) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(left)]
    return ends[-1] if ends else 0


def _sentence_stop(right: str) -> int:
    match = _SENTENCE_END.search(right)
    return match.end() if match else len(right)


def _difference(was: list[Cue], now: list[Cue]) -> tuple[list[Cue], list[Cue]]:
    """Cues that only the earlier side has, and those that only the later one has, as often as they stand there."""
    balance = Counter((cue.touch, cue.sense) for cue in now)
    balance.subtract((cue.touch, cue.sense) for cue in was)
    return _taken(was, balance, -1), _taken(now, balance, 1)


def _taken(cues: list[Cue], balance: Counter[tuple[str, str]], side: int) -> list[Cue]:
    taken: list[Cue] = []
    for cue in cues:
        if balance[cue.touch, cue.sense] * side > 0:
            balance[cue.touch, cue.sense] -= side
            taken.append(cue)
    return taken


def _role(hunk: Hunk, words: Words) -> str:
    """Actor before the verb of the sentence, object behind it, a mere name where no verb says anything."""
    said = [hunk.left[_sentence_start(hunk.left) :], hunk.right[: _sentence_stop(hunk.right)]]
    before, behind = (any(cue.touch in {"strength", "modality"} for cue in words.cues(fold(text))) for text in said)
    return "object" if before else "actor" if behind else "name"


def _opposed(hunk: Hunk, words: Words) -> tuple[str, str] | None:
    """Two words of which one is the other behind a prefix that denies it."""
    was, now = ([_strip(word).lower() for word in text.split()] for text in _completed(hunk))
    for before, after in zip(was, now, strict=False):
        shorter, longer = sorted((before, after), key=len)
        if len(shorter) > 3 and longer.removesuffix(shorter).rstrip("-") in words.denying:
            return before, after
    return None


def _names(hunk: Hunk, words: Words) -> str | None:
    """A capitalised word that changed and does not open a sentence."""
    opening = not hunk.left.strip() or bool(_STOP.search(hunk.left))
    for text in (hunk.cut, hunk.put):
        listed = " ".join(cue.text.lower() for cue in words.cues(fold(text)))
        for i, part in enumerate(text.split()):
            word = _strip(part)
            if word[:1].isupper() and not (i == 0 and opening) and word.lower() not in words.small and word.lower() not in listed:
                return _became("name", hunk.cut, hunk.put)
    return None


def _breaks_off(hunk: Hunk) -> bool:
    return not hunk.right.strip() and not hunk.put.strip() and bool(_STOP.search(hunk.cut)) and not _STOP.search(hunk.left)


def _told(kind: str, gone: list[Cue], come: list[Cue]) -> str:
    return _became(kind, ", ".join(cue.text for cue in gone), ", ".join(cue.text for cue in come))


def _became(kind: str, cut: str, put: str) -> str:
    before, after = _short(cut), _short(put)
    if before and after:
        return f"{kind}: “{before}” became “{after}”"
    return f"{kind}: “{before}” cut" if before else f"{kind}: “{after}” put in"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:40].rstrip() + " … " + plain[-15:].lstrip()


def _sorted(kinds: set[str]) -> list[str]:
    return sorted(kinds, key=lambda kind: ORDER.index(kind) if kind in ORDER else len(ORDER))
