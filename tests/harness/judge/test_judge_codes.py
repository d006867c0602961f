"""Every code that a finding can carry is explained in docs/findings.md, and none that it cannot."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
# A code stands first in a Miss or a Kind, and second in a Finding; one that is changed names it, and one that others
# look for has a name.
USED = re.compile(r'(?:Miss|Kind)\(\s*"([a-z-]+)"|Finding\(\s*[\w.]+,\s*"([a-z-]+)"|, code="([a-z-]+)"'
                  r'|^IN_GRADING_ONLY = "([a-z-]+)"', re.MULTILINE)


def test_every_code_is_explained_and_every_explained_code_is_used() -> None:
    """What the judge can say and what the page lists are the same."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "harness").rglob("*.py"))
    used = {"".join(found) for found in USED.findall(sources)}
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    explained = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert used == explained
