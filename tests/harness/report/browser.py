"""A real browser for the tests of pages: Debian's chromium, driven by playwright, with nothing to reach."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Where it is. Without it the tests are skipped on somebody's own machine, and fail where changes are checked."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing = "there is no chromium here: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, closed at the end."""
    with sync_playwright() as playwright:
        # Its own sandbox needs a user who is not root; what is shown here is ours.
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page, and everything that it did and must not: requests, dialogs, errors, a script that is not its own."""

    def __init__(self, browser: Browser, scheme: str = "light") -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        self.odd: list[str] = []
        self.page.on("dialog", lambda dialog: (self.odd.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.odd.append(f"error {error}"))
        self.page.on("console", lambda said: self.odd.append(f"console {said.text}"))
        self.page.on("popup", lambda _: self.odd.append("popup"))
        self.page.on("request", lambda asked: self._asked(asked.url))
        self.page.expose_function("hit", lambda: self.odd.append("hit"))

    def _asked(self, url: str) -> None:
        # The page itself is asked for, and nothing that is not a page of ours.
        if not (url.startswith("file:") and url.partition("#")[0].endswith(".html")):
            self.odd.append(f"request {url}")

    def open(self, path: Path, anchor: str = "") -> Page:
        """Go to a page."""
        self.page.goto(path.absolute().as_uri() + (f"#{anchor}" if anchor else ""))
        return self.page
