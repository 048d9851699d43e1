"""Pages of the publishing system TRS WCM, which the Chinese ministry and its missions used from 1999 on."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.layout import Layout

_START, _END = 'meta[name="TRSWCM.ContStart"]', 'meta[name="TRSWCM.ContEnd"]'


class Markers(Layout):
    """Some old templates set no element around the statement, only a marker before it and one after it."""

    def container(self, page: LexborHTMLParser) -> LexborNode | None:
        """The declared container, else the markers' parent, less what stands before the first and after the second."""
        declared = super().container(page)
        start, end = page.css_first(_START), page.css_first(_END)
        if declared is not None or start is None or end is None or start.parent is None or end.parent is None:
            return declared
        if start.parent.mem_id != end.parent.mem_id:
            return None
        while (before := start.prev) is not None:
            before.decompose()
        while (after := end.next) is not None:
            after.decompose()
        return start.parent
