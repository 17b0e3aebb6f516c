"""The live page of a real run: figures move, charts grow, orders are carried out, and it ends with the verdict."""

import unittest

import live
from browser import LAPTOP, PHONE, SCHEMES, Browser
from servers import Line


class LiveTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.line = Line()

    def setUp(self):
        self.browser = Browser.get(line=self.line)

    # What the page says

    def figure(self, name):
        return self.browser.one(f"[data-figure='{name}']").text

    def connection(self):
        return self.browser.one("#connection").get_attribute("data-state")

    def await_connection(self, state):
        self.browser.wait(f"document.querySelector('#connection').dataset.state === '{state}'", 15,
                          f"the page is {state}")

    def await_figures(self):
        self.browser.wait("/[1-9]/.test(document.querySelector('[data-figure=achieved]').textContent)", 20,
                          "payments were sent")

    def length(self, chart="load"):
        """How much is drawn of a chart's first line or field."""
        return len(self.browser.one(f"figure#{chart} svg path[data-series]").get_attribute("d"))

    # Tests

    def test_a_run_is_watched_steered_and_ends_with_its_verdict(self):
        with live.run("live-steered", seconds=45) as run:
            self.line.far_end = run.port
            self.browser.open(run.address)
            self.await_connection("live")
            self.await_figures()
            self.assertNotIn("token", self.browser.driver.current_url, "the token stays in the address")
            self.figures_move_and_charts_grow()
            self.charts_answer()
            self.guards_and_stages_are_told()
            self.orders_are_carried_out()
            self.it_comes_back_by_itself()
            self.browser.wait("document.querySelector('#verdict').dataset.verdict", live.END_SECONDS_MAX, "it ended")
            self.await_connection("ended")
            self.assertIn("out/report.html", self.browser.one("#report-path").text)
            self.assertGreater(len(self.browser.all("#judgements li")), 2)
            self.browser.picture("live-ended-1440-light")
            code = run.end()
            self.assertIn(f"Exit code {code}", self.browser.one("#so-far").text)
            # What was changed by hand is not judged as met.
            self.assertNotEqual(code, 0)
            # That the line was cut the console may say.
            self.assertEqual([each for each in self.browser.complaints() if "net::ERR_" not in each], [])
            self.assertEqual([each for each in self.browser.requests() if not each.startswith((run.page, "data:"))], [])

    def figures_move_and_charts_grow(self):
        words, length = self.browser.one("#stage-words").text, self.length()
        self.browser.wait(f"document.querySelector('#stage-words').textContent !== {words!r}", 5, "the clock moves")
        self.browser.wait(
            f"document.querySelector('figure#load svg path[data-series]').getAttribute('d').length > {length}", 5,
            "the chart grows")
        charts = self.browser.measure("charts")
        self.assertGreaterEqual(len(charts), 4)
        for chart in charts:
            self.assertGreater(chart["width"], 200, chart)
            self.assertGreater(len(chart["name"]), 10, chart)

    def charts_answer(self):
        self.browser.hover(self.browser.one("figure#load svg[role=img]"), 0.2)
        self.browser.wait("/\\d/.test(document.querySelector('figure#load .tip').innerText)", 3, "values are shown")
        switch = self.browser.one("figure#load button.toggle")
        for pressed in ("false", "true"):
            switch.click()
            self.assertEqual(switch.get_attribute("aria-pressed"), pressed)

    def guards_and_stages_are_told(self):
        self.assertIn("error ratio > 50% for 10s", self.browser.one("#guards").text)
        self.assertEqual([each.get_attribute("data-stage") for each in self.browser.all("#stages [data-stage]")],
                         ["warm-up", "baseline", "after"])
        self.assertIn("patient", self.browser.one("#faults").get_attribute("textContent"))

    def orders_are_carried_out(self):
        self.browser.one("#rate-up").click()
        self.browser.wait("document.querySelector('#rate').dataset.factor === '1.1'", 5, "the rate rose")
        self.browser.one("#pause").click()
        self.browser.wait("document.querySelector('#pause').getAttribute('aria-pressed') === 'true'", 5, "it paused")
        self.browser.wait("/^0\\/s/.test(document.querySelector('[data-figure=achieved]').textContent)", 5, "nothing is sent")
        self.browser.one("#pause").click()
        self.browser.wait("document.querySelector('#pause').getAttribute('aria-pressed') === 'false'", 5, "it goes on")
        switch = self.browser.one("#switches [data-channel=direct][data-what='latency x5']")
        self.browser.ask("arguments[0].scrollIntoView({block: 'center'});", switch)
        switch.click()
        pressed = "document.querySelector('#switches [data-channel=direct][data-what=\"latency x5\"]').getAttribute('aria-pressed')"
        self.browser.wait(f"{pressed} === 'true'", 5, "the bank is slow")
        self.browser.one("#switches [data-clear=direct]").click()
        self.browser.wait(f"{pressed} === 'false'", 5, "the bank is well")

    def it_comes_back_by_itself(self):
        length = self.length()
        self.line.cut()
        self.await_connection("reconnecting")
        self.line.mend()
        self.await_connection("live")
        self.browser.wait(
            f"document.querySelector('figure#load svg path[data-series]').getAttribute('d').length > {length}", 5,
            "what came meanwhile is drawn")

    def test_who_comes_late_or_without_a_token_sees_all_and_steers_nothing(self):
        with live.run("live-watched", seconds=36) as run:
            self.line.far_end = run.port
            self.browser.open(run.page)
            self.browser.ask("sessionStorage.clear();")
            self.browser.open(run.page, PHONE)
            self.await_connection("live")
            self.await_figures()
            self.assertTrue(self.browser.ask("return document.querySelector('#pause').matches(':disabled');"))
            self.assertTrue(self.browser.one("#token-form").is_displayed())
            for width in (PHONE, LAPTOP):
                for scheme in SCHEMES:
                    with self.subTest(width=width, scheme=scheme):
                        self.is_well_seen(run, width, scheme)
            self.assertEqual(run.end(), 0, run.log.read_text())
            self.await_connection("ended")
            self.assertEqual(self.browser.one("#verdict").get_attribute("data-verdict"), "met")

    def test_the_next_run_of_a_command_begins_on_an_empty_page(self):
        with live.run("live-twice", seconds=10, plans=2) as run:
            self.line.far_end = run.port
            self.browser.open(run.page)
            # The first verdict, and what is there between the runs, are there for an instant.
            self.browser.ask("""
                const verdict = document.querySelector('#verdict');
                new MutationObserver(() => {
                  if (verdict.dataset.verdict) return window.first = window.first || verdict.dataset.verdict;
                  window.between = {
                    first: window.first, plan: document.querySelector('#plan').textContent,
                    figures: [...document.querySelectorAll('[data-figure]')].map((e) => e.textContent).join(''),
                    left: ['guards', 'faults', 'events', 'judgements', 'stages', 'switches', 'charts']
                      .filter((id) => document.getElementById(id).children.length)};
                }).observe(verdict, {attributes: true, attributeFilter: ['data-verdict']});""")
            between = self.browser.wait("window.between", 40, "the second run began")
            self.assertTrue(between.pop("first", None), "the first run's verdict was told")
            self.assertEqual(between, {"plan": "a run", "figures": "–" * 9, "left": []})
            self.await_figures()
            self.assertEqual(self.browser.one("#plan").text, "live-2")
            self.browser.wait("document.querySelector('#verdict').dataset.verdict", 40, "the second run ended")
            self.await_connection("ended")
            self.assertEqual(self.browser.complaints(), [])

    def is_well_seen(self, run, width, scheme):
        self.browser.open(run.page, width, scheme)
        self.await_connection("live")
        # All since the beginning, and not since the page was opened.
        self.browser.wait("document.querySelectorAll('figure.chart svg path[data-series]').length > 3", 5, "it is drawn")
        self.browser.picture(f"live-{width}-{scheme}")
        found = self.browser.measure("overflow")
        self.assertEqual(found["width"], width)
        self.assertLessEqual(found["excess"], 0, found["reaches"])
        self.assertEqual(self.browser.measure("contrasts")["weak"], [])
        self.assertGreaterEqual(self.browser.measure("smallestLetters")["size"], 9)
        self.assertEqual(self.browser.complaints(), [])
