"""``python -m duban.cli``: the same as the ``duban`` command."""

from duban.cli import command

command()
