"""Clauses: who says what how firmly, and how sentences are cut and carried on."""

from __future__ import annotations

import pytest

from statements.positions import lexicon
from statements.positions.actors import Parties, parties_of
from statements.positions.clauses import Clause, clauses_of


def read(text: str, *parties: str) -> list[Clause]:
    words = lexicon.load()
    return list(clauses_of(text, words, parties=Parties(parties or ("China", "Russia"), words.bodies)))


def only(text: str, *parties: str) -> Clause:
    (clause,) = read(text, *parties)
    return clause


@pytest.mark.parametrize(
    ("text", "level", "polarity"),
    [
        ("We took note of the situation in Kosovo.", 1, "neutral"),
        ("We are willing to support talks on Kosovo.", 1, "support"),
        ("We welcome the talks on Kosovo.", 2, "support"),
        ("We do not support the talks on Kosovo.", 2, "oppose"),
        ("We support the talks on Kosovo.", 3, "support"),
        ("We firmly support the talks on Kosovo.", 4, "support"),
        ("We support, in principle, the talks on Kosovo.", 2, "support"),
        ("We oppose the talks on Kosovo.", 3, "oppose"),
        ("We do not oppose the talks on Kosovo.", 2, "support"),
        ("We will take part in the talks on Kosovo.", 3, "support"),
        ("We will not take part in the talks on Kosovo.", 4, "oppose"),
        ("We do not accept the talks on Kosovo.", 4, "oppose"),
        ("We urge all to join the talks on Kosovo.", 4, "support"),
        ("We express concern over the talks on Kosovo.", 2, "oppose"),
        ("We express grave concern over the talks on Kosovo.", 3, "oppose"),
        ("We deplore the talks on Kosovo.", 4, "oppose"),
        ("We condemn the talks on Kosovo.", 5, "oppose"),
        ("We strongly condemn the talks on Kosovo.", 5, "oppose"),
        ("Those who block the talks on Kosovo will bear full responsibility for the consequences.", 5, "oppose"),
    ],
)
def test_the_ladders_have_five_coarse_levels(text: str, level: int, polarity: str) -> None:
    clause = only(text)
    assert (clause.level, clause.polarity) == (level, polarity), clause


def test_a_booster_does_not_raise_concern() -> None:
    assert only("We are strongly concerned about Kosovo.").level == only("We are gravely concerned about Kosovo.").level == 3


def test_coordinated_predicates_are_two_clauses_each_with_its_own_level() -> None:
    first, second = read("Russia opposes Taiwan's entry into the United Nations, and will not sell weapons to Taiwan.")
    assert (first.actor, first.level, "taiwan.international_organizations" in first.issues) == ("Russia", 3, True)
    assert (second.actor, second.level, "taiwan.arms_sales" in second.issues) == ("Russia", 4, True)
    assert "taiwan.arms_sales" not in first.issues


def test_what_is_governed_by_readiness_is_no_stronger_than_readiness() -> None:
    assert only("They are ready to support the talks on Kosovo and strengthen their efforts.").level == 1


def test_would_like_to_reiterate_reiterates() -> None:
    assert only("We would like to reiterate our position on Kosovo.").level == 3


@pytest.mark.parametrize(
    ("subject", "actor"),
    [
        ("The Russian side", "Russia"),
        ("Russia", "Russia"),
        ("Moscow", "Russia"),
        ("The two heads of state", "both"),
        ("Both", "both"),
        ("China and Russia", "both"),
        ("The leaders of China and Russia", "both"),
        ("As permanent members of the Security Council, China and Russia", "both"),
        ("The government of the People's Republic of China", "China"),
        ("On Kosovo, the Chinese side", "China"),
        ("We", "both"),
    ],
)
def test_the_actor_is_the_subject_among_the_parties(subject: str, actor: str) -> None:
    assert only(f"{subject} supported the talks on Kosovo.").actor == actor


def test_what_belongs_to_a_party_or_stands_behind_a_preposition_is_not_the_subject() -> None:
    assert only("The two sides noted China's talks with Russia on Kosovo.").actor == "both"
    assert only("After its talks with Russia, China supports peace in Kosovo.").actor == "China"


def test_of_more_than_two_parties_everyone_is_all() -> None:
    assert only("The member States support peace in Kosovo.", "China", "Russia", "Kazakhstan").actor == "all"
    assert only("Kazakhstan supports peace in Kosovo.", "China", "Russia", "Kazakhstan").actor == "Kazakhstan"
    assert only("Allies support peace in Kosovo.", "NATO").actor == "all"


def test_a_member_may_speak_for_itself_in_a_text_of_the_body() -> None:
    assert only("Japan supports peace in Kosovo.", "G7").actor == "Japan"
    assert only("China supports peace in Kosovo.", "G7").level == 0


def test_what_a_third_party_says_is_no_position_and_what_it_must_do_is() -> None:
    assert only("Japan condemned the talks on Kosovo.").level == 0
    assert only("Japan must stop its talks on Kosovo.").level == 4


def test_pronouns_carry_speaker_and_subject_on_within_a_passage() -> None:
    clauses = read("Russia supports peace in Kosovo. It opposes any violation of this agreement.\nIt opposes this agreement.")
    assert [(c.actor, c.issues) for c in clauses] == [("Russia", ("kosovo",)), ("Russia", ("kosovo",)), ("both", ())]


