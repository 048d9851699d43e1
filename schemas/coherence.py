"""Whether the parts of a page belong together: its title, its day, its pictures and the order of its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from schemas.records import Reading
from schemas.traces import Picture, Traces

RECENT_DAYS = 3  # a statement speaks of what happened in the days before it
FAR_DAYS = 5  # beyond it, what the text speaks of outweighs when a picture was uploaded
MORNING = 0.5  # a page finished after midnight, or by noon of the next working day, is of the day before
AROUND = (14, 30)  # and of what lies so many days before and after it
WORKING_DAYS_OFF = 4  # how many days a week-end and a holiday may add to that

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = {name: number for number, name in enumerate(_MONTHS.split("|"), 1)}
_ENGLISH = re.compile(rf"\b(?=[ADFJMNOS])({_MONTHS})\s*(\d{{1,2}})\b(?:(?:st|nd|rd|th)?,?\s+(\d{{4}}))?")
_BRITISH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTHS})\b(?:,?\s+(\d{{4}}))?")
_CHINESE = re.compile(r"(?:(\d{4})年|(去年|明年|今年))?(\d{1,2})月(\d{1,2})日")
_CHINESE_DAY = re.compile(r"(?<![\d月至到、.—－-])(\d{1,2})日(?![元益])")

_QUESTION = re.compile(r"^\W*(?:Q(?:uestion)?|问|追问|Вопрос)\s*\d*\s*[:：]|^.{1,40}?记者(?:追问)?[:：]|^Follow-up:", re.IGNORECASE)
_LABEL = re.compile(r"^([\u4e00-\u9fff]{2,3}|[A-Z][a-z]+ [A-Z][a-z]+)[:：]")
_ANSWER = re.compile(r"^\W*(?:A(?:nswer)?|答|Ответ)\s*[:：]", re.IGNORECASE)
_GOES_ON = re.compile(
    r"^\s*(?:Second(?:ly)?|Third(?:ly)?|Fourth|Finally|Moreover|Furthermore|In addition|However|Meanwhile|"
    r"第?[二三四]是?[，,、]|其次|再次|此外|同时[，,]|另外|最后[，,])"
)
_MID_SENTENCE = re.compile(r"^[a-zа-я.,;:!?)\]’”，。；：！？、）】]")


@dataclass(frozen=True, slots=True)
class Form:
    """What a statement with such a title looks like (`expect: {forms: …}` of a source)."""

    title: re.Pattern[str]
    opens: re.Pattern[str] | None = None  # of the passages that match it, one is the first or the second of all
    questions: int = 0  # at least so many are asked, unless the page is illustrated
    topic: re.Pattern[str] | None = None  # group 1, in the title, is what the text speaks of
    speaker: re.Pattern[str] | None = None  # group 1, in the title, is who answers


@dataclass(frozen=True)
class Expect:
    """A source's thresholds, as its YAML says them in `expect:`."""

    passages_min: int = 1
    passages_max: int = 5000
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    charset_as_declared: bool = False
    title_in_head: bool = False
    pictures: re.Pattern[str] | None = None  # groups `day` (YYYYMMDD) and `fraction` (of the day) in a picture's name
    pictures_until_days: int = 4
    forms: tuple[Form, ...] = ()

    @classmethod
    def of(cls, expect: Mapping[str, Any], hosts: Sequence[str] = (), language: str | None = None, layout: str | None = None) -> Expect:
        """From a source's `expect:`, its hosts and its language (expected where `languages:` names none).

        What `by_layout:` says of `layout`, the one that read the page, goes before the rest.
        """
        expect = {**expect, **expect.get("by_layout", {}).get(layout, {})}
        passages, pictures = expect.get("passages", {}), expect.get("pictures", {})
        return cls(
            passages_min=passages.get("min", cls.passages_min),
            passages_max=passages.get("max", cls.passages_max),
            languages=tuple(expect.get("languages", [language] if language else [])),
            hosts=tuple(hosts),
            charset_as_declared=expect.get("charset_as_declared", False),
            title_in_head=expect.get("title_in_head", False),
            pictures=re.compile(pictures["name"]) if pictures else None,
            pictures_until_days=pictures.get("until_days", cls.pictures_until_days),
            forms=tuple(_form(raw) for raw in expect.get("forms", ())),
        )


def title_astray(reading: Reading, traces: Traces) -> str | None:
    """The head's title where it does not name the statement that the page shows; None where it does, or is a bare site name."""
    title, head = _letters(reading.wording.title), _letters(traces.head_title or "")
    if not head:
        return "(empty)"
    return None if title and title in head else traces.head_title


