"""What `python -m lejek` does."""

from lejek.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
