"""A headless Chromium that looks at pages as somebody would: of a width, in a colour scheme, with scripts or without.

It writes down what a reader never sees: what the console complained of, and every address that the page asked for.
One process serves many pages, since it takes a second to start; every page gets a fresh log.

What it does not do: judge. Tests ask it, and `measures.js` says how a page looks from inside.
"""

import base64
import json
import pathlib
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Where pictures stand, for whoever wants to look at them.
PICTURES = REPOSITORY / ".build" / "browser"

PHONE, LAPTOP = 390, 1440
WIDTHS = (PHONE, LAPTOP)
SCHEMES = ("light", "dark")

HEIGHTS = {PHONE: 844, LAPTOP: 900}
PAGE_SECONDS_MAX = 20
ANSWER_SECONDS_MAX = 10
# A picture of a whole page that is longer than this is cut.
PICTURE_HEIGHT_MAX = 12_000


class Browser:
    _open = {}

    @classmethod
    def get(cls, scripts=True, line=None):
        """The one of this process with these settings. What it asks of loopback goes over the line, if it has one, and is
        addressed as before."""
        if (scripts, line) not in cls._open:
            cls._open[scripts, line] = cls(scripts, line)
        return cls._open[scripts, line]

    @classmethod
    def close_all(cls):
        for browser in cls._open.values():
            browser.driver.quit()
        cls._open.clear()

    def __init__(self, scripts=True, line=None):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        # Containers are run by root, for whom Chromium's sandbox is refused; pages here are our own.
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--force-color-profile=srgb",
                     "--disable-background-networking", "--disable-component-update"):
            options.add_argument(word)
        if line:
            options.add_argument(f"--host-resolver-rules=MAP 127.0.0.1 127.0.0.1:{line.port}")
        if not scripts:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PAGE_SECONDS_MAX)
        self.driver.set_script_timeout(ANSWER_SECONDS_MAX)
        self.measures = (pathlib.Path(__file__).parent / "measures.js").read_text()

    # Looking

    def open(self, address, width=LAPTOP, scheme="light", scale=1):
        """Opens a page afresh; what was logged before is forgotten."""
        self.driver.get("about:blank")
        self.resize(width, scale)
        self.use_scheme(scheme)
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self._requests = []
        self.driver.get(str(address))

    def resize(self, width, scale=1):
        self.width = width
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=HEIGHTS.get(width, 900),
                  deviceScaleFactor=scale, mobile=width < 600)

    def use_scheme(self, scheme, on_paper=False):
        self.tell("Emulation.setEmulatedMedia", media="print" if on_paper else "",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def tell(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def measure(self, name, *arguments):
        """What one of the functions of measures.js says of this page."""
        return self.ask(f"{self.measures}\nreturn {name}(...arguments);", *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def wait(self, what, seconds=ANSWER_SECONDS_MAX, why=""):
        """Until a script's value is true; it is returned."""
        deadline = time.monotonic() + seconds
        while True:
            value = self.ask(f"return {what};")
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s still not: {why or what}")
            time.sleep(0.05)

    # Touching

    def hover(self, element, across=0.5, down=0.5):
        """Points at a place of an element, told as shares of its width and height."""
        for step in (0.02, 0):
            self._mouse("mouseMoved", element, across - step, down)

    def drag(self, element, begin, end):
        """Presses at one place, told as a share of the width, and lets go at another."""
        self.hover(element, begin)
        self._mouse("mousePressed", element, begin, 0.5, button="left", buttons=1, clickCount=1)
        for step in (0.5, 1):
            self._mouse("mouseMoved", element, begin + (end - begin) * step, 0.5, button="left", buttons=1)
        self._mouse("mouseReleased", element, end, 0.5, button="left", clickCount=1)

    def _mouse(self, kind, element, across, down, **more):
        left, top, width, height = self.ask(
            """arguments[0].scrollIntoView({block: 'center', behavior: 'instant'});
            const box = arguments[0].getBoundingClientRect(); return [box.left, box.top, box.width, box.height];""", element)
        self.tell("Input.dispatchMouseEvent", type=kind, x=left + width * across, y=top + height * down, **more)

    def press(self, *keys):
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    # What nobody sees

    def complaints(self):
        """What the console said that is no mere information: errors, warnings, what a policy refused."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")
                if entry["level"] not in ("INFO", "DEBUG")]

    def requests(self):
        """Every address that was asked for since the page was opened, itself included."""
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self._requests.append(event["params"]["request"]["url"])
        return self._requests

    # Pictures

    def picture(self, name, element=None):
        """Writes what is seen, the whole page or one element, and returns where it stands."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        place = PICTURES / f"{name}.png"
        place.write_bytes(self.picture_bytes(element))
        return place

    def picture_bytes(self, element=None, clip=None):
        if clip is None:
            clip = self.measure("placeOf", element) if element is not None else self.measure("placeOfPage")
        clip["height"] = min(clip["height"], PICTURE_HEIGHT_MAX)
        answer = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**clip, "scale": 1})
        return base64.b64decode(answer["data"])

    def pdf(self):
        return base64.b64decode(self.tell("Page.printToPDF", printBackground=True)["data"])
