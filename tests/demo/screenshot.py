"""`python -m tests.demo.screenshot`: the picture of the demo's page in the README, made anew.

It has the ports of `make demo`, so nothing else may run there.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from examples.demo.process import HOST, ROOT, running_server
from tests.browser.conftest import chromium_program

PICTURE = ROOT / "docs" / "img" / "demo.png"
PORT, PAGE_PORT = 8000, 8001
WIDTH, HEIGHT = 1280, 1140
# A page has few colors, and the shades of its letters.
COLORS = 200


def main(picture: Path = PICTURE) -> None:
    """Take the picture."""
    with (
        running_server(PORT, PAGE_PORT),
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium_program(), args=["--no-sandbox"]
        ) as browser,
    ):
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"http://{HOST}:{PAGE_PORT}/")
        expect(page.locator("#summary")).to_contain_text("ended as predicted")
        taken = Image.open(io.BytesIO(page.screenshot()))
    taken.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
