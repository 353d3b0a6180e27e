"""What can be wrong with a folder or with git, as exceptions whose message is for people."""

from __future__ import annotations


class RevisionError(Exception):
    """A revision that git does not know, or a folder that is no git repository."""


class ContentError(RevisionError):
    """An object that is damaged, or larger than any that is read."""


class LedgerError(Exception):
    """A folder that holds no ledger."""


class ShallowError(Exception):
    """A clone that holds only a part of history, in which nothing can be proven."""


class GenesisError(Exception):
    """The policy names no genesis, so that nothing tells from where on merges are proven."""


class GitError(Exception):
    """A git command that failed; the message is what git said."""


class BranchMovedError(Exception):
    """A branch stands elsewhere than where it was read; what was written on top of it was not kept."""


class ChangedError(Exception):
    """A file that no longer holds what was read of it, or is gone; nothing was written."""


class BusyError(Exception):
    """Something that is for one run at a time is in use by another."""


class EditedSinceError(Exception):
    """A file that a killed command has still to move was edited since; the message names it and the command's note."""


class SigningKeyError(Exception):
    """A key that is missing or cannot sign; the message is what ssh-keygen said, never the key."""
