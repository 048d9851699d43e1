"""`statements read` and `statements check`: JSON, words, exit statuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from statements.cli import cli

PAGES = Path(__file__).parents[2] / "pages"
ENGLISH = PAGES / "cn_mfa_en"
URL = "https://www.fmprc.gov.cn/mfa_eng/xwfw_665399/s2510_665401/2511_665403/t1700001.shtml"
KEYS = {
    "source", "layout", "extractor", "url", "captured_at", "language", "title", "published_on", "published_until", "date_precision", "date_from",
    "date_hint", "document_type", "parties", "passages", "text", "content_sha256", "boilerplate", "flags", "truncated_passages",
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["read", *map(str, arguments)], catch_exceptions=False)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_page_is_one_document_on_standard_output_and_nothing_else() -> None:
    result = run(ENGLISH / "2014-press-conference.html", "--url", URL, "--captured-at", "2019-03-04", "--json")
    (reading,) = lines(result)
    assert result.exit_code == 0
    assert reading.keys() >= KEYS
    assert reading["text"] == "\n".join(passage["text"] for passage in reading["passages"])
    assert (reading["source"], reading["layout"], reading["captured_at"]) == ("cn_mfa_en", "2014", "2019-03-04T00:00:00+00:00")


def test_the_source_is_named_or_found_from_the_url_or_the_reader_is_generic() -> None:
    page = ENGLISH / "2014-press-conference.html"
    assert lines(run(page, "--source", "cn_mfa_en", "--json"))[0]["source"] == "cn_mfa_en"
    assert lines(run(page, "--url", URL, "--json"))[0]["source"] == "cn_mfa_en"
    stranger = lines(run(page, "--json"))[0]
    assert (stranger["source"], stranger["layout"]) == (None, "generic")
    assert "harbour" in stranger["text"]
    text = lines(run(PAGES / "plain_text" / "hard-wrapped.txt", "--json"))[0]
    assert (text["source"], text["layout"]) == ("plain_text", "text")


def test_several_pages_are_a_line_each_in_order_a_failed_one_in_its_place() -> None:
    pages = [ENGLISH / name for name in ("2014-press-conference.html", "error-page.html", "2014-date-without-year.html")]
    result = run(*pages, "--source", "cn_mfa_en", "--json")
    assert result.exit_code == 4
    assert [line["page"] for line in lines(result)] == [str(page) for page in pages]
    assert [line.get("error") for line in lines(result)] == [None, "ErrorPage", None]


def test_the_one_page_not_understood_is_an_error_object_and_status_3() -> None:
    result = run(ENGLISH / "listing-page.html", "--source", "cn_mfa_en", "--url", URL, "--captured-at", "2020-07-04T03:55:00Z", "--json")
    (error,) = lines(result)
    assert result.exit_code == 3
    assert error.keys() == {"error", "message", "url", "selector"}
    assert (error["error"], error["url"], error["selector"]) == ("LayoutChanged", URL, ".content_mod > div.content")
    assert URL in error["message"]


@pytest.mark.parametrize(
    ("body", "error"), [(b"", "ErrorPage"), (b"\x89PNG\r\n\x1a\n0000", "UndecodablePage"), (b"<html><body></body></html>", "LayoutChanged")]
)
def test_bad_input_is_a_clear_error(tmp_path: Path, body: bytes, error: str) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(body)
    result = run(page, "--url", URL, "--json")
    assert (result.exit_code, lines(result)[0]["error"]) == (3, error)
    assert URL in lines(result)[0]["message"]


def test_an_index_tells_urls_moments_and_headers(tmp_path: Path) -> None:
    page = tmp_path / "saved.html"
    page.write_bytes((PAGES / "cn_mfa_zh" / "1999-gb18030.html").read_bytes().replace(b"charset=gb2312", b"charset=utf-8"))
    entry = {"file": "html/saved.html", "url": "https://www.fmprc.gov.cn/chn/t1.htm", "fetched": "2003-03-01T00:00:00Z"}
    index = tmp_path / "index.jsonl"
    index.write_text(json.dumps(entry | {"response_headers": ["Content-Type: text/html; charset=GBK"]}), "utf-8")
    (reading,) = lines(run(page, "--index", index, "--json"))
    assert (reading["source"], reading["layout"], reading["url"], reading["captured_at"]) == (
        "cn_mfa_zh", "1999", entry["url"], "2003-03-01T00:00:00+00:00",
    )  # fmt: skip
    assert "镕铸厂" in reading["text"]


def test_wrong_use_is_status_2(tmp_path: Path) -> None:
    page = ENGLISH / "2014-press-conference.html"
    assert run(page, "--source", "no_such").exit_code == 2
    assert run(page, "--captured-at", "yesterday").exit_code == 2
    assert run(page, page, "--url", URL).exit_code == 2
    assert run(tmp_path / "missing.html").exit_code == 2
    assert run().exit_code == 2


def test_people_read_marks_flags_and_what_was_cut_away() -> None:
    words = run(PAGES / "plain_text" / "hard-wrapped.txt").output
    assert "--07-09 (unknown, from text) · press_summary · China, Mongolia · en" in words
    assert "* Lamps shall burn from dusk to dawn" in words
    assert "when the keepers  […]" in words
    assert "Cut away:\n  - Contact Us" in words


def test_a_check_holds_each_source_to_its_file_and_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMENTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STATEMENTS_CONFIG", str(tmp_path))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "broken.yml").write_text("title: [", "utf-8")
    declared = (Path(__file__).parents[3] / "scrapers" / "sources" / "cn_mfa_zh.yml").read_text("utf-8")
    (tmp_path / "sources" / "cn_mfa_zh.yml").write_text(declared.replace('"#News_Body_Txt_A.content"', '"#Moved"'), "utf-8")
    result = CliRunner().invoke(cli, ["check", "--json"], catch_exceptions=False)
    findings = {(finding["source"], finding["what"]): finding for finding in json.loads(result.stdout)["findings"]}
    assert result.exit_code == 1
    assert "broken.yml:" in findings["broken", "declaration"]["detail"]
    assert findings["cn_mfa_zh", "fixture 2014-remarks"]["outcome"] == "failed"
    assert findings["cn_mfa_en", "fixture 2014-press-conference"]["outcome"] == "ok"
    assert findings["cn_mfa_en", "verified"]["outcome"] == "unverified"
    assert CliRunner().invoke(cli, ["check", "cn_mfa_en"]).exit_code == 0
    assert CliRunner().invoke(cli, ["check", "no_such"]).exit_code == 2
