"""The mails read, word for word and mark for mark, as those that somebody looked at."""

import pytest

from statements.alerts.mail import html, plain
from tests.unit.alerts.golden import GOLDEN, MAILS, letter


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_reads_as_the_golden_one(name):
    written = letter(name)
    assert f"Subject: {written.subject}\n\n{plain(written)}" == (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert html(written) == (GOLDEN / f"{name}.html").read_text("utf-8")


def test_every_golden_mail_is_tested():
    assert {path.stem for path in GOLDEN.iterdir()} == set(MAILS)
