"""What trust costs: suspicion, traces and expectations over a hundred invented pages, against reading them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from schemas.coherence import Expect
from schemas.columns import Candidate, row
from schemas.expectations import validate
from schemas.records import Capture
from scrapers.reading import read
from scrapers.source import LayoutRule, Source
from scrapers.suspicion import suspect
from scrapers.traces import traces

PAGES = 100
AT = datetime(2024, 5, 2, tzinfo=UTC)
SOURCE = Source(
    "xx_mfa", "A ministry", "ZZ", "en", ("www.mfa.example",), date(2020, 1, 1), (LayoutRule("only", ("#words",), ("h1",)),)
)  # fmt: skip
EXPECT = Expect.of({"title_in_head": True, "charset_as_declared": True}, SOURCE.hosts, "en", "only")


def page(number: int) -> bytes:
    """A page of some 35 kB: a menu, forty passages, a list of related news."""
    title = f"Statement {number} on the waters of the lower river, May 1, 2024"
    menu = "".join(f"<li><a href='/section/{i}'>Section {i} of the ministry's site</a></li>" for i in range(150))
    words = "".join(
        f"<p style='font-size: 14px'>{i}. The two sides welcomed report {i * number} of the commission. " + "They thanked it. " * 20
        for i in range(40)
    )
    head = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head>"
    return f"{head}<body><ul>{menu}</ul><h1>{title}</h1><div id='words'>{words}</div></body></html>".encode()


def timed(work: Callable[[], object]) -> float:
    """Seconds of the best of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> None:
    bodies = [page(number) for number in range(PAGES)]
    urls = [f"https://www.mfa.example/{number}.html" for number in range(PAGES)]
    captures = [Capture(url, AT, url=url, final_url=url, status=200) for url in urls]
    readings = [read(body, source=SOURCE, url=url, captured_at=AT) for body, url in zip(bodies, urls, strict=True)]
    found = [traces(body, SOURCE, "only") for body in bodies]
    candidates = [Candidate(url, reading, trace, EXPECT) for url, reading, trace in zip(urls, readings, found, strict=True)]
    begun = time.perf_counter()
    validate(candidates[:1])
    first = time.perf_counter() - begun
    base = timed(lambda: [read(body, source=SOURCE, url=url, captured_at=AT) for body, url in zip(bodies, urls, strict=True)])
    steps = {
        "read (the measure)": base,
        "suspicion": timed(lambda: [suspect(capture, body, SOURCE) for capture, body in zip(captures, bodies, strict=True)]),
        "traces": timed(lambda: [traces(body, SOURCE, "only") for body in bodies]),
        "columns": timed(lambda: [row(candidate) for candidate in candidates]),
        "expectations, whole batch": timed(lambda: validate(candidates)),
        "expectations, one reading": timed(lambda: validate(candidates[:1])),
    }
    print(f"{PAGES} pages of {len(bodies[1]) // 1000} kB; the first validation of a process took {first:.1f} s (import of the library)")
    print(f"{'step':<28}{'ms':>8}{'× reading':>12}")
    for name, seconds in steps.items():
        print(f"{name:<28}{seconds * 1000:>8.0f}{seconds / base:>12.2f}")


if __name__ == "__main__":
    main()
