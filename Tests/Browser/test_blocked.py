"""report.html where scripts and styles are forbidden, as CI systems show artifacts: still readable, charts and all."""

import unittest

import drills
from browser import LAPTOP, PHONE, Browser
from pictures import colours, darkness
from servers import viewer


class BlockedTests(unittest.TestCase):
    def setUp(self):
        self.browser = Browser.get(scripts=False)

    def open(self, address, width=LAPTOP):
        self.browser.open(f"{address}/report.html", width)

    def test_it_is_really_blocked(self):
        with viewer(drills.SOUND.folder) as address:
            self.open(address)
            refused = " ".join(self.browser.complaints())
            self.assertIn("style", refused, "no style was refused: the policy did not work")
            self.assertEqual(self.browser.ask("return document.styleSheets.length;"), 0)
            self.assertNotIn("scripted", self.browser.one("body").get_attribute("class") or "")
            self.assertEqual({each.rsplit("/", 1)[-1] for each in self.browser.requests()} - {"favicon.ico"},
                             {"report.html"})

    def test_words_are_read_and_charts_are_seen(self):
        for drill in drills.ALL:
            with viewer(drill.folder) as address, self.subTest(drill=drill.name):
                self.open(address)
                text = self.browser.one("body").text
                self.assertIn("All targets met" if drill.exit_code == 0 else "Money or isolation failed", text)
                self.assertRegex(text, r"p99 [\d.]+ ?ms")
                self.assertEqual(self.browser.measure("unpaintedShapes"), [])
                charts = self.browser.all("figure.chart svg[role=img]")
                self.assertGreaterEqual(len(charts), 4, "charts are missing")
                for chart in charts:
                    self.assertGreater(chart.rect["width"], 300)
                    self.assertGreater(chart.rect["height"], 100)
                    self.assertGreater(colours(self.browser.picture_bytes(chart)), 3, "a drawing shows nothing")
                    self.assertGreater(len(chart.find_elements("css selector", "text")), 4, "axes have no words")

    def test_nothing_black_lies_over_a_chart(self):
        with viewer(drills.SOUND.folder) as address:
            self.open(address)
            charts = self.browser.all("figure.chart svg[role=img]")
            self.assertGreaterEqual(len(charts), 4, "charts are missing")
            for chart in charts:
                dark = darkness(self.browser.picture_bytes(chart))
                self.assertLess(dark, 0.2, "shapes without paint are black")

    def test_it_is_seen_in_pictures(self):
        with viewer(drills.SOUND.folder) as address:
            for width in (PHONE, LAPTOP):
                self.open(address, width)
                self.browser.picture(f"report-blocked-{width}")
