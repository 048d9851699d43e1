"""The specimen site as a watcher meets it, over HTTP."""

import pytest

from scrapers.fetch import PoliteSession
from statements.demo.site import Page, SpecimenSite

URL = "https://www.mfa.example/eng/a.html"


@pytest.fixture
def site():
    with SpecimenSite() as site:
        site.show({URL: Page(b"<p>first</p>")})
        yield site


@pytest.fixture
def session(site):
    with PoliteSession("tests@example.org", allow_private=True, routes=site.routes()) as session:
        yield session


def validators(fetched):
    headers = {name.lower(): value for name, value in fetched.capture.headers}
    return headers["etag"], headers["last-modified"]


def test_a_page_asked_for_again_with_its_own_etag_is_not_sent_again(session, site):
    etag, _ = validators(session.get(URL))
    assert session.get(URL, etag=etag).capture.status == 304
    assert site.answered[304] == 1


def test_a_page_asked_for_again_with_its_date_is_not_sent_again(session):
    _, changed = validators(session.get(URL))
    assert session.get(URL, last_modified=changed).capture.status == 304


def test_a_changed_page_is_sent_and_an_unchanged_one_keeps_its_validators(session, site):
    other = "https://www.mfa.example/eng/b.html"
    site.show({URL: Page(b"<p>first</p>"), other: Page(b"<p>other</p>")})
    first, kept = session.get(URL), session.get(other)
    site.show({URL: Page(b"<p>second</p>"), other: Page(b"<p>other</p>")})
    assert session.get(URL, etag=validators(first)[0]).body == b"<p>second</p>"
    assert validators(session.get(other)) == validators(kept)


def test_a_page_in_error_leads_to_the_error_page_with_status_200(session, site):
    error = "https://www.mfa.example/error.htm"
    site.show({URL: Page(redirect=error), error: Page(b"Sorry, cannot be found")})
    capture = session.get(URL).capture
    assert capture.status == 200
    assert capture.redirects == ((302, error),)


def test_an_unknown_page_is_a_404(session):
    assert session.get("https://www.mfa.example/eng/nothing.html").capture.status == 404
