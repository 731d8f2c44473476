"""Tests that share something dear (a served demo, a virtual machine) run in one worker."""

import re

import pytest

GROUPED = """
    import pytest

    @pytest.mark.xdist_group("dear")
    @pytest.mark.parametrize("number", range(4))
    def test_that_shares(number):
        assert True
"""


def test_a_group_runs_in_one_worker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(GROUPED)
    run = pytester.runpytest_subprocess(
        "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:randomly", "-p", "no:cacheprovider"
    )
    run.assert_outcomes(passed=4)
    workers = re.findall(r"^\[(gw\d)\].*PASSED", run.stdout.str(), flags=re.MULTILINE)
    assert len(workers) == 4
    assert len(set(workers)) == 1
