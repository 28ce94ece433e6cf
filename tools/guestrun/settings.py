# SPDX-License-Identifier: MIT
"""Settings that a user gives as one word list, e.g. "tso=off,csum=off,CARD=ref"."""

from .errors import UserError

# Settings of the guest's command line; the driver obeys them.
GUEST = ("tso", "csum", "gro", "itr", "irq", "rings")
# Settings of the card; straps of the RTL.
CARD = {"card_tso": "tso", "card_tx_csum": "tx_csum", "card_rx_csum": "rx_csum", "card_moderation": "moderation"}


class Settings:
    """card: rtl, ref or qemu-e1000e; guest_options: words; card_config: key=value,..."""

    def __init__(self, text, card="rtl"):
        self.text = text or "default"
        self.card, self.guest_options, card_config = card, [], []
        for word in filter(None, (text or "").split(",")):
            key, found, value = word.partition("=")
            if found and key.upper() == "CARD":
                self.card = value
            elif found and key in GUEST:
                self.guest_options.append(word)
            elif found and key in CARD:
                card_config.append(f"{CARD[key]}={value}")
            else:
                known = ", ".join((*GUEST, *CARD, "CARD"))
                raise UserError(f"setting '{word}' is unknown: write key=value with key one of {known}")
        self.card_config = ",".join(card_config)
