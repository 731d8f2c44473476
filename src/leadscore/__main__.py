"""`python -m leadscore`: the command line."""

import sys

from leadscore.cli import main

sys.exit(main())
