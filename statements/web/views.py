"""The pages: what each asks of the store, and the template that shows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from schemas.errors import StatementsError
from schemas.records import ChangeClass, Stances
from statements import vitals
from statements.alerts.headline import gravest_shifts
from statements.alerts.phrases import seen
from statements.compare import compare, redline
from statements.folding import version_id
from statements.history import find_statement, history, version_at
from statements.positions.standing import report_of
from statements.presence import Answer, presence, statement_presence
from statements.serial import standing_of
from statements.stancing import stored_stances
from statements.store import now
from statements.web import queries
from statements.web.library import Library
from statements.web.rendering import environment, fits, quoted

PER_PAGE = 40
_RECENT = 60  # of the latest changes, those that the first page picks the gravest from
_SHOWN = 12
_STYLE = (Path(__file__).parent / "site.css").read_text("utf-8")
_WITH_STYLES = "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

router = APIRouter(default_response_class=HTMLResponse)
Page = Annotated[int, Query(ge=1, le=100_000)]


class NotFound(StatementsError):
    """The store has nothing under the address of this page."""


@router.get("/", name="home")
def home(request: Request) -> Response:
    """The gravest of the recent changes, and the newest statements."""
    library = _library(request)
    with library.store.reading() as connection:
        recent = queries.changes(connection, limit=_RECENT)
        recent.sort(key=lambda one: (one.comparison.position_bearing, one.comparison.significance, one.seen_at), reverse=True)
        return _page(
            request,
            "home.html",
            changes=recent[:_SHOWN],
            statements=queries.newest(connection, _SHOWN),
            sources=queries.sources(connection),
            counts_of=queries.counts(connection),
        )


@router.get("/statements", name="statements")
def statements(request: Request, q: str = "", source: str = "", page: Page = 1) -> Response:
    """Statements by title and source; an address or an id leads to its statement at once."""
    library = _library(request)
    with library.store.reading() as connection:
        if "://" in q or (len(q) >= 12 and " " not in q):
            try:
                return RedirectResponse(_url(request, "statement", key=find_statement(connection, q.strip())), 303)
            except StatementsError:
                pass  # words, after all
        found = queries.found(connection, q, source or None, PER_PAGE + 1, (page - 1) * PER_PAGE)
        known = queries.sources(connection)
    return _page(request, "statements.html", statements=found[:PER_PAGE], more=len(found) > PER_PAGE, page=page, q=q, source=source, sources=known)


@router.get("/changes", name="changes")
def changes(request: Request, source: str = "", klass: ChangeClass | None = None, page: Page = 1) -> Response:
    """What the ministries changed, the last seen first."""
    library = _library(request)
    with library.store.reading() as connection:
        found = queries.changes(connection, source=source or None, klass=klass, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
        known = queries.sources(connection)
    return _page(
        request, "changes.html", changes=found[:PER_PAGE], more=len(found) > PER_PAGE, page=page, source=source, klass=klass or "", sources=known
    )


@router.get("/statements/{key}", name="statement")
def statement(request: Request, key: str, on: str = "") -> Response:
    """One statement: its changes, positions, shifts, versions and captures; `on` leads to the version that stood on a day."""
    library = _library(request)
    with library.store.reading() as connection:
        key = _statement_named(connection, key)
        told = history(connection, key)
        if on:
            return RedirectResponse(_url(request, "version", key=_standing_on(connection, told["statement"]["addresses"], on)), 303)
        living = queries.latest_versions(connection, key)
        latest = max(living, key=lambda one: (one.first_captured_at, one.id), default=None)
        found = gravest_shifts(queries.shifts(connection, key))
        return _page(
            request,
            "statement.html",
            told=told,
            head=queries.heads(connection, [key])[key],
            state=_presence(told, {one.address for one in living}),
            latest=latest,
            variants=[one for one in living if latest and one.content_sha256 != latest.content_sha256],
            stances=_stances(connection, library, latest) if latest else Stances(()),
            changes=queries.changes(connection, statement=key, limit=200),
            returns={one["id"]: one["returns_to"] for one in told["versions"] if one["returns_to"]},
            shifts=found,
            cited=queries.heads(connection, sorted({shift.last_said or shift.from_statement for shift in found})),
            memberships=queries.memberships(connection, key),
        )


@router.get("/captures/{key}", name="capture")
def capture(request: Request, key: str) -> Response:
    """To what a capture was the first to show: mails link here, as versions may be cut anew and statements become one, but a capture stays."""
    with _library(request).store.reading() as connection:
        of, changed = queries.shown_by(connection, key)
    if of is None:
        raise NotFound(f"No capture is called {key}.")
    return RedirectResponse(_url(request, "change", key=changed) if changed else _url(request, "statement", key=of), 303)


@router.get("/changes/{key}", name="change")
def change(request: Request, key: str) -> Response:
    """One change as a red-line, with what it rests on."""
    library = _library(request)
    with library.store.reading() as connection:
        one = next(iter(queries.changes(connection, ids=[key])), None)
        before, after = (queries.version(connection, end) for end in (one.from_version, one.to_version)) if one else (None, None)
    if one is None or before is None or after is None:
        raise NotFound(f"No change is called {key}. A capture found later may have cut its versions anew: look at the statement's history.")
    shown = (
        redline.article(one.comparison, before.wording, after.wording, was=_last_seen(before), now=_first_seen(after))
        if fits(one.comparison, before.wording, after.wording)
        else redline.fragment(one.comparison, language=one.language)
    )
    return _page(request, "change.html", styled=True, schemes=Markup(redline.SCHEMES), one=one, before=before, after=after, redline=Markup(shown))


@router.get("/compare/{earlier}/{later}", name="compare")
def compared(request: Request, earlier: str, later: str) -> Response:
    """Any two versions, compared now."""
    library = _library(request)
    with library.store.reading() as connection:
        before, after = _version(connection, earlier), _version(connection, later)
    comparison = compare(before.wording, after.wording, library.judge)
    shown = redline.article(comparison, before.wording, after.wording, was=_last_seen(before), now=_first_seen(after))
    return _page(request, "change.html", styled=True, schemes=Markup(redline.SCHEMES), one=None, before=before, after=after, redline=Markup(shown))


@router.get("/versions/{key}", name="version")
def version(request: Request, key: str) -> Response:
    """A version's text as it stood, and its way back to the stored bodies."""
    library = _library(request)
    with library.store.reading() as connection:
        stood = _version(connection, key)
        stances = _stances(connection, library, stood)
        return _page(
            request,
            "version.html",
            stood=stood,
            passages=quoted(stood.wording, stances.positions),
            stances=stances,
            evidence=queries.evidence(connection, stood),
            others=[one for one in history(connection, stood.statement)["versions"] if one["address"] == stood.address],
        )


