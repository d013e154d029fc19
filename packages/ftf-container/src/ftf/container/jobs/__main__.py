"""`python -m ftf.container.jobs shop.app:app`: a worker; see `--help`."""

from .worker._command import main

if __name__ == "__main__":  # pragma: no branch  # tools may import it
    raise SystemExit(main())
