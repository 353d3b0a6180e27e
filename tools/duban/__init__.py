"""The supervision ledger: files of a ledger in, checks, lights, figures and pages out."""

__version__ = "0.1.0"
