"""What a subscription file may say, and how a mistake in it is told."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import DeclarationError
from statements.alerts.subscriptions import EXAMPLES, Subscription, is_quiet, load, read


@pytest.fixture
def declare(tmp_path):
    def write(text, name="desk"):
        folder = tmp_path / "subscriptions"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.yml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_an_address_alone_is_a_subscription_to_everything_but_commas(declare):
    (desk,) = read(declare("who: desk@example.org"))
    assert desk == Subscription("desk", "desk@example.org", title="desk")
    assert desk.classes == {"structural", "substantive"}
    assert desk.hold == timedelta(minutes=15)


def test_every_key_reaches_the_subscription(declare):
    text = """
        who: "North Desk <north@example.org>"
        title: The north
        sources: [nord_en]
        series: [nord_sued]
        issues: [island]
        kinds: [altered, shift]
        classes: [editorial]
        least_significance: 0.4
        deliver: weekly
        at: "08:15"
        weekday: friday
        time_zone: Asia/Tokyo
        quiet: {from: 22:00, until: "07:00"}
        hold_minutes: 0
        at_most: 3
        paused: true
    """
    (desk,) = read(declare(text))
    assert desk == Subscription(
        id="desk",
        address="north@example.org",
        name="North Desk",
        title="The north",
        sources=frozenset({"nord_en"}),
        series=frozenset({"nord_sued"}),
        issues=frozenset({"island"}),
        kinds=frozenset({"altered", "shift"}),
        classes=frozenset({"editorial"}),
        least_significance=0.4,
        deliver="weekly",
        at=time(8, 15),
        weekday=4,
        time_zone=ZoneInfo("Asia/Tokyo"),
        quiet=(time(22), time(7)),
        hold=timedelta(0),
        at_most=3,
        is_paused=True,
    )


def test_several_addresses_each_get_their_own_mail(declare):
    first, second = read(declare("who: [One <one@example.org>, Two@Example.org]"))
    assert (first.id, first.name) == ("desk:one@example.org", "One")
    assert (second.id, second.address) == ("desk:two@example.org", "Two@Example.org")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("who: nobody", "desk.yml:1: who"),
        ("who: two..dots@example.org", "desk.yml:1: who: 'two..dots@example.org' is not an address"),
        ('who: "a@example.org\\nBcc: b@example.org"', "desk.yml:1: who"),
        ("who: a@example.org\nsorces: [nord_en]", "desk.yml:2: sorces: unknown key"),
        ("who: a@example.org\ntime_zone: Europe/Atlantis", "desk.yml:2: time_zone: 'Europe/Atlantis' is not an IANA time zone"),
        ("who: a@example.org\ntime_zone: ../../etc/passwd", "is not an IANA time zone"),
        ("who: a@example.org\nclasses: [none]", "desk.yml:2: classes.0"),
        ("who: a@example.org\nquiet: {from: '25:00', until: '07:00'}", "desk.yml:2: quiet.from"),
        (
            "who: a@example.org\ndeliver: daily\nat: '06:00'\nquiet: {from: '22:00', until: '07:00'}",
            "desk.yml:3: at: the digest leaves at 06:00, inside the file's own quiet hours",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(declare, text, told):
    with pytest.raises(DeclarationError) as caught:
        read(declare(text))
    assert told in str(caught.value)


def test_a_name_may_hold_what_addresses_may_not(declare):
    (desk,) = read(declare("who: Müller, Dr. Eva <eva@example.org>"))
    assert (desk.name, desk.address) == ("Müller, Dr. Eva", "eva@example.org")
    assert str(desk.mailbox) == '"Müller, Dr. Eva" <eva@example.org>'


def test_a_file_with_a_mistake_costs_only_itself(declare, tmp_path):
    declare("who: desk@example.org", "good")
    declare("who: 3", "bad")
    errors = []
    assert list(load(tmp_path, errors.append)) == ["good"]
    assert len(errors) == 1
    with pytest.raises(DeclarationError):
        load(tmp_path)


def test_the_packaged_example_stands_in_until_there_is_a_file(declare, tmp_path):
    assert list(load(None)) == list(load(tmp_path)) == [path.stem for path in EXAMPLES.glob("*.yml")]
    declare("who: desk@example.org")
    assert list(load(tmp_path)) == ["desk"]


def test_quiet_hours_may_lie_within_a_day():
    lunch = Subscription("a", "a@example.org", quiet=(time(12), time(13)))
    assert [is_quiet(lunch, time(hour)) for hour in (11, 12, 13)] == [False, True, False]
    assert not is_quiet(Subscription("a", "a@example.org"), time(3))
