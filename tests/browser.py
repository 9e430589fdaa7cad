"""Pages in headless Chromium: a script is run in one, and what it found is read from outside."""

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

_BROWSER: Final = next(
    filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None
)

needs_browser: Final = pytest.mark.skipif(
    _BROWSER is None, reason="neither chromium nor google-chrome is installed"
)

_HELPERS: Final = """
const found = {};
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const press = (key, more) => (document.activeElement ?? document.body)
    .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const frame = (element) => element.getBoundingClientRect();
"""


def probe(folder: Path, source: str, script: str, *flags: str) -> dict[str, Any]:
    """What `script` has put into `found` when it ran in the page `source`; it may wait for things.
    `folder` is for what the browser writes."""
    script = f"""(async () => {{ {_HELPERS}
        try {{ {script} }} catch (error) {{ found.error = String(error); }}
        const out = document.createElement("pre");
        out.id = "found";
        out.textContent = JSON.stringify(found);
        document.body.append(out); }})();"""
    # The page admits no script but its own: this one has to be named in its policy.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    source = source.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    file = folder / "page.html"
    file.write_text(source.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    assert _BROWSER is not None
    done = subprocess.run(
        [
            _BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,900",
            # It waits for what the page still does, as long as that goes on.
            "--virtual-time-budget=20000",
            *flags,
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"HOME": str(folder)},
    )
    match = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match, done.stderr
    found: dict[str, Any] = json.loads(html.unescape(match[1]))
    assert "error" not in found, found["error"]
    return found