@router.get("/snapshots/{sha256}", name="snapshot")
def snapshot(request: Request, sha256: str) -> Response:
    """A stored body as it was received, to save and never to show: it is a stranger's page."""
    library = _library(request)
    with library.store.reading() as connection:
        if not queries.is_captured(connection, sha256):
            raise NotFound(f"No capture has a body {sha256}.")
    headers = {"Content-Disposition": f'attachment; filename="{sha256[:12]}.html"'}
    return Response(library.store.snapshots.get(sha256), media_type="application/octet-stream", headers=headers)


@router.get("/series", name="series_list")
def series_list(request: Request) -> Response:
    """The declared series, and how many statements of the store each has."""
    library = _library(request)
    with library.store.reading() as connection:
        members = queries.member_counts(connection)
    declared, mistakes = library.series()
    declared.sort(key=lambda series: (-members.get(series.id, 0), series.title))
    return _page(request, "series_list.html", series=declared, members=members, mistakes=mistakes)


@router.get("/series/{key}", name="series")
def series(request: Request, key: str) -> Response:
    """One series: issues by statements, and what moved."""
    library = _library(request)
    found = next((one for one in library.series()[0] if one.id == key), None)
    if found is None or library.lexicon is None:
        raise NotFound(f"No series is called {key}, or its file is wrong; `statements check` tells which.")
    with library.store.reading() as connection:
        stands, _, _ = standing_of(connection, found, library.lexicon, now(), keep=False)
    return _page(request, "series.html", styled=True, report=report_of(stands, library.labels), series=found)


