"""What changed between two wordings of a statement, and how much it matters: pure functions on records."""

from statements.compare.comparison import compare
from statements.compare.documents import document
from statements.compare.judge import Judge, Judgement

__all__ = ["Judge", "Judgement", "compare", "document"]
