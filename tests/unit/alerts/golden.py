"""The golden mails: what each tells, in invented words, and how to write them anew once somebody has looked at them.

Run `python tests/unit/alerts/golden.py` to write tests/golden/mails again; then read the difference, and open the pages in a browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.records import ClauseShift, Entry, Passage, Position, Shift, Wording
from statements.alerts.events import Cited, Event
from statements.alerts.letter import Letter, write
from statements.alerts.mail import html, plain
from statements.alerts.subscriptions import Subscription
from statements.compare import Judgement, compare

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "mails"
DESK = Subscription("north", "north.desk@example.org", "North Desk", title="North desk", time_zone=ZoneInfo("Europe/Berlin"))
SEEN = datetime(2025, 3, 3, 13, 5, tzinfo=UTC)
TITLES = {
    "island": "Island question / one north",
    "island.independence": "Opposition to the Island's independence",
    "straits": "Passage through the Straits",
    "missile_defence": "Missile defence",
    "trade": "Trade and tariffs",
}
NORD, SUED = "Nordland MFA", "Südreich MFA"

BEFORE = Wording(
    "Joint Statement of Nordland and Südreich on Deepening the Partnership of Good Neighbours",
    tuple(
        map(
            Passage,
            (
                "At the invitation of the President of Nordland, the Chancellor of Südreich paid a working visit from 1 to 3 March.",
                "The two sides held that their relations have stood the test of a changing world.",
                "The Nordland side firmly opposes any attempt to separate the Island from the north, in whatever form it may come.",
                "The Südreich side stated that the government in Nordhafen is the sole legal government of the whole of the north.",
                "Both sides will keep the Straits open to merchant ships of all nations at all times.",
                "The two sides agreed to raise their trade to 40 billion crowns within five years.",
                "They welcomed the opening of a second bridge at Grenzstadt and of the railway line that leads to it.",
                "The two sides will continue there talks on fisheries.",
            ),
        )
    ),
    published_on=date(2025, 3, 3),
    document_type="joint_statement",
    parties=("Nordland", "Südreich"),
)
AFTER = replace(
    BEFORE,
    passages=tuple(
        map(
            Passage,
            (
                "At the invitation of the President of Nordland, the Chancellor of Südreich paid a working visit from 1 to 3 March.",
                "They welcomed the opening of a second bridge at Grenzstadt and of the railway line that leads to it.",
                "The two sides held that their relations have stood the test of a changing world.",
                "The Nordland side opposes any attempt to separate the Island from the north.",
                "Both sides will seek to keep the Straits open to merchant ships of all nations.",
                "The two sides agreed to raise their trade to 35 billion crowns within five years.",
                "The two sides will continue their talks on fisheries.",
                "They agreed to meet again in the autumn.",
            ),
        )
    ),
)


def judge(before: Wording, after: Wording, entry: Entry) -> Judgement:
    """Stands in for the issues: the Island and the Straits are what this desk follows."""
    words = f"{entry.before} {entry.after}"
    issue = "island.independence" if "separate" in words else "island" if "Nordhafen" in words else "straits" if "Straits" in words else None
    if issue is None or all(mark == "=" for mark, _ in entry.edits):
        return Judgement()
    return Judgement(True, "dropped" if entry.kind == "removed" else "weakened", (issue,))


def event(kind: str, statement: str = "nord-2025-03", **fields: object) -> Event:
    made = Event(
        kind="new",
        source="nord_en",
        statement=statement,
        capture=f"first live capture of {statement}",
        captured_at=SEEN,
        recorded_at=SEEN + timedelta(seconds=4),
        address=f"https://mfa.nordland.example/en/{statement}",
        url=f"https://mfa.nordland.example/en/{statement}.html",
        title=BEFORE.title,
        ministry=NORD,
        published_on=date(2025, 3, 3),
        issues=("island", "island.independence", "straits", "trade"),
    )
    return replace(made, kind=kind, **fields)  # type: ignore[arg-type]


def said(issue: str, actor: str, level: int, quote: str) -> Position:
    return Position(issue, actor, "oppose" if "oppose" in quote else "support", "position", level, 0, len(quote), quote)


FIRMLY = "firmly opposes any attempt to separate the Island from the north, in whatever form it may come"
SOFTLY = "opposes any attempt to separate the Island from the north"
STRAITS = "will keep the Straits open to merchant ships of all nations at all times"
WINTER = Cited("nord-2023-11", "Joint Statement of Nordland and Südreich on the Year of Neighbours", published_on=date(2023, 11, 18))
WEAKER = ClauseShift(
    "weakened", "booster_removed", said("island.independence", "Nordland", 4, FIRMLY), said("island.independence", "Nordland", 3, SOFTLY), 0.8
)
SHIFTS = (
    Shift(
        *("nord_sued", "island.independence", "Nordland", WINTER.statement, "nord-2025-03", "weakened", 4, 3, (FIRMLY,), (SOFTLY,), None),
        *("booster_removed", "high", "full"),
        reason="“firmly” and “in whatever form it may come” are gone.",
        clauses=(WEAKER,),
    ),
    Shift(
        *("nord_sued", "straits", "both", WINTER.statement, "nord-2025-03", "new", None, 3, (), (STRAITS,), None),
        *("first_said", "medium", "full"),
        reason="No earlier statement of the series speaks on it.",
    ),
)
POSITIONS = (
    said("island.independence", "Nordland", 4, FIRMLY),
    said("straits", "both", 3, STRAITS),
    said("trade", "both", 2, "agreed to raise their trade to 40 billion crowns within five years"),
)
ALTERED = event("altered", before=BEFORE, after=AFTER, comparison=compare(BEFORE, AFTER, judge))
NEW = event("new", after=BEFORE, positions=POSITIONS)
SHIFT = event("shift", shifts=SHIFTS, earlier=(WINTER,))
GONE = event(
    "gone", "nord-2019-07", title="Remarks on the Harbour Treaty", published_on=date(2019, 7, 30), evidence="404 at four visits since 1 March 2025"
)
RESTORED = replace(GONE, kind="restored", evidence="")
COMMA = event(
    "altered",
    "sued-2024-06",
    ministry=SUED,
    title="Communiqué of the Conference of the Coastal States",
    published_on=date(2024, 6, 16),
    published_until=date(2024, 6, 18),
    comparison=compare(
        Wording("Communiqué", (Passage("The ministers thanked there hosts."),)),
        Wording("Communiqué", (Passage("The ministers thanked their hosts."),)),
    ),
)
BEFORE_ZH = Wording(
    "北国与南邦关于深化睦邻伙伴关系的联合声明", (Passage("北国方面坚决反对任何分裂岛屿的图谋。"), Passage("双方同意保持海峡畅通。")), "zh"
)
AFTER_ZH = replace(BEFORE_ZH, passages=(Passage("北国方面反对任何分裂岛屿的图谋。"), Passage("双方同意保持海峡畅通。")))
CHINESE = event("altered", "nord-2025-03-zh", title=BEFORE_ZH.title, before=BEFORE_ZH, after=AFTER_ZH, comparison=compare(BEFORE_ZH, AFTER_ZH))
HOSTILE = event(
    "new",
    "evil",
    title="Remarks\r\nBcc: spy@example.org <script>alert(1)</script> \u202egnp.exe <img src=https://spy.example/x.png> & " + "endless " * 600,
    positions=(said("island", "<b>Nordland</b>", 4, "opposes </div><style>*{display:none}</style> \u2066everything\u2069 {{ 7 * 7 }}"),),
    url="javascript:alert(1)",
)

MAILS: dict[str, Sequence[Event]] = {
    "altered": [ALTERED],
    "chinese": [CHINESE],
    "digest": [ALTERED, replace(SHIFT, statement="nord-2025-04"), replace(NEW, statement="nord-2025-05"), COMMA, GONE],
    "gone": [GONE],
    "hostile": [HOSTILE],
    "new": [NEW],
    "restored": [RESTORED],
    "shift": [SHIFT],
}


def letter(name: str) -> Letter:
    """The letter of one golden mail."""
    untold = {"new": 14, "altered": 3} if name == "digest" else {}
    base_url = None if name == "gone" else "https://statements.example.org"
    return write(MAILS[name], DESK, untold=untold, titles=TITLES, base_url=base_url)  # type: ignore[arg-type]


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in MAILS:
        written = letter(name)
        (GOLDEN / f"{name}.txt").write_text(f"Subject: {written.subject}\n\n{plain(written)}", "utf-8")
        (GOLDEN / f"{name}.html").write_text(html(written), "utf-8")


if __name__ == "__main__":
    main()
