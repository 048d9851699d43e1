"""What is on the page but not in the statement."""

from __future__ import annotations

import pytest

from scrapers.boilerplate import is_breadcrumb, is_navigation, is_share, leading, trailing, without_residue
from scrapers.text import Block


@pytest.mark.parametrize(
    "line",
    [
        "Home > Chinese Diplomacy",
        "\u00a0Home\u00a0>\u00a0News",
        "HOME > Topics > Regular Press Conferences by MFA Spokesperson",
        "Hlavní Menu > Aktuality",
        "Startseite » Nachrichten",
        "Accueil › Actualités",
        "Главная > Новости",
        "首页 > 外交动态 > 发言人表态",
        "عربي Español Русский Français 简体中文",
        "Español Français",
        "中文 Deutsch",
        "中文 العربي Contact Us Links",
        "Contact Us",
        "Contact Us | Site Map",
        "Home   Embassy Info   About China   Consular Affairs   Culture & Education",
        "Ministry of Foreign Affairs",
        "People’s Republic of China",
        "Embassy of the People's Republic of China in the Kingdom of Norway",
    ],
)
def test_lines_before_a_statement_are_navigation(line: str) -> None:
    assert is_navigation(line)


@pytest.mark.parametrize(
    "line",
    [
        "Joint Statement of the Foreign Ministers",
        "China, Russia issue Beijing declaration",
        "The two sides hold that 3 > 2, and that lamps shall burn.",
        "Chinese and Russian Foreign Ministers Speak French",
        "Foreign Ministry Spokesperson's Remarks on China News",
        "关于灯塔的联合声明",
        "Print media and the lighthouse",
        "March 20, 2000",
    ],
)
def test_titles_and_prose_are_not(line: str) -> None:
    assert not is_navigation(line)
    assert not is_share(line)


@pytest.mark.parametrize(
    "line",
    [
        "Suggest To A Friend:",
        "Suggest to a friend",
        "[ Suggest to a Friend ]   [ Print ]",
        "Suggest To A Friend:   Print   Share on Weibo",
        "Print",
        "【打印本页】",
        "推荐给朋友",
        "Drucken",
        "Doporučit příteli | Tisk",
        "Imprimer",
    ],
)
def test_share_links_are_told_in_the_hosts_languages(line: str) -> None:
    assert is_share(line)


def test_rows_of_signs_are_neither() -> None:
    assert not is_share("* * *")
    assert not is_share("")
    assert not is_breadcrumb("A sentence > with an arrow in it. And another one.")


def test_a_text_is_freed_at_both_ends_and_keeps_its_middle() -> None:
    lines = [
        "Contact Us",
        " Home > News",
        "",
        "The title",
        "",
        "Print media came.",
        "",
        "Suggest To A Friend",
        "Print",
        "",
        "Related News",
        "Another title of another day",
    ]
    assert leading(lines) == 2
    assert trailing(lines) == 6
    assert trailing(["The title", "Appendix", "A list of the lamps that the two sides have agreed to keep burning. They are five."]) == 3


def test_a_menu_above_the_breadcrumb_goes_with_it_and_short_titles_stay() -> None:
    menu = ["The Lamps Office", "Keepers", "", "Fog Signals", "Home > Remarks", "The Keeper Speaks", "", "He said that lamps burn."]
    assert leading(menu) == 5
    assert leading(["The Keeper Speaks", "He said that lamps burn, and that 3 > 2."]) == 0
    assert leading(["Home > Remarks", "The Keeper Speaks", "English", "He said that lamps burn."]) == 1


def test_old_templates_links_inside_the_container_go() -> None:
    blocks = [Block(("Home > News",)), Block(("The lamps burn.",)), Block(("Suggest to a friend  Print",)), Block(("Print",))]
    assert without_residue(blocks) == ([Block(("The lamps burn.",))], ["Home > News", "Print", "Suggest to a friend  Print"])