def day_astray(reading: Reading, traces: Traces, expect: Expect) -> str | None:
    """Why the body seems to be of another day than the page: a sentence, or None.

    A publishing system names a picture by the moment of its upload: of a statement's pictures one at least is uploaded
    on its day or by noon of the next working one. Where all are some days apart, the days that the text speaks of
    decide. A day that only one place tells may be mistyped by one, and a year by one.
    """
    uploads = sorted(_uploads(traces.pictures, expect))
    if not uploads:
        return _speaks_of_another_time(reading)
    days = _own_days(reading, uploads[0][0])
    if not days or any(_fits(upload, own) for upload in uploads for own in days):
        return None
    upload = uploads[0][0]
    apart = min(((upload - own).days for own in days), key=abs)
    is_told_twice = reading.date_from == "page" and reading.wording.published_on in set(_days(reading.wording.title, upload))
    if abs(apart) == 1 and not is_told_twice:
        return None
    told = f"its pictures were uploaded on {upload}, the statement is of {' or '.join(map(str, days))}"
    text = reading.wording.text
    to_own, to_upload = max(_closeness(text, own) for own in days), _closeness(text, upload)
    if -FAR_DAYS <= apart < 0:
        return told
    if 0 < apart <= expect.pictures_until_days:
        return told if to_upload > to_own else None
    return told if to_own <= to_upload else None


def _fits(upload: tuple[date, float], own: date) -> bool:
    """Whether a picture was uploaded on that day, in whichever year, or on a morning soon after."""
    day, fraction = upload
    apart = (day - own).days
    return apart == 0 or (0 < apart <= WORKING_DAYS_OFF and fraction < MORNING) or (day.month, day.day) == (own.month, own.day)


def _closeness(text: str, day: date) -> tuple[int, int]:
    """How often the text names one of the last days before `day`, and any day around it."""
    apart = [(named - day).days for named in _days(text, day)]
    return sum(-RECENT_DAYS <= days <= 0 for days in apart), sum(-AROUND[0] <= days <= AROUND[1] for days in apart)


def _speaks_of_another_time(reading: Reading) -> str | None:
    """Whether the days that a text without pictures names all lie far from its own; it takes several to tell."""
    own = reading.wording.published_on
    if own is None:
        return None
    apart = [days for named in _days(reading.wording.text, own) if abs(days := (named - own).days) < 300]
    several = len(apart) > 1 and not any(-AROUND[0] <= days <= AROUND[1] for days in apart)
    many = len(apart) > 3 and not any(abs(days) <= 10 for days in apart)
    return f"no day that it names is near its own, {own}" if several or many else None


def order_astray(reading: Reading, traces: Traces, expect: Expect) -> str | None:
    """Why the passages seem to stand in a wrong order: a sentence, or None.

    An interview does not open with an answer or in the middle of one. Pictures tell order too: they are uploaded in
    order, and stand before and after the words; two such signs are needed, for each alone is seen on sound pages.
    """
    passages = [p.text for p in reading.wording.passages]
    if not passages:
        return None
    if any(_QUESTION.match(p) for p in passages):
        if _ANSWER.match(passages[0]):
            return "it opens with an answer, and its questions come after"
        if _GOES_ON.match(passages[0]):
            return f"it opens in the middle of something: {passages[0][:60]!r}"
    if _MID_SENTENCE.match(passages[0]) and len(passages) - 1 in reading.truncated_passages:
        return f"it opens and ends in the middle of a sentence: {passages[0][:30]!r}, {passages[-1][-30:]!r}"
    for form in expect.forms:
        if form.opens and form.title.search(reading.wording.title):
            opening = next((number for number, p in enumerate(passages) if form.opens.search(p)), 0)
            if opening > 1:
                return f"what such a statement opens with stands in passage {opening}: {passages[opening][:60]!r}"
    signs = list(_order_of_pictures(reading, traces.pictures, expect))
    return " and ".join(signs) if len(signs) > 1 else None


def _order_of_pictures(reading: Reading, pictures: Sequence[Picture], expect: Expect) -> Iterator[str]:
    if len(pictures) < 2:
        return
    uploads = [_upload(picture, expect) for picture in pictures]
    known = [upload for upload in uploads if upload]
    end = 0.98 * len("".join(reading.wording.text.split()))
    if pictures[0].words_before > 0:
        yield "its first picture stands inside the text"
        if all(picture.words_before < end for picture in pictures):
            yield "none stands at its end"
    if known and known[0] != min(known):
        yield "its first picture was not uploaded first"
    inside = (one.words_before == two.words_before < end for one, two in pairwise(pictures))
    if any(beside and a and b and b < a for beside, (a, b) in zip(inside, pairwise(uploads), strict=True)):
        yield "its last picture is followed by its first, and both by words"


