"""What the tests of the scoring library share."""

import shutil

import pytest


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("spark") and shutil.which("java") is None:
        pytest.skip("Spark needs Java 17: sudo apt-get install openjdk-17-jre-headless")
