"""Take a screenshot of every page: both languages, desk and phone.

python scripts/screenshots.py FOLDER [--url http://localhost:8501] [--pages ringkasan,metode] [--languages id,en]
"""

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PAGES = (
    "ringkasan",
    "pendaftaran",
    "usul_sanggah",
    "ketepatan_sasaran",
    "perbandingan_wilayah",
    "dugaan",
    "eksplorasi",
    "antrean",
    "kasus",
    "duplikat",
    "tinjau",
    "pendamping",
    "rencana_cek",
    "aturan",
    "kartu_model",
    "mutu_data",
    "metode",
    "catatan_akses",
)
WIDTHS = (1440, 360)
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-quic"]  # fmt: skip


def chromium() -> str | None:
    """Return the path of an installed Chromium, None for Playwright's own."""
    return next((path for path in CHROMIUM if Path(path).exists()), None)


def settle(page: Page) -> None:
    """Wait until Streamlit has finished drawing."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
    page.wait_for_timeout(800)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Take a screenshot of every page.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://localhost:8501")
    parser.add_argument("--pages", default=",".join(PAGES))
    parser.add_argument("--languages", default="id,en")
    parser.add_argument("--widths", default=",".join(str(width) for width in WIDTHS))
    parser.add_argument("--query", default="")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        for width in map(int, given.widths.split(",")):
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            for language in given.languages.split(","):
                for name in given.pages.split(","):
                    page.goto(f"{given.url}/{'' if name == PAGES[0] else name}?lang={language}{given.query}")
                    settle(page)
                    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": width, "height": int(height) + 80})
                    settle(page)
                    page.screenshot(path=given.folder / f"{name}_{language}_{width}.png")
                    page.set_viewport_size({"width": width, "height": 900})
        browser.close()


if __name__ == "__main__":
    main()
