"""Takes the pictures of docs/img: of a real run's live page while one of its banks browns out, and of its report."""

import io
import pathlib
import sys
import time

sys.dont_write_bytecode = True
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests" / "Browser"))

from PIL import Image

import live
from browser import SCHEMES, Browser

FOLDER = REPOSITORY / "docs" / "img"
PLAN = REPOSITORY / "plans" / "quickstart.yaml"
WIDTH, BYTES_MAX = 1200, 200_000
# With the crowd in sight, and the fault at its height.
WATCHED_AFTER_SECONDS = 44


def keep(png, name):
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(buffer, "png", optimize=True)
    if buffer.tell() > BYTES_MAX:
        raise SystemExit(f"error: {name} has {buffer.tell()} bytes, more than {BYTES_MAX}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(buffer.getvalue())
    print(f"docs/img/{name}.png  {buffer.tell():7} bytes")


def shot(browser, height, beginning=None):
    """So much of a page as a window of that height shows, from an element on."""
    top = browser.measure("placeOf", browser.one(beginning))["y"] - 16 if beginning else 0
    return browser.picture_bytes(clip={"x": 0, "y": top, "width": WIDTH, "height": height})


def take_live(browser, run):
    time.sleep(WATCHED_AFTER_SECONDS)
    for scheme in SCHEMES:
        browser.open(run.address, WIDTH, scheme)
        browser.wait("document.querySelectorAll('figure.chart svg path[data-series]').length > 3", why="charts are drawn")
        keep(shot(browser, 1000), f"live-{scheme}")


def take_report(browser, run):
    for scheme in SCHEMES:
        browser.open((run.out / "report.html").as_uri(), WIDTH, scheme)
        keep(shot(browser, 860), f"report-{scheme}")
        keep(shot(browser, 1350, "#over-time-heading"), f"over-time-{scheme}")


def main():
    browser = Browser.get()
    try:
        with live.run("pictures", PLAN) as run:
            take_live(browser, run)
            # A picture of a run that was not green would not show what it should.
            if code := run.end():
                raise SystemExit(f"error: the run ended with {code}\n{run.log.read_text()}")
            take_report(browser, run)
    finally:
        Browser.close_all()


main()
