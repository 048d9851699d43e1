"""Mails that say the same in both parts, thread, can be stopped, and carry nothing of a stranger's but words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Entry, Passage, Position, Wording
from statements.alerts.events import Cited
from statements.alerts.letter import MOST_LISTED, MOST_QUOTED, write
from statements.alerts.mail import compose, html, plain
from statements.alerts.subscriptions import Subscription
from tests.unit.alerts.specimens import FIRM, MONDAY, SOFT, altered, new, shifted, softened

DESK = Subscription("desk", "desk@example.org", "Nord Desk", title="The north", time_zone=ZoneInfo("Europe/Berlin"))
BASE = "https://statements.example.org"


def mail(*events, base_url=BASE, **options):
    made = compose(
        events, DESK, sender="Statements <statements@example.org>", message_id="<m1@example.org>", now=MONDAY, base_url=base_url, **options
    )
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def parts(message):
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def words(text):
    return re.findall(r"\w+", text)


def with_entries(*entries, **fields):
    return altered(comparison=replace(softened(), entries=entries), **fields)


def test_the_headers_name_thread_list_and_how_to_stop_it():
    first, second, other = mail(altered()), mail(altered(capture="c2")), mail(altered("s2"))
    assert first["To"] == "Nord Desk <desk@example.org>"
    assert first["Message-ID"] == "<m1@example.org>"
    assert first["References"] == first["In-Reply-To"] == second["References"] != other["References"]
    assert first["List-Id"] == "<desk.statements.example.org>"
    assert first["List-Unsubscribe"] == "<mailto:statements@example.org?subject=unsubscribe%20desk>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "References" not in mail(altered("s1"), altered("s2"))


def test_addresses_for_programs_stay_whole_however_long_they_are():
    long = replace(DESK, id="the-desk-for-the-northern-and-eastern-islands-and-the-straits-between-them")
    sender = "statements@mail.of.a.ministry.with.a.rather.long.name.example.org"
    raw = compose([altered()], long, sender=sender, message_id="<m1@example.org>", now=MONDAY, base_url=BASE).as_bytes()
    assert f"List-Id: <{long.id}.statements.{sender.partition('@')[2]}>\r\n".encode() in raw
    assert f"List-Unsubscribe: <mailto:{sender}?subject=unsubscribe%20{long.id}>\r\n".encode() in raw


def test_what_stands_now_comes_before_what_was():
    text, page = parts(mail(altered()))
    assert text.index(f"Now | {SOFT}") < text.index("Was | The northern side [-firmly-] opposes")
    assert page.index("Now") < page.index(">firmly</del>")


def test_both_clocks_are_told_in_the_readers_zone_with_utc_beside():
    text, _ = parts(mail(altered()))
    assert "The ministry's date: 3 March 2025." in text
    assert "Seen: 3 March 2025, 14:05 CET (13:05 UTC)." in text


def test_links_lead_to_the_ministry_and_to_our_page():
    text, page = parts(mail(altered()))
    links = [anchor["href"] for anchor in BeautifulSoup(page, "lxml").find_all("a")]
    assert links == ["https://mfa.nord.example/s1.html", f"{BASE}/captures/capture%20of%20s1"]
    assert all(link in text for link in links)


def test_a_new_statement_is_quoted_by_its_positions_or_else_by_its_opening():
    says = Position("island", "both", "oppose", "position", 4, 0, len(FIRM), FIRM)
    with_position, without = (plain(write([new(positions=positions)], DESK)).replace("\n    | ", " ") for positions in ((says,), ()))
    assert f"Island: position of both sides {FIRM}" in with_position
    assert "It opens" not in with_position
    assert "It opens The two sides met in good spirit." in without


def test_moved_is_told_as_moved_and_quoted_once():
    text, _ = parts(mail(with_entries(Entry("moved", was=(11,), now=(2,), edits=(("=", "The two sides met."),)))))
    assert "Passage 12 moved, now 3, wording unchanged" in text
    assert text.count("The two sides met.") == 1


def test_position_bearing_comes_first_then_shifts_then_new_then_the_rest():
    gone = altered("s4", kind="gone", comparison=None)
    plain_change = altered("s5", comparison=replace(softened(), position_bearing=False))
    text, _ = parts(mail(gone, new("s3"), shifted("s2"), plain_change, altered("s1")))
    assert re.findall(r"Nord MFA · (\w+)", text) == ["altered", "shift", "new", "altered", "gone"]


def test_at_most_ten_lines_are_quoted_and_the_rest_is_counted():
    many = with_entries(*(Entry("added", now=(number,), edits=(("+", f"Sentence {number}."),)) for number in range(14)))
    text, page = parts(mail(many))
    assert len(re.findall("^(?:Now|Was|   ) \\|", text, re.M)) == MOST_QUOTED == page.count("border-left")
    assert "And 4 more findings: 4 added." in text
    text, _ = parts(mail(*(altered(f"s{number}") for number in range(60)), untold={"new": 7}))
    assert len(re.findall("^(?:Now|Was|   ) \\|", text, re.M)) == MOST_QUOTED
    assert text.count("Nord MFA · altered") == MOST_LISTED
    assert f"And 7 new and {60 - MOST_LISTED} altered, counted only." in text


def test_a_long_passage_is_shortened_around_its_change():
    long = "word " * 400
    event = with_entries(Entry("reworded", was=(0,), now=(0,), edits=(("=", long), ("-", "not "), ("=", long))))
    text, _ = parts(mail(event))
    assert "[-not-]" in text
    assert len(text) < 1500


INVISIBLE = [(("-", "\u00a0"), "no-break space"), (("+", "  "), "2 spaces"), (("-", "\u202e"), "right-to-left override")]


def test_both_lines_of_a_long_passage_show_the_same_place():
    long = "word " * 400
    event = with_entries(Entry("reworded", was=(0,), now=(0,), edits=(("=", long + "this "), ("+", "very "), ("=", "place " + long))))
    text = plain(write([event], DESK)).replace("\n    | ", " ")
    assert "this {+very+} place" in text
    assert "this place" in text


@pytest.mark.parametrize(("edit", "shown"), INVISIBLE)
def test_no_diff_looks_empty(edit, shown):
    text, page = parts(mail(with_entries(Entry("reworded", was=(0,), now=(0,), edits=(("=", "north"), edit, ("=", "south"))))))
    assert f"[{shown}]" in text
    assert f"[{shown}]" in page


def test_a_digest_says_how_many_and_for_whom():
    text, _ = parts(mail(altered("s1"), new("s2"), untold={"new": 2}))
    assert text.startswith("4 alerts for The north")


def test_a_link_that_is_not_of_the_web_is_left_out():
    _, page = parts(mail(altered(url="javascript:alert(1)"), base_url=None))
    assert "javascript" not in page


HOSTILE = (
    "Joint\r\nBcc: spy@example.org\n\n<script>alert('x')</script> \u202eevil\u2066 {{ 7 * 7 }} "
    "<img src=https://spy.example/x.png onerror=go()> " + "y" * 5000
)


def test_a_hostile_statement_gives_a_sound_mail():
    entry = Entry("reworded", was=(0,), now=(0,), edits=(("=", HOSTILE), ("-", HOSTILE), ("+", "fine")), issues=(HOSTILE,), reasons=(HOSTILE,))
    event = with_entries(entry, title=HOSTILE, ministry=HOSTILE, url='https://mfa.example/\r\n"><script>', evidence=HOSTILE)
    message = mail(event, replace(new("s2"), title=HOSTILE, positions=(Position(HOSTILE, HOSTILE, "oppose", "position", 3, 0, 1, HOSTILE),)))
    assert message["Bcc"] is None
    assert message["To"] == "Nord Desk <desk@example.org>"
    assert len(message["Subject"]) <= 90
    assert not message.defects
    text, page = parts(message)
    soup = BeautifulSoup(page, "lxml")
    assert not soup.find_all(["script", "img", "style", "link", "iframe", "object", "form"])
    assert not [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on") or name in {"src", "background"}]
    assert "url(" not in page
    assert not set(page + text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    assert "49" not in text


def test_nothing_in_the_html_is_fetched_from_elsewhere_or_needs_a_style_sheet():
    _, page = parts(mail(altered(), base_url=None))
    soup = BeautifulSoup(page, "lxml")
    assert not soup.find_all(["style", "link", "img", "script"])
    assert not soup.find_all(class_=True)


ordinary = st.text(st.characters(blacklist_characters="[]{}|_"), max_size=60)


@settings(max_examples=60)
@given(ordinary, ordinary, st.lists(st.tuples(st.sampled_from("=-+"), ordinary), min_size=1, max_size=5), st.integers(0, 3))
def test_plain_text_and_html_say_the_same(title, quote, edits, extra):
    event = altered(
        title=title, comparison=replace(softened(), entries=(Entry("reworded", was=(1,), now=(2,), edits=tuple(edits), reasons=(quote,)),))
    )
    letter = write([event, *(new(f"n{number}") for number in range(extra))], DESK, untold={"new": extra} if extra else None)
    shown = BeautifulSoup(html(letter), "html.parser").body.get_text(" ")
    # The plain text writes its addresses out, and explains its own marks.
    text = re.sub(r"(The ministry's page): \S+", r"\1", plain(letter)).partition("Added words")[0]
    assert sorted(words(text)) == sorted(words(shown.partition("Added words")[0]))


def test_the_language_of_the_words_is_marked_for_those_who_hear_them():
    chinese = Wording("联合声明", (Passage("双方重申。"),), language="zh")
    assert 'lang="zh"' in parts(mail(altered(title="联合声明", after=chinese)))[1]


def test_a_shift_is_told_by_its_clauses_with_the_earlier_statement_named():
    earlier = (Cited("s1", "Joint Statement of Winter", published_on=date(2024, 12, 1)),)
    text = plain(write([shifted(earlier=earlier)], DESK)).replace("\n    | ", " ")
    assert f"Now | {SOFT}" in text
    assert "Was | The northern side [-firmly-] opposes any attempt to divide the island. (Joint Statement of Winter, 1 December 2024)" in text
    assert "booster dropped; level 4, now 3; high confidence" in text


def test_a_position_that_was_dropped_is_quoted_as_it_was():
    (shift,) = shifted().shifts
    text = plain(write([shifted(shifts=(replace(shift, kind="dropped", after=(), level_after=None),))], DESK))
    assert f"Was | {FIRM}" in text
    assert "Now |" not in text


def test_without_pages_of_ours_the_red_line_is_attached():
    alone, several = mail(altered(), base_url=None), mail(altered("s1"), altered("s2"), new("s3"), base_url=None)
    (attached,) = alone.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("red-line.html", "text/html")
    assert "firmly" in attached.get_content()
    assert "Attached: the whole text with its changes marked (red-line.html)." in parts(alone)[0]
    assert [part.get_filename() for part in several.iter_attachments()] == ["red-line-1.html", "red-line-2.html"]
    assert not list(mail(altered()).iter_attachments())
    assert not list(mail(new(), base_url=None).iter_attachments())
