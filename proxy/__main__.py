"""`python -m proxy`: the same as `chaperone`."""

from proxy.cli import main

main()
