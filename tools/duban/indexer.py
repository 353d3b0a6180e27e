"""Search records → the files of their index, by Pagefind's program fed over a pipe.

The program takes JSON messages in base64 with a comma after each on standard input, and answers
each in the same way. Its own Python client waits a tenth of a second for every answer; here all
records are sent at once, and answers are read only to see that none is an error.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, Any, cast

import orjson

from duban.publish.search_records import SearchRecord
from duban.publish.search_words import exact_word, search_words

# No language: the program would cut Chinese by a dictionary of its own, and so would the browser.
LANGUAGE = "und"
FACETS = "facets.json"
_SIGNATURE, _FRAGMENT = b"pagefind_dcd", ".pf_fragment"
_PACKAGE = "pagefind-bin-extended"
# Words and their places in one file of the index: a query fetches a file for each of its words.
_PER_FILE = "4000"
_LONGEST = 900.0


class IndexerError(Exception):
    """The program is not installed, failed or refused a record; the message says which."""


def indexer_version() -> str:
    """The version of the program; IndexerError where it is not installed."""
    _program()
    try:
        return metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise IndexerError(f"{_PACKAGE}: {error}") from error


def indexed(records: Sequence[SearchRecord]) -> dict[str, bytes]:
    """The index of some records by file name; IndexerError where it cannot be made.

    The same records in the same order give the same bytes. Files that end in ``.pf_meta`` and
    ``.pf_index`` are gzip of "pagefind_dcd" and CBOR, those in ``.pf_fragment`` of the same and JSON,
    one for each record; ``.pagefind`` is a WebAssembly module likewise. ``facets.json`` is ours:
    the names of fragments by kind and by unit. The program's own filters are not used, since it
    writes them in another order each time.
    """
    messages = [orjson.dumps({"message_id": number, "payload": one}) for number, one in enumerate(_requests(records))]
    answer = _asked(messages)["payload"]
    files = {one["path"].replace("\\", "/"): base64.b64decode(one["content"]) for one in answer["files"]}
    return {**files, FACETS: _facets(records, files)}


def _facets(records: Sequence[SearchRecord], files: Mapping[str, bytes]) -> bytes:
    fragments = {}
    for path, content in files.items():
        if path.endswith(_FRAGMENT):
            fragment = orjson.loads(gzip.decompress(content).removeprefix(_SIGNATURE))
            name = path.rpartition("/")[2].removesuffix(_FRAGMENT)
            fragments[fragment["url"]] = name.removeprefix(f"{LANGUAGE}_")
    facets: dict[str, dict[str, list[str]]] = {}
    for record in records:
        facets.setdefault(record.kind, {}).setdefault(record.unit, []).append(fragments[record.address])
    return orjson.dumps(facets)


def _program() -> Path:
    try:
        from pagefind_bin_extended import get_executable

        return Path(get_executable())
    except (ImportError, FileNotFoundError) as error:
        raise IndexerError(f"{_PACKAGE}: {error}") from error


def _requests(records: Iterable[SearchRecord]) -> Iterator[dict[str, Any]]:
    yield {"type": "NewIndex", "config": {"force_language": LANGUAGE, "keep_index_url": True}}
    for record in records:
        yield _request(record)
    yield {"type": "GetFiles", "index_id": 0}


def _request(record: SearchRecord) -> dict[str, Any]:
    """A record as the program takes it: titles and names are found too, and titles weigh more than text."""
    first, *others = record.titles.items()
    meta = {"title": search_words(first[1]), "names": " ".join(map(exact_word, record.names))}
    meta |= {f"title_{code}": search_words(title) for code, title in others if title != first[1]}
    return {
        "type": "AddRecord",
        "index_id": 0,
        "url": record.address,
        # A record without a word is left out.
        "content": search_words(record.text) or search_words(first[1]),
        "language": LANGUAGE,
        "meta": meta,
        "filters": None,
        "sort": None,
    }


def _asked(messages: list[bytes]) -> dict[str, Any]:
    """The answer to the last of some messages."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    surroundings["PAGEFIND_UNSTABLE_INDEX_CHUNK_SIZE"] = _PER_FILE
    with tempfile.TemporaryDirectory(prefix="duban-index-") as empty, tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 - the installed program alone, no arguments from outside
                [_program(), "--service"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=surroundings,
                cwd=empty,
            )
        except OSError as error:
            raise IndexerError(str(error)) from error
        stdin, stdout = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        sender = threading.Thread(target=_send, args=(stdin, messages), daemon=True)
        alarm = threading.Timer(_LONGEST, process.kill)
        try:
            sender.start()
            alarm.start()
            answer = _last_answer(stdout, len(messages))
            sender.join()
        finally:
            alarm.cancel()
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):
                stdin.close()
            stdout.close()
        if answer is None:
            said.seek(0)
            raise IndexerError(said.read().decode("utf-8", "replace").strip()[-500:] or f"exit {process.returncode}")
    return answer


def _send(stdin: IO[bytes], messages: list[bytes]) -> None:
    with contextlib.suppress(OSError):  # whoever reads the answers sees that there are too few
        for message in messages:
            stdin.write(base64.b64encode(message) + b",")
        stdin.flush()


def _last_answer(stdout: IO[bytes], count: int) -> dict[str, Any] | None:
    """The last of so many answers, None where the program ends before it; IndexerError for an answer that says no."""
    parts: list[bytes] = []
    while block := os.read(stdout.fileno(), 1 << 20):
        head, comma, tail = block.partition(b",")
        parts.append(head)
        while comma:
            answer = orjson.loads(base64.b64decode(b"".join(parts)))
            if answer["payload"]["type"] == "Error":
                raise IndexerError(answer["payload"]["message"])
            count -= 1
            if not count:
                return cast(dict[str, Any], answer)
            head, comma, tail = tail.partition(b",")
            parts = [head]
    return None
