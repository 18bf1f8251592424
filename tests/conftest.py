"""What holds for all tests."""

import os
from dataclasses import dataclass

import pytest
import structlog


@pytest.hookimpl(trylast=True)  # when the terminal is there
def pytest_configure(config: pytest.Config) -> None:
    """Set up how a run tells what it sees: on CI, failures at once, by the one process that hears of them all."""
    # A traceback with all that it holds takes many seconds to draw, and would print the secrets of a test.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ToldAtOnce(terminal))


@dataclass(frozen=True, slots=True)
class ToldAtOnce:
    """Prints what failed when it fails: a run that is killed has then told all that it found."""

    terminal: pytest.TerminalReporter

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.terminal.ensure_newline()
            self.terminal.section(f"{report.when} of {report.nodeid}", sep="_", red=True)
            self.terminal.line(report.longreprtext)
            for title, text in report.sections:
                self.terminal.section(title, sep="-")
                self.terminal.line(text)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end nobody waits for it.

    And leave out what needs a real Nightscout where there is none: such tests are extra, not skipped parts.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if os.environ.get("NIGHTSCOUT_URL") and os.environ.get("NIGHTSCOUT_TOKEN"):
        return
    extra = [item for item in items if item.get_closest_marker("nightscout")]
    config.hook.pytest_deselected(items=extra)
    items[:] = [item for item in items if item not in extra]
