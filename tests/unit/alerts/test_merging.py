"""What is corrected within minutes is told once, as it came out."""

from dataclasses import replace
from datetime import timedelta

from schemas.records import Comparison, Entry, Position
from statements.alerts.merging import CORRECTION, merged
from tests.unit.alerts.specimens import FIRM, MONDAY, SOFT, altered, new, shifted, wording

A, B, C = wording(FIRM), wording(SOFT), wording("The northern side notes the matter.")


def compare(before, after):
    return Comparison("substantive", entries=(Entry("reworded", before=before.text, after=after.text),))


def step(before, after, minutes, **fields):
    return altered(before=before, after=after, capture=f"c{minutes}", captured_at=MONDAY + timedelta(minutes=minutes), **fields)


def test_one_event_is_told_as_it_is():
    assert merged([altered()], compare) == [altered()]


def test_two_alterations_become_one_from_the_first_wording_to_the_last():
    (told,) = merged([step(B, C, 14), step(A, B, 0)], compare)
    assert (told.before, told.after) == (A, C)
    assert told.comparison == compare(A, C)


def test_an_alteration_that_was_undone_never_happened():
    assert merged([step(A, B, 0), step(B, A, 5)], compare) == []


def test_what_comes_later_is_a_tale_of_its_own():
    late = CORRECTION / timedelta(minutes=1) + 1
    events = [step(A, B, 0), step(B, A, late)]
    assert merged(events, compare) == events


def test_a_correction_of_what_is_new_is_part_of_the_new():
    says = Position("island", "Nord", "oppose", "position", 4, 0, len(FIRM), FIRM)
    gone = Position("island", "Nord", "oppose", "position", 3, 0, 5, "No longer there")
    first = new(after=A, positions=(says, gone), captured_at=MONDAY)
    (told,) = merged([first, step(B, A, 3, title="Corrected")], compare)
    assert (told.kind, told.title, told.after, told.positions) == ("new", "Corrected", A, (says,))
    assert told.key == first.key


def test_what_went_and_came_back_never_happened():
    went = altered(kind="gone", comparison=None)
    back = replace(went, kind="restored", captured_at=MONDAY + timedelta(minutes=4))
    again = replace(went, captured_at=MONDAY + timedelta(minutes=8))
    assert merged([went, back], compare) == []
    assert merged([went, back, again], compare) == [again]


def test_the_last_word_on_a_shift_counts():
    first = shifted("s2")
    (shift,) = first.shifts
    second = replace(first, shifts=(replace(shift, kind="reversed"),), captured_at=MONDAY + timedelta(minutes=2))
    (told,) = merged([first, second], compare)
    assert [shift.kind for shift in told.shifts] == ["reversed"]


def test_other_statements_and_addresses_are_not_mixed_in():
    events = [step(A, B, 0), step(B, A, 1, statement="s2"), step(B, A, 2, address="https://embassy.nord.example/s1")]
    assert len(merged(events, compare)) == 3
