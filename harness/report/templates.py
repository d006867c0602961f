"""Templates, with all that makes a page safe: what a program printed is shown on it, and never obeyed.

Every text passes `safe` (no control characters, no invisible ones), then jinja's autoescape. A policy in the page
itself forbids any request, and any script but the page's own, known by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.report.safe import safe

FOLDER = Path(__file__).parent / "templates"


def page(template: str, scripts: tuple[str, ...], **data: Any) -> str:
    """A whole page: its style and its script are in it."""
    script = "".join(source(name) for name in scripts)
    return _environment().get_template(template).render(
        script=Markup(f"<script>{script}</script>"), policy=policy(script), **data)  # fmt: skip


def policy(script: str) -> str:
    """The Content-Security-Policy of a page with this script: nothing is loaded, nothing else runs."""
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (f"default-src 'none'; script-src 'sha256-{known}'; style-src 'unsafe-inline'; "
            "base-uri 'none'; form-action 'none'")  # fmt: skip


def embedded(data: Any) -> Markup:
    """Data as JSON that cannot end the script element it stands in, whatever its texts say."""
    text = json.dumps(_safe(data), ensure_ascii=True, separators=(",", ":"))
    # In JSON these three stand in texts only.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _safe(data: Any) -> Any:
    if isinstance(data, str):
        return safe(data)
    if isinstance(data, dict):
        return {key: _safe(value) for key, value in data.items()}
    return [_safe(value) for value in data] if isinstance(data, list | tuple) else data


@cache
def source(name: str) -> str:
    """The text of a style sheet or a script of ours."""
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    found = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, finalize=_shown,
                        trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    found.globals["style"] = lambda *names: Markup("".join(source(name) for name in names))
    return found


def _shown(value: Any) -> Any:
    """What a template writes: texts are made harmless, what is markup of ours stays."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return safe(value)
