"""What the little script of report.html adds: values under the pointer, series that can be switched off, from the keyboard too."""

import re
import unittest

import drills
from browser import LAPTOP, Browser
from drills import seen

HOME, RIGHT, ESCAPE = "\ue011", "\ue014", "\ue00c"


class ScriptTests(unittest.TestCase):
    def setUp(self):
        self.browser = Browser.get()

    def chart(self, id="load"):
        self.browser.wait("document.body.classList.contains('scripted')", 5, "the script ran")
        return self.browser.one(f"figure.chart#{id}")

    def tip(self):
        """What is shown beside the pointer; nothing while nothing is."""
        return self.browser.ask("""
            const tip = [...document.querySelectorAll('.tip')].find((e) => e.getClientRects().length
              && getComputedStyle(e).visibility !== 'hidden' && +getComputedStyle(e).opacity > 0);
            return tip ? tip.innerText : '';""")

    def drawn(self, series, id="load"):
        """How many shapes of a series are to be seen."""
        return self.browser.ask("""
            return [...document.querySelectorAll(`figure.chart#${arguments[1]} svg [data-series="${arguments[0]}"]`)]
              .filter((e) => getComputedStyle(e).display !== 'none' && getComputedStyle(e).visibility !== 'hidden').length;""",
            series, id)

    @seen(among=[drills.SOUND])
    def test_the_pointer_shows_the_values_of_its_instant(self, drill, width, scheme):
        drawing = self.chart().find_element("css selector", "svg[role=img]")
        self.assertEqual(self.tip(), "")
        self.browser.hover(drawing, 0.3)
        early = self.tip()
        self.assertRegex(early, r"\d")
        self.browser.hover(drawing, 0.8)
        self.assertNotEqual(self.tip(), early)
        for name in [each.text for each in self.chart().find_elements("css selector", "button.toggle")]:
            self.assertIn(name.lower(), self.tip().lower())
        overflow = self.browser.measure("overflow")
        self.assertLessEqual(overflow["excess"], 0, overflow["reaches"])
        self.browser.hover(self.browser.one("h1"))
        self.browser.wait("![...document.querySelectorAll('.tip')].some((e) => e.getClientRects().length"
                          " && getComputedStyle(e).visibility !== 'hidden' && +getComputedStyle(e).opacity > 0)", 2,
                          "the values go with the pointer")

    @seen(among=[drills.SOUND])
    def test_the_values_are_those_of_the_table(self, drill, width, scheme):
        """The peak of the load, as the pointer and as the table tell it."""
        drawing = self.chart().find_element("css selector", "svg[role=img]")
        most = 0
        for step in range(1, 40):
            self.browser.hover(drawing, step / 40)
            numbers = [float(each.replace(",", "")) for each in self.numbers(self.tip())]
            most = max([most] + numbers)
        table = self.browser.ask("""
            return [...document.querySelectorAll('figure.chart#load details table tbody td')].map((e) => e.textContent);""")
        told = max(float(each.replace(",", "")) for text in table for each in self.numbers(text))
        self.assertAlmostEqual(most, told, delta=told * 0.1)

    @staticmethod
    def numbers(text):
        # A clock's figures are no values.
        return re.findall(r"(?<![\d:.,])\d[\d,]*(?:\.\d+)?(?![\d:])", text)

    @seen(among=[drills.SOUND])
    def test_a_series_is_switched_off_and_on_again(self, drill, width, scheme):
        button = self.chart().find_element("css selector", "button.toggle")
        series = button.get_attribute("data-series")
        self.assertEqual(button.get_attribute("aria-pressed"), "true")
        self.assertGreater(self.drawn(series), 0)
        self.browser.ask("arguments[0].scrollIntoView({block: 'center'});", button)
        button.click()
        self.assertEqual(button.get_attribute("aria-pressed"), "false")
        self.assertEqual(self.drawn(series), 0)
        button.click()
        self.assertEqual(button.get_attribute("aria-pressed"), "true")
        self.assertGreater(self.drawn(series), 0)

    @seen(widths=(LAPTOP,))
    def test_where_there_are_several_series_each_has_its_switch(self, drill, width, scheme):
        self.chart()
        count = 0
        for chart in self.browser.all("figure.chart"):
            id = chart.get_attribute("id")
            drawn = {each.get_attribute("data-series") for each in chart.find_elements("css selector", "svg [data-series]")}
            switches = chart.find_elements("css selector", "button.toggle[aria-pressed][data-series]")
            self.assertEqual({each.get_attribute("data-series") for each in switches}, drawn if len(drawn) > 1 else set(), id)
            self.assertTrue(all(each.text.strip() for each in switches), id)
            count += len(switches)
        self.assertGreater(count, 10)

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_the_keyboard_switches_a_series(self, drill, width, scheme):
        button = self.chart().find_element("css selector", "button.toggle")
        self.browser.ask("arguments[0].focus();", button)
        self.browser.press(" ")
        self.assertEqual(button.get_attribute("aria-pressed"), "false")

    # Time

    def clocks(self, id="load"):
        """What stands at the time axis, from the left."""
        words = self.browser.ask("""
            return [...document.querySelectorAll(`figure.chart#${arguments[0]} svg text`)]
              .filter((e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden')
              .map((e) => e.textContent.trim());""", id)
        return [each for each in words if re.fullmatch(r"\d+:\d\d(:\d\d)?", each)]

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_charts_of_the_same_time_show_the_same_instant(self, drill, width, scheme):
        self.browser.hover(self.chart().find_element("css selector", "svg[role=img]"), 0.6)
        crossed = self.browser.ask("""
            return [...document.querySelectorAll('figure.chart .cross')]
              .filter((e) => getComputedStyle(e).visibility !== 'hidden' && e.getAttribute('d'))
              .map((e) => e.closest('figure').id);""")
        for id in ("load", "latency", "outcomes"):
            self.assertIn(id, crossed)

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_the_keyboard_reads_values(self, drill, width, scheme):
        group = self.chart().find_element("css selector", "[role=group][tabindex='0']")
        self.browser.ask("arguments[0].focus();", group)
        self.browser.press(HOME)
        first = self.tip()
        self.assertRegex(first, r"\d")
        self.browser.press(RIGHT, RIGHT)
        self.assertNotEqual(self.tip(), first)
        self.browser.press(ESCAPE)
        self.assertEqual(self.tip(), "")

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_a_stretch_of_time_is_looked_at_closely_and_all_of_it_again(self, drill, width, scheme):
        drawing = self.chart().find_element("css selector", "svg[role=img]")
        whole = self.clocks()
        self.assertGreater(len(whole), 3)
        self.browser.drag(drawing, 0.4, 0.6)
        near = self.clocks()
        self.assertGreater(len(near), 1)
        self.assertNotEqual(near, whole)
        self.assertNotIn(whole[0], near, "the beginning is still there")
        self.assertEqual(self.clocks("latency"), near, "charts of the same time show the same stretch")
        self.browser.picture(f"report-zoomed-{width}", self.browser.one("figure.chart#load"))
        self.browser.press(ESCAPE)
        self.assertEqual(self.clocks(), whole)
        self.assertEqual(self.clocks("latency"), whole)
