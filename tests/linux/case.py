# SPDX-License-Identifier: MIT
"""What a test is: a function of a Session, and where, when and for which cards it counts."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Place:
    """A way to boot the guest."""

    name: str
    options: tuple = ()
    cpus: int = 1
    user: bool = False
    two_cards: bool = False
    can_sleep: bool = False


TAP = Place("tap")
TWO_CPUS = Place("two processors", cpus=2)
NO_MSI = Place("pci=nomsi", options=("pci=nomsi",))
USER = Place("user network", user=True)
TWO_CARDS = Place("two cards", two_cards=True)
CAN_SLEEP = Place("machine that can sleep", can_sleep=True)
PLACES = (TAP, TWO_CPUS, NO_MSI, USER, TWO_CARDS, CAN_SLEEP)


@dataclasses.dataclass(frozen=True)
class Case:
    """One test. needs: features of FEATURES; quick: part of `make test`; expected: kernel messages of its own."""

    run: typing.Callable
    place: Place = TAP
    needs: tuple = ()
    quick: bool = False
    expected: tuple = ()
    label: str = ""

    @property
    def name(self):
        """The behaviour it asks for."""
        return self.run.__name__ + (f" ({self.label})" if self.label else "")
