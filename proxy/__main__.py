"""`python -m proxy`: the same as `chaperone`."""

import gc

# Nothing that is loaded now is garbage: looking for some takes a tenth of the time until we are ready.
gc.disable()

from proxy.cli import main  # noqa: E402 - see above

gc.enable()
main()
