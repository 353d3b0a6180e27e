"""Marked-up text, page after page → what of it was not on the pages before."""

from __future__ import annotations

_RUN = 6
_MOST_KNOWN = 200_000
_LARGE = 100_000
_GAP = "\ue000"
"""Stands where something was left out, so that nothing seems to stand together that does not."""


class Fresh:
    """Leaves out the shell that every page stands in, so that it is looked through once.

    A text is taken as pieces that each begin with a tag. Six pieces in a row that stood like that in
    an earlier text have been looked through there; what is left out is covered by such rows. So a
    value that is broken up by five tags is never torn apart. What is known is bounded in number: the
    shell comes early. A large text is kept whole, for little of it is shell.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()

    def of(self, text: str) -> str:
        """What is fresh in a text: stretches of it, each begun with a tag."""
        if len(text) > _LARGE:
            return text
        pieces = text.split("<")
        if len(pieces) <= _RUN:
            return text
        rows = [*map(hash, zip(*(pieces[start:] for start in range(_RUN)), strict=False))]
        known = self._known
        fresh = [number for number, row in enumerate(rows) if row not in known]
        if len(known) < _MOST_KNOWN:
            known.update(rows)
        kept: list[str] = []
        done = 0
        for number in fresh:
            if kept and number > done:
                kept.append(_GAP)
            kept += pieces[max(number, done) : number + _RUN]
            done = number + _RUN
        return "<".join(kept)
