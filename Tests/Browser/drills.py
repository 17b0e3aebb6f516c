"""Drills whose reports the browser looks at: rehearsed anew in every run of the tests, by the built executable."""

import functools
import itertools
import os
import shutil
import subprocess

from browser import PICTURES, REPOSITORY, WIDTHS

EXECUTABLE = REPOSITORY / os.environ.get("SPILLWAY", ".build/debug/spillway")
REHEARSAL_SECONDS_MAX = 60


class Drill:
    def __init__(self, name, plan, exit_code, *words):
        self.name, self.plan, self.exit_code, self.words = name, plan, exit_code, words

    @functools.cached_property
    def folder(self):
        """Where its report stands; it is rehearsed when somebody asks first."""
        folder = PICTURES / "drills" / self.name
        shutil.rmtree(folder, ignore_errors=True)
        ended = subprocess.run(
            [EXECUTABLE, "rehearse", self.plan, "--quiet", "--out", folder, *self.words],
            cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=REHEARSAL_SECONDS_MAX)
        if ended.returncode != self.exit_code:
            raise AssertionError(f"{self.name} ended with {ended.returncode}, not {self.exit_code}:\n"
                                 f"{ended.stdout}{ended.stderr}")
        return folder

    @property
    def page(self):
        return (self.folder / "report.html").as_uri()


SOUND = Drill("quickstart", "plans/quickstart.yaml", 0)
# What was planted loses money, so that the audit has witnesses to show.
PLANTED = Drill("planted", "plans/matrix/ledger.yaml", 1, "--set", "stack.defects=[lost-notify]")
ALL = (SOUND, PLANTED)


def seen(widths=WIDTHS, schemes=("light",), among=ALL):
    """A test that looks at the page of every drill, at every width and in every scheme."""
    def decorated(test):
        @functools.wraps(test)
        def each(self):
            for drill, width, scheme in itertools.product(among, widths, schemes):
                with self.subTest(drill=drill.name, width=width, scheme=scheme):
                    self.browser.open(drill.page, width, scheme)
                    test(self, drill, width, scheme)
        return each
    return decorated