def form_astray(reading: Reading, traces: Traces, expect: Expect) -> str | None:
    """Why the text is not of the kind or on the subject that the title names: a sentence, or None."""
    title, passages = reading.wording.title, [p.text for p in reading.wording.passages]
    for form in expect.forms:
        if not form.title.search(title):
            continue
        asked = sum(1 for p in passages if _QUESTION.match(p))
        if asked < form.questions and not traces.pictures:
            return f"{asked} questions are asked, at least {form.questions} are expected under such a title"
        if (speaker := form.speaker.search(title) if form.speaker else None) and (label := _speaks(passages, speaker[1])):
            return f"the title names {speaker[1]}, the answers are {label}'s"
        topic = form.topic.search(title) if form.topic else None
        if topic and not _speaks_of(topic[1], passages):
            return f"the text does not open on {topic[1]!r}"
    return None


def _speaks(passages: Sequence[str], speaker: str) -> str | None:
    """Who gives the answers, where passages open with names and none with the speaker's."""
    labels = Counter(found[1] for p in passages if (found := _LABEL.match(p)))
    if labels[speaker] or any(_ANSWER.match(p) for p in passages):
        return None
    label, times = next(iter(labels.most_common(1)), ("", 0))
    return label if times > 1 and not _QUESTION.match(f"{label}:") else None


def _form(raw: Mapping[str, Any]) -> Form:
    patterns = {key: re.compile(raw[key]) for key in ("title", "opens", "topic", "speaker") if key in raw}
    return Form(questions=raw.get("questions", 0), **patterns)


def _letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _speaks_of(topic: str, passages: Sequence[str]) -> bool:
    """Whether the text takes up the title's subject at once, as a question or a first sentence does: by its letters, for it is often abbreviated."""
    grams, letters = _grams(topic), {ch for ch in topic if ch.isalnum()}
    if len(grams) < 5 or not passages:
        return True
    opening, text = passages[0], "\n".join(passages)
    opens = sum(gram in opening for gram in grams) >= 0.1 * len(grams) or sum(ch in opening for ch in letters) >= 0.25 * len(letters)
    return opens and sum(gram in text for gram in grams) >= 0.1 * len(grams)


def _grams(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()}


def _own_days(reading: Reading, near: date) -> list[date]:
    """The days that page and title give the statement; a year that they leave out is the one nearest to `near`."""
    wording = reading.wording
    days = {day for day in (wording.published_on, wording.published_until) if day}
    return sorted(days.union(_days(wording.title, wording.published_on or near)))


def _upload(picture: Picture, expect: Expect) -> tuple[date, float] | None:
    found = expect.pictures.search(picture.name) if expect.pictures else None
    if not found:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return day, float(f"0.{found['fraction']}")


def _uploads(pictures: Iterable[Picture], expect: Expect) -> Iterator[tuple[date, float]]:
    return (upload for picture in pictures if (upload := _upload(picture, expect)))


def _days(text: str, near: date) -> Iterator[date]:
    """The days that a text names; a year or month that it leaves out is the one that brings the day nearest to `near`."""
    for month, day, year in _ENGLISH.findall(text):
        yield from _day(near, int(year or 0), _MONTH[month], int(day))
    for day, month, year in _BRITISH.findall(text):
        yield from _day(near, int(year or 0), _MONTH[month], int(day))
    if "日" not in text:
        return
    for year, relative, month, day in _CHINESE.findall(text):
        told = int(year) if year else near.year + {"去年": -1, "明年": 1, "今年": 0}[relative] if relative else 0
        yield from _day(near, told, int(month), int(day))
    for day in _CHINESE_DAY.findall(text):
        around = (near + timedelta(days=offset) for offset in sorted(range(-15, 16), key=abs))
        yield from [candidate for candidate in around if candidate.day == int(day)][:1]


def _day(near: date, year: int, month: int, day: int) -> Iterator[date]:
    found = []
    for candidate in [year] if year else (near.year - 1, near.year, near.year + 1):
        try:
            found.append(date(candidate, month, day))
        except ValueError:
            continue
    if found:
        yield min(found, key=lambda d: abs((d - near).days))
