# SPDX-License-Identifier: MIT
"""Notices when this whole machine stands still (a virtual one that is paused does, for tens of seconds).

The guest's kernel then rightly complains of time-outs that are not the card's doing.
"""

import threading
import time

TICK_S = 0.5
STANDSTILL_S = 5


class Watch:
    """A thread that looks at the clock; worst() is the longest time that it could not."""

    def __init__(self):
        self._worst = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self):
        before = time.monotonic()
        while True:
            time.sleep(TICK_S)
            now = time.monotonic()
            self._worst = max(self._worst, now - before - TICK_S)
            before = now

    def worst(self):
        """Seconds of standstill since the last question, or 0 when they hardly matter."""
        time.sleep(2 * TICK_S)
        worst, self._worst = self._worst, 0.0
        return worst if worst > STANDSTILL_S else 0