def test_a_person_speaks_for_the_country_that_the_text_introduced_them_with() -> None:
    text = "Chinese President Li Ming met President Ivan Orlov of the Russian Federation. Orlov supports peace in Kosovo."
    words = lexicon.load()
    parties = parties_of(("China", "Russia"), "", text, words, "en")
    assert clauses_of(text, words, parties=parties)[-1].actor == "Russia"


def test_the_short_name_of_a_treaty_counts_once_it_was_named() -> None:
    assert read("The treaty must be kept.")[0].issues == ()
    assert read("The ABM Treaty was signed in 1972.\nThe treaty must be kept.")[-1].issues == ("abm_treaty",)


def test_questions_and_reports_take_no_position() -> None:
    assert read("Q: Does China support the talks on Kosovo? We hear it opposes them?") == []
    assert only("The two sides discussed the important question of Kosovo.").level == 0


def test_list_items_stand_under_the_clause_that_opened_the_list() -> None:
    words = lexicon.load()
    text = "The two sides call for the following:\nan early settlement in Kosovo;\na treaty on outer space."
    found = clauses_of(text, words, parties=Parties(("China", "Russia"), words.bodies), kinds=("paragraph", "list_item", "list_item"))
    assert [(c.actor, c.level, c.issues) for c in found[1:]] == [("both", 3, ("kosovo",)), ("both", 3, ("outer_space",))]


def test_where_the_parties_are_not_given_the_title_tells_them() -> None:
    words = lexicon.load()
    assert parties_of((), "Joint Statement between Japan and the Republic of India", "", words, "en").names == ("Japan", "India")
    assert parties_of((), "G7 Leaders' Communiqué", "", words, "en").everyone == "all"
    assert parties_of(("Russian Federation", "PRC"), "", "", words, "en").names == ("Russia", "China")


def test_a_region_beside_another_subject_only_says_where() -> None:
    assert "asia_pacific_regionalism" in only("The two sides will safeguard peace in the Asia-Pacific.").issues
    assert only("The two sides stress that arms sales to Taiwan raise tension in the Asia-Pacific.").issues[0] == "taiwan.arms_sales"
    beside = only("The two sides oppose a missile shield in the Asia-Pacific.")
    assert beside.issues == ("missile_defense",)
    named = only("The two sides support nuclear disarmament and a security architecture for the Asia-Pacific.")
    assert "asia_pacific_regionalism" in named.issues


def test_participles_in_a_row_are_no_clauses_of_their_own() -> None:
    listed = only("All should do more on global tasks, including curbing climate change, fighting against terrorism and securing energy.")
    assert (listed.level, listed.polarity) == (2, "support")
    called = only("The two sides recall the appeal calling for keeping and abiding by the ABM Treaty.")
    assert called.issues == ("abm_treaty",)


def test_what_a_promise_governs_belongs_to_it() -> None:
    promised = only("The two sides will carry out the plan, adopt the rules against terrorism and open talks.")
    assert (promised.ladder, promised.level) == ("commitment", 3)


def test_a_possessive_carries_its_subject_into_the_next_predicate() -> None:
    first, second = read("The two sides support the peaceful use of outer space and oppose its weaponization.")
    assert first.issues == second.issues == ("outer_space",)
    assert (first.polarity, second.polarity) == ("support", "oppose")


@pytest.mark.parametrize(
    ("text", "level", "polarity"),
    [
        ("Under no circumstances will the two sides accept the talks on Kosovo.", 4, "oppose"),
        ("We can no longer accept the talks on Kosovo.", 4, "oppose"),
        ("We are not in a position to support the talks on Kosovo.", 2, "oppose"),
        ("We have no intention of joining the talks on Kosovo.", 3, "oppose"),
        ("We noted the unacceptability of the talks on Kosovo.", 4, "oppose"),
        ("We are deeply disappointed by the talks on Kosovo.", 3, "oppose"),
        ("We share the concern about the talks on Kosovo.", 2, "oppose"),
        ("We are determined that the talks on Kosovo must never stop.", 4, "oppose"),
        ("Our common goal remains a settlement in Kosovo.", 2, "support"),
    ],
)
def test_refusal_and_resolve_have_many_wordings(text: str, level: int, polarity: str) -> None:
    clause = only(text)
    assert (clause.level, clause.polarity) == (level, polarity), clause


@pytest.mark.parametrize("who", ["The Taliban", "The IAEA", "The international community", "The resolution", "The Palestinian Authority"])
def test_what_others_say_is_nobodys_position_here(who: str) -> None:
    assert only(f"{who} supports the talks on Kosovo.").level == 0
    assert only(f"The two sides urge the Taliban to join the talks on Kosovo, which {who[0].lower() + who[1:]} supports.").level == 4


def test_support_that_another_gives_is_what_is_spoken_of() -> None:
    assert only("China appreciates Russia's firm support on Kosovo.").level == 2
    assert only("China expresses concern over Russia's support for Kosovo.").polarity == "oppose"


def test_participles_that_each_take_a_stance_are_clauses() -> None:
    clauses = read("The two sides, recalling the talks on Kosovo and reaffirming the ABM Treaty, will meet in May.")
    assert [clause.issues for clause in clauses if clause.level][:2] == [("kosovo",), ("abm_treaty",)]


def test_by_what_means_something_is_done_is_no_stance() -> None:
    (clause,) = read("By asking for talks on Kosovo, others hurt peace.")
    assert clause.level == 0
    assert only("The two sides are united in condemning the attacks in Kosovo.").level == 5
