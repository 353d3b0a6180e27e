"""An edition → the files of its static interface for programs: an index, all items, each item, figures, the schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from duban.publish.api_documents import FILES, figures_document, index_document, item_document
from duban.publish.api_schema import schema_document
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition
from duban.publish.ledger_lines import other_facts
from duban.publish.standing import key_of_proofs


def api_files(edition: Edition) -> Iterator[DataFile]:
    """Every file but the list of all items, which is the ledger as JSON."""
    yield DataFile(FILES["index"], partial(index_document, edition))
    yield DataFile(FILES["figures"], partial(figures_document, edition))
    yield DataFile(FILES["schema"], partial(schema_document, edition))
    for identity, other in edition.taken(other_facts).items():
        key = edition.digests.get(other.path, "") + key_of_proofs(edition, identity)
        yield DataFile(FILES["item"].format(id=identity), partial(item_document, edition, identity), key)
