"""What a policy shares of each input: a sum only if all that feeds it is shown."""

from pathlib import Path

import pytest

from proxy.core.policy import Policy
from proxy.core.policyfile import read_policy
from proxy.report.sharing import shared_of

POLICIES = Path(__file__).parents[2] / "policies"
