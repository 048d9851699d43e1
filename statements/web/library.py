"""What the pages are made from: the store, the lexicon and the series, each opened when a page first asks for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property

from schemas import declarations
from schemas.errors import DeclarationError
from schemas.records import Stances, Wording
from statements import settings
from statements.positions import lexicon as lexicons
from statements.positions import series as declared
from statements.positions.judge import PositionJudge
from statements.positions.lexicon import Lexicon
from statements.positions.reading import positions_of
from statements.positions.series import Series
from statements.store import Store


@dataclass
class Library:
    """Safe to share between requests. A store that cannot be opened is tried again by the next request."""

    place: settings.Settings = field(default_factory=settings.load)
    _store: Store | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @property
    def store(self) -> Store:
        """The store.

        Raises:
            StoreError: it is out of reach or not migrated; the sentence says what to run.
        """
        with self._opening:
            if self._store is None:
                self._store = Store.open(self.place)
            return self._store

    @cached_property
    def lexicon(self) -> Lexicon | None:
        """The issues and the stance vocabulary; None where a file of them is wrong, as `statements check` tells."""
        try:
            return lexicons.load(None, self.place.config)
        except DeclarationError:
            return None

    @cached_property
    def labels(self) -> dict[str, str]:
        """The issues' titles by their ids."""
        return {issue.id: issue.title for issue in self.lexicon.issues.values()} if self.lexicon else {}

    @property
    def judge(self) -> PositionJudge | None:
        """Tells whether a change bears on a position; of one comparison."""
        return PositionJudge(self.lexicon) if self.lexicon else None

    def stances(self, wording: Wording) -> Stances:
        """What a wording says on the issues, under today's lexicon."""
        return positions_of(wording, self.lexicon) if self.lexicon else Stances(())

    def series(self) -> tuple[list[Series], list[str]]:
        """The declared series, and the mistakes of those whose file is wrong."""
        well: list[Series] = []
        mistakes: list[str] = []
        for path in declarations.found("series", declared.PACKAGED, self.place.config).values():
            try:
                well.append(declared.read(path))
            except DeclarationError as error:
                mistakes.append(str(error))
        return well, mistakes
