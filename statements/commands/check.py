"""`statements check`: hold declarations against schema, fixtures and, when asked, the live site."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from statements.commands.output import FAILED, WRONG_USE, emit, note


@click.command()
@click.argument("sources", metavar="[SOURCE…]", nargs=-1)
@click.option("--live", is_flag=True, help="Also read each listing and its first statement from the site; needs STATEMENTS_CONTACT.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(sources: tuple[str, ...], live: bool, as_json: bool) -> None:
    """Check every declared source, or those named: file, selectors, fixture pages, and how it does in the store.

    Exit status 1 when something fails.

    Example: statements check cn_mfa_en --live
    """
    from statements import settings
    from statements.checking import check, check_live, check_store, declarations

    place = settings.load()
    declared, findings = declarations(place.config)
    known = {source.id for source in declared} | {finding.source for finding in findings}
    unknown = [name for name in sources if name not in known]
    if unknown:
        note(f"statements check: no source is called {', '.join(unknown)}; declared are {', '.join(sorted(known))}.")
        sys.exit(WRONG_USE)
    findings = [finding for finding in findings if not sources or finding.source in sources]
    for source in declared:
        if not sources or source.id in sources:
            findings += check(source, place.config)
            findings += check_live(source, place) if live else ()
    findings += check_store(place, sources)
    failed = [finding for finding in findings if finding.outcome == "failed"]
    if as_json:
        emit({"findings": [asdict(finding) for finding in findings], "failed": len(failed)})
    else:
        for finding in findings:
            click.echo(f"{finding.outcome:<10} {finding.source:<16} {finding.what}" + (f": {finding.detail}" if finding.detail else ""))
    if failed:
        note(f"{len(failed)} of {len(findings)} checks failed.")
        sys.exit(FAILED)
