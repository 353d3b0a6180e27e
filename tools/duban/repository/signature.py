"""Bytes and an SSH key → a signature as git keeps it, and a signature with public keys → whether it is good."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from duban.repository.command import surroundings
from duban.repository.error import GitError, SigningKeyError

_WHO = "recorder"
_NAMESPACE = "git"


def sign(payload: bytes, key: Path) -> bytes:
    """The armoured signature of bytes by a private key file. Raises SigningKeyError."""
    done = _ssh_keygen("sign", "-n", _NAMESPACE, "-f", os.fspath(key), given=payload)
    if done.returncode or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise SigningKeyError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def public_key(key: Path) -> str:
    """The public half of a private key file, without its comment. Raises SigningKeyError."""
    done = subprocess.run(  # noqa: S603
        ["ssh-keygen", "-y", "-P", "", "-f", os.fspath(key)],  # noqa: S607
        capture_output=True,
        check=False,
        env=surroundings(),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise SigningKeyError(done.stderr.decode("utf-8", "replace").strip())
    return " ".join(done.stdout.decode().split()[:2])


def new_key(key: Path, comment: str) -> str:
    """Make an Ed25519 key without passphrase in a file; its public half."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", os.fspath(key)]
    done = subprocess.run(command, capture_output=True, check=False, env=surroundings(), stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        raise SigningKeyError(done.stderr.decode("utf-8", "replace").strip())
    return public_key(key)


def are_good(asked: Sequence[tuple[bytes, bytes, tuple[str, ...]]]) -> list[bool]:
    """Whether each payload's signature was made by one of the public keys beside it; b"" for no signature."""
    from concurrent.futures import ThreadPoolExecutor

    from duban.processes import usable_cores

    with tempfile.TemporaryDirectory(prefix="duban-") as name, ThreadPoolExecutor(usable_cores()) as threads:
        folder = Path(name)
        lists: dict[tuple[str, ...], Path] = {}
        for _, _, keys in asked:
            if keys not in lists:
                lists[keys] = folder / f"keys-{len(lists)}"
                lines = [f'{_WHO} namespaces="{_NAMESPACE}" {key}\n' for key in keys]
                lists[keys].write_text("".join(lines), encoding="utf-8")
        one_each = [(folder / f"signature-{number}", *one) for number, one in enumerate(asked)]
        return list(threads.map(partial(_is_good, lists), one_each))


def _is_good(lists: dict[tuple[str, ...], Path], one: tuple[Path, bytes, bytes, tuple[str, ...]]) -> bool:
    file, payload, signature, keys = one
    if not signature or not keys:
        return False
    file.write_bytes(signature)
    options = ("-n", _NAMESPACE, "-I", _WHO, "-f", os.fspath(lists[keys]), "-s", os.fspath(file))
    # It says "Good signature" of an unknown key too: only the exit code tells that the key is one of these.
    return _ssh_keygen("verify", *options, given=payload).returncode == 0


def _ssh_keygen(what: str, *options: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = ["ssh-keygen", "-Y", what, *options]
    # No passphrase can be asked for: nobody is there, and a key of the recorder has none.
    quiet = surroundings({"SSH_ASKPASS_REQUIRE": "never"})
    try:
        return subprocess.run(  # noqa: S603
            command, input=given, capture_output=True, check=False, env=quiet, start_new_session=True
        )
    except FileNotFoundError as error:
        raise GitError("ssh-keygen: not installed") from error
