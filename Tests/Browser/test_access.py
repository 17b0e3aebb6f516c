"""What axe, an independent judge of accessibility, says of report.html."""

import unittest

import drills
from browser import LAPTOP, PHONE, REPOSITORY, SCHEMES, Browser
from drills import seen

# A copy stands in the Python package axe-core-python, which scripts/test installs.
AXE = sorted((REPOSITORY / ".build" / "axe").glob("lib/python3*/site-packages/axe_core_python/axe.min.js"))


class AccessTests(unittest.TestCase):
    def setUp(self):
        self.browser = Browser.get()

    @seen(widths=(LAPTOP,), schemes=SCHEMES)
    def test_no_serious_violation(self, drill, width, scheme):
        self.judge()

    @seen(widths=(PHONE,), among=[drills.SOUND])
    def test_no_serious_violation_on_a_phone(self, drill, width, scheme):
        self.judge()

    def judge(self):
        self.assertTrue(AXE, "axe is not installed; scripts/test does it")
        self.browser.ask(AXE[-1].read_text())
        result = self.browser.driver.execute_async_script(
            "const done = arguments[0]; axe.run({resultTypes: ['violations']}).then(done, (e) => done({error: `${e}`}));")
        self.assertNotIn("error", result)
        self.assertGreater(len(result["passes"]), 15, "axe looked at nothing")
        serious = [f"{each['id']} ({each['impact']}): {each['help']}: {node['html'][:160]}"
                   for each in result["violations"] if each["impact"] in ("serious", "critical")
                   for node in each["nodes"][:3]]
        self.assertEqual(serious, [])