@router.get("/health", name="health")
def health(request: Request) -> Response:
    """Every source: well, ailing or failing, and why."""
    library = _library(request)
    with library.store.reading() as connection:
        return _page(request, "health.html", vitals=vitals.vitals(connection, library.place.config, now()))


@router.get("/site.css", name="style")
def style() -> Response:
    """The pages' one style sheet."""
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})


def problem(request: Request, status: int, title: str, message: str) -> Response:
    """A page that says what is wrong, and what to do."""
    return HTMLResponse(_rendered(request, "problem.html", title=title, message=message), status)


def _library(request: Request) -> Library:
    library: Library = request.app.state.library
    return library


def _url(request: Request, name: str, **parts: str) -> str:
    """The path of a page, wherever the application is mounted."""
    return f"{request.scope.get('root_path', '')}{request.app.url_path_for(name, **parts)}"


def _page(request: Request, template: str, *, styled: bool = False, **shown: Any) -> Response:
    page = _rendered(request, template, labels=_library(request).labels, **shown)
    return HTMLResponse(page, headers={"Content-Security-Policy": _WITH_STYLES} if styled else {})


def _rendered(request: Request, template: str, **shown: Any) -> bytes:
    def url(name: str, **parts: str) -> str:
        return _url(request, name, **parts)

    page = environment().get_template(template).render(url=url, here=request.url.path, **shown)
    return page.encode("utf-8", "replace")


def _last_seen(stood: queries.Stood) -> str:
    return f"last seen {seen(stood.last_captured_at, UTC)}"


def _first_seen(stood: queries.Stood) -> str:
    return f"first seen {seen(stood.first_captured_at, UTC)}"


def _statement_named(connection: Any, key: str) -> str:
    try:
        return find_statement(connection, key)
    except StatementsError as error:
        raise NotFound(str(error)) from error


def _version(connection: Any, key: str) -> queries.Stood:
    found = queries.version(connection, key)
    if found is None:
        raise NotFound(f"No version is called {key}. A capture found later may have cut the versions anew: look at the statement's history.")
    return found


def _standing_on(connection: Any, addresses: list[str], day: str) -> str:
    """The id of the version that stood at the end of a day, in UTC."""
    try:
        until = datetime.combine(date.fromisoformat(day), time.max, UTC)
    except ValueError:
        raise NotFound(f"{day!r} is no day, as in 2014-05-01.") from None
    stood = [(address, found[0]) for address in addresses if (found := version_at(connection, address, until))]
    if not stood:
        raise NotFound(f"No version of this statement was seen until {day}.")
    return version_id(*max(stood, key=lambda one: one[1].first))


def _stances(connection: Any, library: Library, stood: queries.Stood) -> Stances:
    """What a version says on the issues, as it was read before, or now."""
    known = stored_stances(connection, [stood.wording_id], library.lexicon.sha256) if library.lexicon else {}
    return known.get(stood.wording_id) or library.stances(stood.wording)


def _presence(told: dict[str, Any], addresses: set[str]) -> str:
    """The statement's state in words, with the visits that it rests on."""
    answers: dict[str, list[Answer]] = {address: [] for address in addresses}
    for capture in told["captures"]:
        if capture["address"] in answers and capture["via"] == "live":
            accepted = capture["verdict"] in {"ok", "not_modified", "provisional"}
            answers[capture["address"]].append(Answer(datetime.fromisoformat(capture["captured_at"]), capture["status"], accepted))
    return statement_presence([presence(group) for group in answers.values()]).sentence
