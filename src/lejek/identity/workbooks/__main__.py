"""`python -m lejek.identity.workbooks FROM TO`, as the product calls it."""

import sys
from pathlib import Path

from lejek.identity.workbooks.limited import main

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
