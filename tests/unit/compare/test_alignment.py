"""Which text of one sequence is which of the other, and which of them moved."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from statements.compare.alignment import align
from tests.unit.compare.strategies import texts


def moved(before, after):
    return [pair.was for pair in align(before, after).pairs if pair.moved]


def test_a_text_pushed_down_by_an_insertion_has_not_moved():
    assert moved(["a", "b", "c"], ["new", "a", "b", "c"]) == []


def test_the_fewest_characters_explain_the_new_order():
    assert moved(["short", "a much longer one"], ["a much longer one", "short"]) == [0]


def test_of_equally_heavy_runs_the_earlier_stays():
    assert moved(["aa", "bb"], ["bb", "aa"]) == [1]


def test_repeated_texts_are_paired_in_order():
    assert [(p.was, p.now) for p in align(["x"], ["x", "x"]).pairs] == [(0, 0)]
    assert [(p.was, p.now) for p in align(["x", "x", "x"], ["x", "y", "x"]).pairs] == [(0, 0), (2, 2)]


def test_a_repeated_heading_before_a_new_section_moves_nothing():
    before = ["Note", "The ferry runs daily.", "Note", "The bridge is shut."]
    after = ["Note", "A lock was built upstream.", *before]
    alignment = align(before, after)
    assert not any(pair.moved for pair in alignment.pairs)
    assert len(alignment.added) == 2
    assert 1 in alignment.added


@given(st.lists(st.sampled_from("abcdefgh"), max_size=9), st.lists(st.sampled_from("abcdefgh"), max_size=9))
def test_every_text_stands_in_exactly_one_place(before, after):
    alignment = align(before, after)
    assert sorted([p.was for p in alignment.pairs] + list(alignment.removed)) == list(range(len(before)))
    assert sorted([p.now for p in alignment.pairs] + list(alignment.added)) == list(range(len(after)))


@given(st.permutations(range(6)), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_what_moved_weighs_least(order, lengths):
    before = [chr(97 + i) * length for i, length in enumerate(lengths)]
    after = [before[i] for i in order]
    alignment = align(before, after)
    weight = sum(len(before[p.was]) for p in alignment.pairs if p.moved)
    place = {index: at for at, index in enumerate(order)}

    def steady(kept):
        return all(place[left] < place[right] for left, right in pairwise(kept))

    runs = [kept for size in range(7) for kept in combinations(range(6), size) if steady(kept)]
    assert weight == sum(lengths) - max(sum(lengths[i] for i in kept) for kept in runs)


@given(texts(), st.data())
def test_any_block_move_is_found_and_minimal(passages, data):
    start = data.draw(st.integers(0, len(passages) - 1))
    end = data.draw(st.integers(start + 1, len(passages)))
    block, rest = passages[start:end], passages[:start] + passages[end:]
    at = data.draw(st.integers(0, len(rest)))
    after = rest[:at] + block + rest[at:]
    jumped = passages[at:start] if at <= start else passages[end : at + len(block)]
    weight = sum(len(passages[was]) for was in moved(passages, after))
    assert weight == min(sum(map(len, block)), sum(map(len, jumped)))


@given(texts(), st.data())
def test_any_deletion_is_found(passages, data):
    gone = data.draw(st.sets(st.integers(0, len(passages) - 1), max_size=len(passages) - 1))
    alignment = align(passages, [text for i, text in enumerate(passages) if i not in gone])
    assert set(alignment.removed) == gone
    assert not any(pair.moved for pair in alignment.pairs)
