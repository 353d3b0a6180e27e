"""``python -m duban.cli``: the same as the ``duban`` command."""

import sys

from duban.cli import main

sys.exit(main())
