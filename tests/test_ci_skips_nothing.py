"""In CI a skipped test is a failure; elsewhere it stays a skip."""

from pathlib import Path

import pytest

SKIPS = """
    import pytest

    def test_that_passes():
        assert True

    @pytest.mark.skip(reason="the engine is missing")
    def test_that_is_marked():
        raise AssertionError

    def test_that_skips_itself():
        pytest.skip("the engine is missing")

    @pytest.mark.xfail(reason="a known gap", strict=True)
    def test_that_fails_as_expected():
        raise AssertionError
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A test suite under the same conftest as this one."""
    pytester.makeconftest(
        Path(__file__).parents[1].joinpath("conftest.py").read_text(encoding="utf-8")
    )
    return pytester


def outcomes(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str) -> dict[str, int]:
    monkeypatch.setenv("CI", ci)
    run = suite.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")
    return run.parseoutcomes()


def test_a_skip_is_a_failure_in_ci(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.makepyfile(SKIPS)
    found = outcomes(suite, monkeypatch, ci="true")
    # A marked test is skipped before it starts, which pytest counts as an error.
    assert found == {"passed": 1, "failed": 1, "errors": 1, "xfailed": 1}


def test_a_skip_stays_a_skip_elsewhere(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(SKIPS)
    assert outcomes(suite, monkeypatch, ci="") == {"passed": 1, "skipped": 2, "xfailed": 1}


def test_a_file_skipped_as_a_whole_is_an_error_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile("import pytest\n\npytest.importorskip('no_such_package_anywhere')\n")
    assert outcomes(suite, monkeypatch, ci="true") == {"errors": 1}
