"""Thirty years from a web archive into the store: by the command line, from an archive on this machine."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from io import BytesIO

import pytest
from click.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.source import source_named
from statements.archives import from_cdx
from statements.backfilling import backfill
from statements.commands.backfill import command
from statements.pipeline import Pipeline
from statements.settlers import Here
from tests.archive_server import Wayback, archive_of
from tests.local_site import serving
from tests.stores import migrated_sqlite, settings_for

URL = "https://www.fmprc.gov.cn/mfa_eng/wjdt_665385/t100001.shtml"

TITLE = "Joint Statement on River Ferries, May 2, 2018"


def statement(stance):
    sentence = f"The two sides {stance} the new arrangement on river ferries and agreed to meet again in the spring."
    words = "".join(f"<p>{sentence} They exchanged views on item {number} of the common agenda.</p>" for number in range(6))
    return (
        f'<html><head><meta charset="utf-8"><title>{TITLE}</title></head><body><div class="content_mod">'
        f'<h2 class="title">{TITLE}</h2><div class="content">{words}</div></div></body></html>'
    ).encode()


def warc_of(path, captures):
    with path.open("wb") as out:
        writer = WARCWriter(out)
        for stamp, body in captures:
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            fields = {"WARC-Date": stamp}
            writer.write_record(writer.create_warc_record(URL, "response", BytesIO(body), len(body), http_headers=head, warc_headers_dict=fields))
    return path


def run(*words):
    result = CliRunner().invoke(command, ["cn_mfa_en", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_real_pywb_is_brought_in_by_the_command_line_with_no_settings(tmp_path, monkeypatch):
    for name in ("STATEMENTS_CONTACT", "STATEMENTS_ALLOW_PRIVATE_ADDRESSES", "STATEMENTS_DATABASE_URL", "STATEMENTS_SNAPSHOTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path / "home"))
    (tmp_path / "pywb").mkdir()
    days = [("2018-05-03", "welcome"), ("2018-06-03", "welcome"), ("2019-01-01", "do not welcome"), ("2020-01-01", "do not welcome")]
    warc = warc_of(tmp_path / "crawl.warc.gz", [(f"{day}T00:00:00Z", statement(stance)) for day, stance in days])
    with archive_of([warc], tmp_path / "pywb") as archive:
        first = run("--cdx", f"{archive.url}/cdx")
        again = run("--cdx", f"{archive.url}/cdx")
        assert len(archive.given("www.fmprc.gov.cn")) == 2  # two distinct bodies, in two runs
    assert first["captures"]["new"] == 4 and first["versions"] == 2 and first["changes"] == 1 and first["failed"] == []
    assert again["captures"]["new"] == 0 and again["versions"] == 0


def test_the_command_tells_people_what_an_archive_came_to(tmp_path, monkeypatch):
    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path / "home"))
    for name in ("STATEMENTS_DATABASE_URL", "STATEMENTS_SNAPSHOTS"):
        monkeypatch.delenv(name, raising=False)
    days = [("2018-05-03", "welcome"), ("2018-06-03", "welcome"), ("2019-01-01", "do not welcome")]
    warc = warc_of(tmp_path / "crawl.warc.gz", [(f"{day}T00:00:00Z", statement(stance)) for day, stance in days])
    first, again = (CliRunner().invoke(command, ["cn_mfa_en", "--warc", str(warc)]) for _ in range(2))
    assert first.stderr.splitlines() == [
        "captures read: 3; 3 new, 0 known before, 0 of no page of this source",
        "verdicts: 3 ok",
        "statements touched: 1; versions found: 2, changes: 1",
    ]
    assert "0 new, 3 known before" in again.stderr and "none, as nothing was new" in again.stderr


@pytest.fixture
def brought(tmp_path):
    store = migrated_sqlite(tmp_path)
    place = settings_for(tmp_path, f"sqlite:///{tmp_path / 'statements.sqlite'}")
    with serving() as site:
        wayback = Wayback(site)
        pipeline = Pipeline(source_named("cn_mfa_en"), store, place)
        yield site, wayback, pipeline


def test_a_body_that_another_window_brought_is_not_downloaded_again(brought):
    site, wayback, pipeline = brought
    for month in (1, 2, 3):
        wayback.keep(f"2019{month:02}01000000", "/mfa_eng/wjdt_665385/t100001.shtml", statement("welcome"), host="www.fmprc.gov.cn")
    wayback.keep("20190401000000", "/web/other.shtml", b"<p>another section</p>", host="www.fmprc.gov.cn")
    for month in (1, 2, 3):
        archive = from_cdx(pipeline, wayback.url, date(2019, month, 1), date(2019, month, 28))
        tally = backfill(pipeline.store, pipeline.source, archive.mementos, archive.origin, Here(pipeline))
        assert tally.new == 1 and not tally.failed
    assert sum("id_/" in request.path for request in site.requests) == 1
    assert pipeline.store.snapshots.get(hashlib.sha256(statement("welcome")).hexdigest()) == statement("welcome")
