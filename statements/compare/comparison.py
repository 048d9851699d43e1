"""Compare two wordings of a statement: what moved, what was reworded, cut or put in, and how much each matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from schemas.records import ChangeClass, Comparison, Direction, Entry, Wording
from statements.compare import significance
from statements.compare.judge import Judge
from statements.compare.lexicon import Words, words_of
from statements.compare.passages import Found, find
from statements.compare.significance import Weight
from statements.compare.text import Edit, edits

_STRUCTURAL: Final = frozenset({"moved", "moved_reworded", "split", "merged"})


@dataclass(frozen=True, slots=True)
class _Texts:
    before: Wording
    after: Wording
    was: str
    now: str
    words: Words


def compare(before: Wording, after: Wording, judge: Judge | None = None) -> Comparison:
    """The difference between two wordings, classified, with its evidence; pure, and the same on every machine.

    Entries stand in the order of the later text: first title and date, then the passages, cuts after what stood before
    them. The edits of an entry rebuild its `before` and `after` exactly. Without a judge nothing is position-bearing.
    `coarse` says that the texts were too large, or too unlike, for the full comparison; such a one is not judged either.
    """
    if before == after:
        return Comparison()
    texts = _Texts(before, after, before.text, after.text, words_of(after.language or before.language))
    entries = _fields(texts)
    coarse = False
    if texts.was != texts.now:
        found, coarse = find(before, after)
        for one in found:
            entry, crude = _entry(one, texts)
            entries.append(entry)
            coarse = coarse or crude
    if judge is not None and not coarse:
        entries = [_judged(entry, texts, judge) for entry in entries]
    return _summed(entries, coarse)


def _fields(texts: _Texts) -> list[Entry]:
    entries: list[Entry] = []
    before, after = texts.before, texts.after
    if before.title != after.title:
        steps, _ = edits(before.title, after.title)
        entries.append(
            _weighed(
                Entry("field", field="title", before=before.title, after=after.title, edits=steps),
                significance.of_edits(steps, texts.words),
            )
        )
    was, now = _published(before), _published(after)
    if was != now:
        reason = f"date: “{was}” became “{now}”" if was and now else (f"date: “{now}” put in" if now else f"date: “{was}” cut")
        weight = Weight("substantive", significance.within("substantive", 0.65), ("date",), (reason,))
        steps = tuple((sign, text) for sign, text in (("-", was), ("+", now)) if text)
        entries.append(_weighed(Entry("field", field="published", before=was, after=now, edits=steps), weight))
    return entries


def _published(wording: Wording) -> str | None:
    """ISO 8601: a day, or an interval as "2009-06-16/2009-06-18"."""
    days = [day.isoformat() for day in (wording.published_on, wording.published_until) if day]
    return "/".join(days) or None


def _entry(one: Found, texts: _Texts) -> tuple[Entry, bool]:
    before = texts.was[slice(*one.was_span)] if one.was_span else None
    after = texts.now[slice(*one.now_span)] if one.now_span else None
    coarse = False
    if before is None or after is None:
        text = after if before is None else before
        assert text is not None
        steps: tuple[Edit, ...] = (("+" if before is None else "-", text),) if text else ()
        many = len(one.was + one.now) > 1
        weight = significance.of_presence(text, one.kind, texts.words, "run of passages" if many else one.unit)
    else:
        steps, coarse = edits(before, after)
        weight = significance.of_wording(before, after, steps, texts.words)
        if one.kind in _STRUCTURAL:
            share = len(after) / max(1, len(texts.now))
            weight = significance.both(significance.of_place(share, _whereabouts(one, before)), weight)
    entry = Entry(
        one.kind, one.unit, None, one.was, one.now, one.was_span, one.now_span, before, after, steps,
        weight.touches, weight.klass, weight.significance, weight.reasons,
    )  # fmt: skip
    return entry, coarse


def _whereabouts(one: Found, text: str) -> str:
    """Where text went, passages counted from 1 as people do."""
    was, now = one.was[0] + 1, one.now[0] + 1
    if one.kind == "split":
        return f"passage {was} is now {len(one.now)} passages" if len(one.was) == 1 else "the break between two passages stands elsewhere"
    if one.kind == "merged":
        return f"passages {was} to {one.was[-1] + 1} are now one"
    if one.unit == "sentence" and was == now:
        return f"a sentence of passage {now} changed its place in it"
    if was == now:
        return f"{len(text)} characters moved past what stood beside them"
    return f"{len(text)} characters moved {'up' if now < was else 'down'}, from passage {was} to passage {now}"


def _weighed(entry: Entry, weight: Weight) -> Entry:
    return replace(entry, klass=weight.klass, significance=weight.significance, touches=weight.touches, reasons=weight.reasons)


def _judged(entry: Entry, texts: _Texts, judge: Judge) -> Entry:
    if entry.klass not in {"structural", "substantive"} or entry.field == "published":
        return entry
    verdict = judge(texts.before, texts.after, entry)
    bears = verdict.position_bearing and entry.klass == "substantive"
    weight = Weight(entry.klass, entry.significance, entry.touches, entry.reasons)
    return replace(
        entry,
        position_bearing=bears,
        direction=verdict.direction if bears else None,
        issues=verdict.issues,
        touches=significance.ordered((*entry.touches, *verdict.touches)),
        significance=significance.bearing(weight) if bears else entry.significance,
        reasons=(*verdict.reasons, *entry.reasons),
    )


def _summed(entries: list[Entry], coarse: bool) -> Comparison:
    klass: ChangeClass = "none"
    for entry in entries:
        klass = significance.graver(klass, entry.klass)
    directions: list[Direction] = [entry.direction for entry in entries if entry.direction]
    return Comparison(
        klass=klass,
        moved=any(entry.kind in {"moved", "moved_reworded"} for entry in entries),
        position_bearing=any(entry.position_bearing for entry in entries),
        directions=tuple(dict.fromkeys(directions)),
        issues=tuple(dict.fromkeys(issue for entry in entries for issue in entry.issues)),
        significance=max((entry.significance for entry in entries), default=0.0),
        entries=tuple(entries),
        coarse=coarse,
    )
