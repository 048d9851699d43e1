"""Real archive files of other tools, whole and damaged, and a real folder of pages."""

from __future__ import annotations

import gzip
import json

import pytest

from scrapers.mementos import Memento, Unread
from scrapers.mementos.archives import count
from scrapers.mementos.export import write_warc
from scrapers.mementos.folder import count as count_pages
from scrapers.mementos.folder import folder_mementos
from scrapers.mementos.warc import warc_mementos

pytestmark = pytest.mark.corpus
# Captures in each sample, how many of them bring a body, and how many records cannot be read.
SAMPLES = {
    "warcs/example.warc": (3, 2, 0),
    "warcs/example.warc.gz": (3, 2, 0),
    "warcs/example2.warc.gz": (1, 1, 0),
    "warcs/example.arc": (1, 1, 0),
    "warcs/example.arc.gz": (1, 1, 0),
    "warcs/example-extra.warc": (3, 1, 1),  # one status line begins HTTPX
    "warcs/example-bad.warc.gz.bad": (3, 2, 0),  # gzipped across its records
    "warcs/example-wget-1-14.warc.gz": (1, 1, 0),
    "warcs/example-wpull.warc.gz": (1, 1, 0),
    "warcs/missing-status-text.warc": (1, 1, 0),  # lines end \r\r\n
    "warcs/httpbin-resource.warc.gz": (1, 1, 0),
    "warcs/dupes.warc.gz": (4, 3, 8),  # the originals of eight revisits stand in iana.warc.gz
    "warcs/bad.arc": (0, 0, 3),
    "waczs/valid_example_1.wacz": (1, 1, 0),
    "waczs/invalid_example_1.wacz": (0, 0, 1),
}


@pytest.fixture
def archive(corpus):
    return corpus / "warc/sample_archive"


def counted(found):
    mementos = [each for each in found if isinstance(each, Memento)]
    return len(mementos), sum(memento.body is not None for memento in mementos), sum(isinstance(each, Unread) for each in found)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_gives_what_it_holds(archive, name):
    found = list(warc_mementos([archive / name]))
    assert counted(found) == SAMPLES[name]
    assert not [each for each in found if isinstance(each, Memento) and each.capture.error]


def test_records_are_counted_without_being_read(archive, corpus):
    assert count([archive / "warcs/dupes.warc.gz", archive / "waczs/valid_example_1.wacz", archive / "waczs/invalid_example_1.wacz"]) == 12 + 1
    folder = corpus / "pages/cn_mfa_2020"
    assert count_pages(folder) == len((folder / "index.jsonl").read_text("utf-8").splitlines())


def test_a_revisit_finds_its_original_in_another_file(archive):
    captures, _, unread = counted(list(warc_mementos([archive / "warcs/dupes.warc.gz", archive / "warcs/iana.warc.gz"])))
    assert unread == 0 and captures == 4 + 8 + 171
    orig, revisit = (archive / f"warcs/example-url-agnostic-{which}.warc.gz" for which in ("orig", "revisit"))
    assert counted(list(warc_mementos([revisit, orig]))) == (2, 1, 0)


def test_a_cut_and_a_struck_file_give_the_rest(archive, tmp_path):
    content = (archive / "warcs/iana.warc.gz").read_bytes()
    whole = counted(list(warc_mementos([archive / "warcs/iana.warc.gz"])))[0]
    struck = tmp_path / "struck.warc.gz"
    struck.write_bytes(content[:140_000] + b"\0" * 500 + content[140_500:])
    captures, _, unread = counted(list(warc_mementos([struck])))
    assert whole * 0.9 < captures < whole <= captures + unread  # the struck record and those that refer to it
    cut = tmp_path / "cut.warc"
    cut.write_bytes(gzip.decompress(content)[:1_000_000])
    captures, _, unread = counted(list(warc_mementos([cut])))
    assert 0 < captures < whole and unread == 1


def test_the_folder_of_pages_is_read_whole_and_survives_an_export(corpus, tmp_path):
    folder = corpus / "pages/cn_mfa_2020"
    found = list(folder_mementos(folder))
    assert all(isinstance(each, Memento) for each in found)
    assert len(found) == len((folder / "index.jsonl").read_text("utf-8").splitlines())
    assert json.loads((folder / "index.jsonl").open().readline())["url"] == found[0].capture.url
    with (tmp_path / "out.warc.gz").open("wb") as out:
        write_warc(((memento.capture, memento.body) for memento in found), out)
    again = list(warc_mementos([tmp_path / "out.warc.gz"]))
    assert [(memento.capture, memento.body) for memento in again] == [(memento.capture, memento.body) for memento in found]
