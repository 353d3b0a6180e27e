"""``make fuzz``: each driver in a process of its own, guided by coverage, for some minutes in all.

libFuzzer bounds every input in time and memory; what it finds it leaves in ``build/fuzz``. The last line of each
driver says how often it ran and how much of ``duban`` that reached.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

OUT = Path(__file__).parents[2] / "build/fuzz"
SECONDS, MEBIBYTES, LARGEST = 10, 2048, 1 << 14
_STATE = re.compile(r"^#(\d+)\s+\w+\s+.*?cov: (\d+) ft: (\d+)", re.MULTILINE)


def drive(name: str, arguments: list[str]) -> None:
    """Fuzz one surface in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["duban"]):
        from fuzz.drivers import DRIVERS
    driver = DRIVERS[name]
    atheris.Setup([name, *arguments], driver.run)
    atheris.Fuzz()


def campaign(name: str, seconds: int) -> bool:
    """Fuzz one surface in a process of its own; whether it found nothing."""
    from fuzz.drivers import DRIVERS

    seeds, found = OUT / name / "seeds", OUT / name / "found"
    for folder in (seeds, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate((*DRIVERS[name].seeds(), *(path.read_bytes() for path in DRIVERS[name].kept))):
        (seeds / f"{number:04d}").write_bytes(content)
    bounds = (f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEBIBYTES}", f"-max_len={LARGEST}")
    command = [sys.executable, "-m", "fuzz", "--drive", name, f"-artifact_prefix={found}/", *bounds, str(seeds)]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    said = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    states = _STATE.findall(said)
    runs, reached, features = states[-1] if states else ("0", "0", "0")
    sys.stdout.write(f"{name}: {runs} executions, {reached} places and {features} features of duban reached\n")
    if done.returncode:
        sys.stdout.write(said[-4000:])
    sys.stdout.flush()
    return done.returncode == 0


def main() -> int:
    """Fuzz all surfaces, or one. 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", action="append")
    options = parser.parse_args()
    from fuzz.drivers import DRIVERS

    names = options.only or list(DRIVERS)
    seconds = max(1, round(options.minutes * 60 / len(names)))
    return 0 if all([campaign(name, seconds) for name in names]) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--drive"]:
        drive(sys.argv[2], sys.argv[3:])
    sys.exit(main())
