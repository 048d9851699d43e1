"""The addresses that mails give of our pages."""

from __future__ import annotations

from statements.web.app import create_app
from statements.web.library import Library
from statements.web.links import change_url, statement_url
from tests.stores import settings_for


def test_a_mails_address_is_that_of_the_page(tmp_path):
    app = create_app(Library(settings_for(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}")))
    assert statement_url("", "4f1c") == app.url_path_for("statement", key="4f1c")
    assert change_url("", "aa02") == app.url_path_for("capture", key="aa02")


def test_a_base_may_end_in_a_slash():
    assert statement_url("https://desk.example/statement-history/", "4f1c") == "https://desk.example/statement-history/statements/4f1c"


def test_no_name_can_leave_its_place_in_the_address():
    assert change_url("https://desk.example", "../x?y#z") == "https://desk.example/captures/..%2Fx%3Fy%23z"
