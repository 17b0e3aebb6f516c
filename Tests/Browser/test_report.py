"""report.html, as somebody opens it: complete, quiet, readable at every width and in both schemes, and on paper."""

import re
import unittest

import drills
from browser import LAPTOP, SCHEMES, Browser
from drills import seen

# Below this letters are a guess on most screens.
LETTER_PX_MIN = 9
# What lies alone; WCAG 2.2 asks for 24 where targets are neighbours.
TARGET_PX_MIN = 20


class ReportTests(unittest.TestCase):
    def setUp(self):
        self.browser = Browser.get()

    @seen()
    def test_nothing_is_complained_of_and_nothing_asked_of_the_network(self, drill, width, scheme):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(set(self.browser.requests()), {drill.page})

    @seen()
    def test_the_first_screen_says_what_it_came_to(self, drill, width, scheme):
        heading = self.browser.one("h1")
        self.assertLess(heading.rect["y"] + heading.rect["height"], 844)
        words = "All targets met" if drill.exit_code == 0 else "Money or isolation failed"
        self.assertIn(words, heading.text)
        self.assertIn(words, self.browser.driver.title)

    @seen()
    def test_every_chart_is_drawn_named_and_has_its_table(self, drill, width, scheme):
        charts = self.browser.measure("charts")
        drawings = self.browser.all("svg[role=img]")
        self.assertGreaterEqual(len(charts), 4)
        self.assertEqual(len(drawings), len(charts), "a drawing stands in no figure.chart")
        self.assertEqual(len({chart["id"] for chart in charts} - {""}), len(charts), "ids are missing or twice")
        for chart in charts:
            self.assertGreater(chart["width"], 200, chart)
            self.assertGreater(chart["height"], 80, chart)
            self.assertGreater(chart["shapes"], 3, chart)
            self.assertGreater(len(chart["name"]), 10, chart)
            self.assertGreater(chart["rows"], 1, chart)

    @seen(among=[drills.SOUND])
    def test_a_table_opens_behind_its_chart(self, drill, width, scheme):
        figure = self.browser.one("figure.chart")
        figure.find_element("css selector", "summary").click()
        table = figure.find_element("css selector", "details table")
        self.assertTrue(table.is_displayed())
        self.assertRegex(table.text, r"\d")

    @seen()
    def test_the_page_is_no_wider_than_its_window(self, drill, width, scheme):
        for element in self.browser.all("summary"):
            self.browser.ask("arguments[0].parentElement.open = true;", element)
        found = self.browser.measure("overflow")
        self.assertEqual(found["width"], width, "the page made the window wider")
        self.assertLessEqual(found["excess"], 0, found["reaches"])

    @seen()
    def test_letters_are_large_enough_and_so_is_what_is_pressed(self, drill, width, scheme):
        smallest = self.browser.measure("smallestLetters")
        self.assertGreaterEqual(smallest["size"], LETTER_PX_MIN, smallest["where"])
        self.assertEqual(self.browser.measure("smallTargets", TARGET_PX_MIN), [])

    @seen(schemes=SCHEMES)
    def test_words_stand_out_from_their_paper_in_both_schemes(self, drill, width, scheme):
        found = self.browser.measure("contrasts")
        self.assertGreater(found["count"], 100)
        self.assertEqual(found["weak"], [])

    def test_the_dark_page_is_dark_and_the_light_one_light(self):
        papers = {}
        for scheme in SCHEMES:
            self.browser.open(drills.SOUND.page, LAPTOP, scheme)
            papers[scheme] = sum(self.browser.measure("paper")) / 3
        self.assertGreater(papers["light"], 220)
        self.assertLess(papers["dark"], 60)

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_the_keyboard_reaches_everything_that_does_something_and_shows_where_it_is(self, drill, width, scheme):
        wanted = len(self.browser.all("summary")) + len(self.browser.all("button.toggle"))
        reached = []
        # Twice as many as there are, and some for scrollers, which take the focus as well.
        for _ in range(2 * wanted + 40):
            self.browser.press("\ue004")
            focused = self.browser.measure("focused")
            if focused is None:
                break
            if focused["tag"] == "summary" or focused["isToggle"]:
                self.assertTrue(focused["hasRing"], f"{focused['name']} does not show that it has the focus")
                reached.append(focused["name"] + focused["text"])
        self.assertGreaterEqual(len(reached), wanted, reached)

    @seen(widths=(LAPTOP,), among=[drills.SOUND])
    def test_a_table_opens_from_the_keyboard(self, drill, width, scheme):
        summary = self.browser.one("figure.chart summary")
        self.browser.ask("arguments[0].focus();", summary)
        self.browser.press("\ue007")
        self.assertTrue(self.browser.ask("return arguments[0].parentElement.open;", summary))

    @seen(widths=(LAPTOP,), schemes=("dark",))
    def test_it_prints_on_pages_with_its_charts(self, drill, width, scheme):
        paper = self.browser.pdf()
        self.assertTrue(paper.startswith(b"%PDF-"))
        pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", paper))
        self.assertGreater(pages, 0)
        self.assertLess(pages, 40)
        self.browser.use_scheme(scheme, on_paper=True)
        self.assertGreater(sum(self.browser.measure("paper")) / 3, 250, "paper is white")
        self.assertEqual(self.browser.measure("contrasts")["weak"], [])
        self.assertEqual(len(self.browser.measure("charts")), len(self.browser.all("svg[role=img]")))

    @seen(schemes=SCHEMES)
    def test_it_is_seen_in_pictures(self, drill, width, scheme):
        place = self.browser.picture(f"report-{drill.name}-{width}-{scheme}")
        self.assertGreater(place.stat().st_size, 20_000)
