"""What holds for every test: seeded cases, no silent skip in CI, a database for each process."""

import os
from collections import Counter
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# Node ids of the tests that CI may skip, each with the reason.
SKIPS_ALLOWED_IN_CI: dict[str, str] = {}

# How long it takes to make a case up says something of the machine, and nothing of the case.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough",
    deadline=None,
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Tests ask this machine alone, whatever proxy the environment names.
os.environ["no_proxy"] = "*"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001 - PostgreSQL goes by it
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """On SQLite each process has its test database in a folder of its own.

    No database keeps Django's own permissions, which nobody here asks for: every test that
    commits would write them anew.
    """
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connection
    from django.db.models.signals import post_migrate

    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test-lejek.sqlite3")


@pytest.fixture(autouse=True)
def _settings_language() -> None:
    """Every test starts in the language of the settings: a request leaves its own behind."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    """A command of ours that a test calls leaves its umask behind, which ends with the test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turns a skip into a failure that names the reason; expected failures stay as they are."""
    if not report.skipped or hasattr(report, "wasxfail") or report.nodeid in SKIPS_ALLOWED_IN_CI:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid} was skipped, and CI skips nothing: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _is_ci():
        _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _is_ci():
        _fail_if_skipped(report)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps all Spark tests on one worker, and leaves out what needs a server where there is none.

    One virtual machine is enough; what only a server can show runs in `make test-postgres`.
    """
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
    if not os.environ.get("LEJEK_DATABASE_URL", "").startswith("postgres"):
        served = [item for item in items if item.get_closest_marker("served")]
        items[:] = [item for item in items if item not in served]
        config.hook.pytest_deselected(items=served)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says against how many generated cases each engine was held."""
    cases: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == "generated_cases" and report.when == "call":
                    engine, n_cases = told
                    cases[engine] += n_cases
    if cases:
        counts = ", ".join(f"{n_cases} on {engine}" for engine, n_cases in cases.items())
        terminalreporter.write_line(f"Engine agreement, generated cases: {counts}.")
