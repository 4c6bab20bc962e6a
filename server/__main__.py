"""`python -m server` is `chibo`."""

import sys

from .cli import main

sys.exit(main())
