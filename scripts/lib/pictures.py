"""Takes the pictures of docs/img: of the report of a real run."""

import io
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests" / "Browser"))

from PIL import Image

from browser import SCHEMES, Browser
from drills import EXECUTABLE

FOLDER = REPOSITORY / "docs" / "img"
OUT = REPOSITORY / ".build" / "pictures"
WIDTH, BYTES_MAX = 1200, 200_000
RUN_SECONDS_MAX = 150


def run(plan):
    """A live run, and where its report stands. A picture of one that was not green would not show what it should."""
    shutil.rmtree(OUT, ignore_errors=True)
    ended = subprocess.run([EXECUTABLE, "run", plan, "--quiet", "--out", OUT], cwd=REPOSITORY, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=RUN_SECONDS_MAX)
    if ended.returncode != 0:
        raise SystemExit(f"error: {plan} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return OUT / "report.html"


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


def main():
    page = run("plans/quickstart.yaml")
    browser = Browser.get()
    try:
        for scheme in SCHEMES:
            browser.open(page.as_uri(), WIDTH, scheme)
            keep(shot(browser, 860), f"report-{scheme}")
            keep(shot(browser, 1350, "#over-time-heading"), f"over-time-{scheme}")
    finally:
        Browser.close_all()


main()
