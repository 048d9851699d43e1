"""Subjects of at most ninety characters that tell."""

import doctest
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Comparison, Entry
from statements.alerts import headline, phrases, subscriptions
from statements.alerts.headline import changed_words, subject
from tests.unit.alerts.specimens import altered, new, shifted, softened

TITLES = {"island": "Island question / one north", "trade": "Trade"}


@pytest.mark.parametrize("module", [headline, phrases, subscriptions])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (altered(), "Nord MFA altered: Joint Statement on Deepening … — 'firmly' removed on Island"),
        (altered(title="Remarks"), "Nord MFA altered: Remarks — 'firmly' removed on Island"),
        (new(title="Remarks"), "Nord MFA new: Remarks — on Island and Trade"),
        (new(title="Remarks", issues=()), "Nord MFA new: Remarks"),
        (
            new(title="Joint Statement on Deepening the Partnership of Neighbours in a New Era"),
            "Nord MFA new: Joint Statement on Deepening the Partnership … — on Island and 1 more",
        ),
        (shifted(title="Remarks"), "Nord MFA shift: Remarks — Island weakened: 'firmly' removed"),
        (altered(kind="gone", title="Remarks", comparison=None), "Nord MFA gone: Remarks — no longer on the site"),
        (altered(kind="restored", title="Remarks", comparison=None), "Nord MFA restored: Remarks — back, unchanged"),
        (altered(kind="restored", title="Remarks"), "Nord MFA restored: Remarks — back with other words"),
    ],
)
def test_a_subject_names_the_ministry_the_deed_the_statement_and_the_word(event, line):
    assert subject([event], {}, TITLES) == line


@pytest.mark.parametrize(
    ("entry", "gist"),
    [
        (Entry("added", now=(3,), edits=(("+", "A new passage, much too long to be quoted in a subject line."),)), "passage added"),
        (Entry("removed", was=(3,)), "passage removed"),
        (Entry("moved", was=(3,), now=(1,)), "passage moved"),
        (Entry("moved", unit="sentence"), "sentence moved"),
        (Entry("field", field="title"), "title changed"),
        (Entry("field", field="published"), "date changed"),
        (Entry("reworded", edits=(("-", "two"), ("+", "three"), ("=", " visits"))), "'two' → 'three'"),
    ],
)
def test_an_alteration_is_told_by_its_gravest_entry(entry, gist):
    minor = Entry("reworded", significance=0.1, edits=(("+", "comma"),))
    event = altered(title="Remarks", comparison=Comparison("substantive", entries=(minor, replace(entry, significance=0.6))))
    assert subject([event], {}, {}) == f"Nord MFA altered: Remarks — {gist}, 1 more change"


def test_that_a_statement_is_new_is_told_before_how_its_positions_moved():
    assert (
        subject([shifted("s2", title="Remarks"), new("s2", title="Remarks")], {}, {}) == "Nord MFA new: Remarks — Island weakened: 'firmly' removed"
    )


def test_an_invisible_change_is_spelt_out():
    assert changed_words([("=", "a"), ("-", "\u200b"), ("=", "b")]) == "'[zero width space]' removed"


def test_a_digest_counts_what_is_in_it_and_tells_the_gravest():
    events = [altered("s1"), shifted("s2"), new("s3", ministry="Süd MFA"), new("s4")]
    line = subject(events, {"new": 3}, {})
    assert line == "Nord MFA and Süd MFA: 5 new, 1 altered and 1 shift — 'firmly' removed on Island"


words = st.text(max_size=400) | st.text("\u202e\u2066\r\n\x00 <script>", max_size=50) | st.just("字" * 5000) | st.just("x" * 5000)


@given(title=words, ministry=words, word=words, extra=st.lists(words, max_size=3))
def test_whatever_a_ministry_writes_a_subject_is_one_sound_line(title, ministry, word, extra):
    comparison = softened()
    entry = replace(comparison.entries[0], edits=(("-", word), ("=", " x")), issues=tuple(extra))
    event = altered(title=title, ministry=ministry, comparison=replace(comparison, entries=(entry,)))
    for events in ([event], [event, new("s3", ministry=word, issues=tuple(extra))], [shifted(title=title, ministry=ministry)]):
        line = subject(events, {}, {})
        assert 0 < len(line) <= headline.LONGEST
        assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in line)
        assert not set(line) & set("\u202a\u202e\u2066\u2069")
