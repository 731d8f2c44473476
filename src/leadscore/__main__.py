"""`python -m leadscore`: the command line."""

import sys

from leadscore.cli import main

if __name__ == "__main__":
    sys.exit(main())
