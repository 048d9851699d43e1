"""Dates as ministries write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Passage
from scrapers import dates
from scrapers.published import Published, published

DAYS = st.dates(date(1949, 10, 1), date(2098, 12, 31))
ENGLISH = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
NUMERALS = "〇一二三四五六七八九"


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


@given(DAYS)
def test_a_day_is_found_in_every_way_of_writing_it(day: date) -> None:
    month, year_in_numerals = ENGLISH[day.month - 1], "".join(NUMERALS[int(digit)] for digit in str(day.year))
    for written, language in (
        (f"{month} {day.day}, {day.year}", "en"),
        (f"{month[:3]}. {day.day:02}, {day.year}", "en"),
        (f"{month}{day.day}, {day.year}", "en"),
        (f"{day.day} {month} {day.year}", "en"),
        (f"the {day.day}th of {month}, {day.year}", "en"),
        (f"{month} {day.day}，{day.year}", "en"),
        (f"{day.day}\u2010{month[:3]}\u2010{day.year}", "en"),
        (day.isoformat(), "en"),
        (f"{day:%Y/%m/%d} 15:33", "zh"),
        (f"{day.day}.{day.month}.{day.year}", "de"),
        (f"{day.year}年{day.month}月{day.day}日", "zh"),
        (f"{year_in_numerals}年{in_chinese(day.month)}月{in_chinese(day.day)}日", "zh"),
    ):
        (found,) = dates.find(f"Remarks: {written}.", language)
        assert (found.published_on, found.precision) == (day, "day"), written


@given(DAYS, st.integers(1, 40))
def test_an_interval_stays_an_interval(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    one_month = (first.year, first.month) == (last.year, last.month)
    month, until = ENGLISH[first.month - 1], ENGLISH[last.month - 1]
    written = [
        f"{first.day} {month} {first.year} – {last.day} {until} {last.year}",
        f"{month} {first.day}, {first.year} to {until} {last.day}, {last.year}",
    ]
    if one_month:
        written += [f"{first.day}{dash}{last.day} {month} {first.year}" for dash in "-\u2010\u2011\u2013\u2212"]
        written += [f"{first.day}-{last.day} {month} {first.year}", f"{month} {first.day} and {last.day}, {first.year}"]
        written += [f"{first.year}年{first.month}月{first.day}日至{last.day}日"]
    for text in written:
        (found,) = dates.find(text)
        assert (found.published_on, found.published_until, found.precision) == (first, last, "interval"), text


@given(st.text())
def test_whatever_is_found_is_a_calendar_day_in_its_place(text: str) -> None:
    for found in dates.find(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.published_on or found.hint


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("18 июня 2009 года", "ru", "2009-06-18"),
        ("le 18 juin 2009", "fr", "2009-06-18"),
        ("18 de junio de 2009", "es", "2009-06-18"),
        ("18. Juni 2009", "de", "2009-06-18"),
        ("10. března 2011", "cs", "2011-03-10"),
    ],
)
def test_months_are_known_in_the_languages_of_ministries(text: str, language: str, day: str) -> None:
    assert [str(found.published_on) for found in dates.find(text, language)] == [day]


@pytest.mark.parametrize("text", ["31 June 2009", "February 30, 2001", "2012-13-45", "May 22, 20188", "may 5", "in 1972", "10 2001", "2017年13月4日"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert not dates.find(text)


def test_a_month_is_a_month_and_a_day_without_a_year_a_hint() -> None:
    assert [(str(found.published_on), found.precision) for found in dates.find("in June 2009")] == [("2009-06-01", "month")]
    assert [found.hint for found in dates.find("on September 10")] == ["--09-10"]
    assert [found.hint for found in dates.find("9月10日")] == ["--09-10"]


def told(text: str = "", **where: str) -> Published:
    passages = [Passage(part) for part in text.split("\n")] if text else []
    return published(**{"page": "", "title": "", **where}, passages=passages)  # type: ignore[arg-type]


def test_the_page_goes_before_the_title_the_title_before_the_text_the_text_before_the_url() -> None:
    everywhere = {"page": "2020-07-18 00:48", "title": "Remarks on July 17, 2020", "url": "https://m.example/202007/t20200719_1.html"}
    text = "On July 16, 2020, the minister spoke."
    whences = []
    while everywhere:
        whences.append(told(text, **everywhere).whence)
        everywhere.pop(next(iter(everywhere)))
    assert whences == ["page", "title", "text"]
    assert told(url="https://m.example/202007/t20200719_1.html") == Published(date(2020, 7, 19), None, "day", "url")
    assert told(listing="2020-07-20").whence == "listing"
    assert told("Nothing is dated here.") == Published()


@pytest.mark.parametrize(
    "text",
    [
        "The two sides recalled the Treaty of July 16, 2001.",
        "The agreement signed on December 9, 1999, remains in force.",
        "They have met since 23 May 2008.",
        'The "Joint Statement" on November 10, 1997, is of practical significance.',
        "The minister will visit Norland from June 19 to 21, 2025.",
        "双方重申2001年7月16日签署的条约。",
        "两国自2001年7月16日以来",
        "The plan runs (2009-2012) and in 2001.",
    ],
)
def test_another_documents_day_is_not_the_statements(text: str) -> None:
    assert told(text).on is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("March 20, 2000-- The president spoke.", "2000-03-20"),
        ("BEIJING, March 20, 2000 (Xinhua) -- The president spoke.", "2000-03-20"),
        ("On the afternoon of September 30, 2017, the premier met envoys.", "2017-09-30"),
        ("First.\nSecond.\nDone at Norhaven on 17 June 2009", "2009-06-17"),
        ("一。\n二。\n二〇〇九年六月十七日于莫斯科", "2009-06-17"),
        ("The ministers met on 8 July 2003. They recalled the Treaty of July 16, 2001.", "2003-07-08"),
    ],
)
def test_the_text_tells_its_own_day_by_dateline_opening_or_signature(text: str, day: str) -> None:
    assert str(told(text).on) == day


def test_a_year_is_never_guessed_but_a_url_may_add_it() -> None:
    hinted = told("The leaders July 18 signed a declaration. A visit is planned for 2001.")
    assert (hinted.on, hinted.hint, hinted.precision) == (None, "--07-18", "unknown")
    with_url = told(title="Remarks on December 31", url="https://m.example/201901/t20190102_1.html")
    assert (str(with_url.on), with_url.whence) == ("2018-12-31", "url")
    far_off = told(title="Remarks on September 10", url="https://m.example/201901/t20190102_1.html")
    assert (far_off.on, far_off.hint) == (None, "--09-10")


def test_a_month_is_made_exact_by_a_day_inside_it_only() -> None:
    assert str(told("The ministers met on 8 July 2003.", title="Report for July 2003").on) == "2003-07-08"
    outside = told("The ministers met on 8 August 2003.", title="Report for July 2003")
    assert (str(outside.on), outside.precision, outside.whence) == ("2003-07-01", "month", "title")
