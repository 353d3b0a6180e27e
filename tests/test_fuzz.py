"""Each surface for a moment, by the drivers of tests/fuzz: nothing gets out, and no input takes long."""

from __future__ import annotations

import random
import time

import pytest

from fuzz.drivers import DRIVERS, Driver

EXECUTIONS = 150
SECONDS = 5.0
PIECES = (
    b"\n", b"  ", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'", b"#", b"&a ", b"*a", b"!!x ", b"---\n", b"|\n",
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\\u202e", b"null", b"true", b"1e999", b"-1", b"9" * 40,
    b"2019-02-30", "：".encode(), "督".encode(), b"a" * 1100, b",", b"=", b"\t", b"\r", b"{}", b"0", b"PK\x03\x04",
)  # fmt: skip


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """One of the seeds after a few slips: something taken out, put in, moved, or of another seed."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        end = min(len(content), place + chance.choice((1, 2, 8, 64)))
        other = chance.choice(seeds)
        begin = chance.randrange(len(other) + 1)
        content[place:end] = chance.choice(
            (b"", chance.choice(PIECES), bytes(content[place:end]) * 2, other[begin : begin + 40], chance.randbytes(2))
        )
    return bytes(content)


@pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS)
def test_nothing_gets_out(driver: Driver) -> None:
    kept = [path.read_bytes() for path in driver.kept]
    chance, seeds = random.Random(driver.name), [*driver.seeds(), *kept]
    for content in (*kept, *(mutated(chance, seeds) for _ in range(EXECUTIONS))):
        started = time.process_time()
        driver.run(content)
        assert time.process_time() - started < SECONDS, content[:200]
