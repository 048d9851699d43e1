"""The errors of this field: each is a sentence that names what, where, and what to do."""

from __future__ import annotations


class StatementsError(Exception):
    """The root of every error that the project raises on purpose."""


class DeclarationError(StatementsError):
    """A YAML declaration is wrong: names the file, the line and the key."""


class PageError(StatementsError):
    """One page was not understood; holds its URL and, where one failed, the selector."""

    verdict = "failed"

    def __init__(self, message: str, url: str | None = None, selector: str | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.selector = selector


class LayoutChanged(PageError):
    """No layout of the source holds on this page: nothing, or too much, stands where the statement should."""

    verdict = "layout_changed"


class BlockedPage(PageError):
    """The body is a block page, a challenge, a login wall or another answer that is not the statement."""

    verdict = "blocked"


class ErrorPage(BlockedPage):
    """The server's error or maintenance page, served with a status that says otherwise."""

    verdict = "error_page"


class HalfLoadedPage(BlockedPage):
    """The body is not one whole page: cut off, or its parts out of order."""

    verdict = "half_loaded"


class UndecodablePage(PageError):
    """The bytes are not text in any encoding that the page, its headers or detection suggest."""

    verdict = "undecodable"


class InvalidReading(PageError):
    """A reading failed the expectations of its source."""

    verdict = "quarantined"


class UnknownSource(StatementsError):
    """No declared source has this id, or none takes this URL."""


class ListingError(StatementsError):
    """A listing could not be read: no answer, an error status, or not what it is declared to be."""


class EmptyListing(ListingError):
    """A listing yielded no statement address: an error, not an empty day."""


class StoreError(StatementsError):
    """The store cannot be used as it is: not migrated, locked, unreachable, read-only or full."""
