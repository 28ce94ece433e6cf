# SPDX-License-Identifier: MIT
"""device_test.py --card rtl|ref|qemu-e1000e: the PCI device inside QEMU, by qtest.

The 82574L as QEMU's own test of its e1000e uses it (fact sheet 9.1), then everything that a hostile
guest may point the card at. After each piece of nonsense the card must still work after a reset,
and QEMU must neither crash nor hang.
"""

import argparse
import struct
import sys
import traceback

from qtest import MAC, Machine

BAR0, BAR3 = 0xFE000000, 0xFE040000
RAM_BYTES = 64 << 20
TX_RING, RX_RING, TX_BUFFER, RX_BUFFER = 0x100000, 0x110000, 0x120000, 0x130000
DESCRIPTORS = 256

# Registers and bits (fact sheet section 2)
CTRL, STATUS, CTRL_EXT, ICR, IVAR, IMS = 0x0, 0x8, 0x18, 0xC0, 0xE4, 0xD0
RCTL, TCTL, RFCTL = 0x100, 0x400, 0x5008
WUC, WUFC, WUS, WUFC_MAGIC = 0x5800, 0x5808, 0x5810, 1 << 1
RDBAL, RDBAH, RDLEN, RDH, RDT = 0x2800, 0x2804, 0x2808, 0x2810, 0x2818
TDBAL, TDBAH, TDLEN, TDH, TDT = 0x3800, 0x3804, 0x3808, 0x3810, 0x3818
CTRL_RST, CTRL_SLU = 1 << 26, 1 << 6
RCTL_PROMISCUOUS = 1 << 1 | 1 << 3 | 1 << 4
TCTL_EN, RFCTL_EXTEN = 1 << 1, 1 << 15
TX_DATA = 1 << 20 | 1 << 29  # DTYP data, DEXT
TX_RS, TX_EOP, TX_TSE = 1 << 27, 1 << 24, 1 << 26
DD = 1
# Power management: capability, and its PMCSR (1.3)
PM, PMCSR, D3HOT, PME_ENABLE, PME_STATUS = 0xC8, 0xCC, 3, 1 << 8, 1 << 15
POLLS = 2000


class Card:
    """A started card on a fresh machine."""

    def __init__(self, machine):
        self.m = machine
        self.tx_next = self.rx_next = 0
        machine.config_write(0x10, BAR0)
        machine.config_write(0x1C, BAR3)
        machine.config_write(0x04, 0x7)
        self.start()

    def reg(self, offset):
        """Register read."""
        return self.m.readl(BAR0 + offset)

    def set(self, offset, value):
        """Register write."""
        self.m.writel(BAR0 + offset, value)

    def start(self, tx_ring=TX_RING, rx_ring=RX_RING, ring_bytes=DESCRIPTORS * 16):
        """Reset and the start-up of QEMU's e1000e test."""
        self.set(CTRL, self.reg(CTRL) | CTRL_RST | CTRL_SLU)
        self.m.config_write(0xA0, self.m.config_read(0xA0) | 1 << 31)
        self.set(IVAR, 0x80000908)
        self.set(RCTL, 0)
        self.set(TCTL, 0)
        for base, low, high, length, head, tail in ((tx_ring, TDBAL, TDBAH, TDLEN, TDH, TDT),
                                                    (rx_ring, RDBAL, RDBAH, RDLEN, RDH, RDT)):
            self.set(low, base)
            self.set(high, base >> 32)
            self.set(length, ring_bytes)
            self.set(tail, 0)
            self.set(head, 0)
        self.set(TCTL, TCTL_EN)
        self.set(RFCTL, RFCTL_EXTEN)
        self.set(RCTL, RCTL_PROMISCUOUS)
        self.set(IMS, 0xFFFFFFFF)
        self.tx_next = self.rx_next = 0

    def transmit(self, buffer, length, flags=TX_RS | TX_EOP, wait=True):
        """One data descriptor; returns the descriptor as it reads when done (or at once)."""
        at = TX_RING + 16 * self.tx_next
        self.m.write(at, struct.pack("<QII", buffer, TX_DATA | flags | length, 0))
        self.tx_next = (self.tx_next + 1) % DESCRIPTORS
        self.set(TDT, self.tx_next)
        return self._wait_done(at) if wait else self.m.read(at, 16)

    def offer_buffer(self, buffer):
        """One receive descriptor; returns where it is."""
        at = RX_RING + 16 * self.rx_next
        self.m.write(at, struct.pack("<QQ", buffer, 0))
        self.rx_next = (self.rx_next + 1) % DESCRIPTORS
        self.set(RDT, self.rx_next)
        return at

    def _status_at(self, at):
        return 12 if at < RX_RING else 8

    def _wait_done(self, at):
        for _ in range(POLLS):
            descriptor = self.m.read(at, 16)
            if descriptor[self._status_at(at)] & DD:
                return descriptor
            self.m.step_us(10)
        raise AssertionError(f"descriptor at {at:#x} is never done")

    def receive(self, buffer, frame):
        """A frame through the wire into buffer; returns its bytes there and the length reported."""
        self.m.wire_send(frame)
        at = self.offer_buffer(buffer)
        descriptor = self._wait_done(at)
        length = struct.unpack_from("<H", descriptor, 12)[0]
        return self.m.read(buffer, len(frame)), length

    def works(self):
        """A frame out and a frame in, after a reset."""
        self.start()
        while not self.m.wire_idle():
            self.m.wire_receive()
        frame = MAC + MAC + b"\x00\x00" + bytes(range(50))
        self.m.write(TX_BUFFER, frame)
        self.transmit(TX_BUFFER, len(frame))
        assert self.m.wire_receive() == frame
        answer = MAC + MAC + b"\x00\x00" + bytes(range(100, 150))
        assert self.receive(RX_BUFFER, answer)[0] == answer


def identifies_as_82574l(card):
    assert card.m.config_read(0) == 0x10D38086
    assert card.m.config_read(8) >> 8 == 0x020000
    capabilities, at = set(), card.m.config_read(0x34) & 0xFF
    while at:
        word = card.m.config_read(at)
        capabilities.add(word & 0xFF)
        at = word >> 8 & 0xFF
    assert {0x01, 0x05, 0x10, 0x11} <= capabilities


def bars_have_the_sizes_of_the_82574l(card):
    card.m.config_write(0x04, 0)
    for offset, size in ((0x10, 128 << 10), (0x14, 128 << 10), (0x1C, 16 << 10)):
        card.m.config_write(offset, 0xFFFFFFFF)
        assert -(card.m.config_read(offset) & ~0xF) & 0xFFFFFFFF == size
    card.m.config_write(0x18, 0xFFFFFFFF)
    assert -(card.m.config_read(0x18) & ~0x3) & 0xFFFFFFFF == 32


def link_is_up_at_once_after_reset(card):
    card.set(CTRL, card.reg(CTRL) | CTRL_RST | CTRL_SLU)
    assert card.reg(STATUS) & 0x202 == 0x202


def io_bar_reaches_the_registers(card):
    card.m.config_write(0x18, 0xC000)
    card.m.ask(f"outl 0xc000 {STATUS:#x}")
    assert int(card.m.ask("inl 0xc004")[0], 0) == card.reg(STATUS)


def transmits_a_frame_unchanged(card):
    frame = MAC + MAC + b"\x00\x00" + bytes(50)
    card.m.write(TX_BUFFER, frame)
    card.transmit(TX_BUFFER, len(frame))
    assert card.m.wire_receive() == frame


def doorbell_returns_with_the_write_back_done(card):
    card.m.write(TX_BUFFER, MAC + MAC + bytes(52))
    descriptor = card.transmit(TX_BUFFER, 64, wait=False)
    assert descriptor[12] & DD


def short_frame_waits_for_a_descriptor_and_is_padded(card):
    frame = MAC + MAC + b"\x12\x34"
    data, length = card.receive(RX_BUFFER, frame)
    assert data == frame and length in (60, 64)


def many_transfers_wrap_the_rings(card):
    for i in range(600):
        frame = MAC + MAC + b"\x00\x00" + i.to_bytes(4, "big") * 12
        card.m.write(TX_BUFFER, frame)
        card.transmit(TX_BUFFER, len(frame))
        assert card.m.wire_receive() == frame
        assert card.receive(RX_BUFFER, frame)[0] == frame


def masked_vectors_leave_their_pending_bits(card):
    card.m.write(TX_BUFFER, MAC + MAC + bytes(52))
    card.transmit(TX_BUFFER, 64)
    for _ in range(POLLS):
        if card.m.readl(BAR3 + 0x2000) & 1 << 1:
            return
        card.m.step_us(10)
    raise AssertionError("vector 1 never became pending")


def no_dma_without_bus_master(card):
    card.m.config_write(0x04, 0x3)
    card.m.write(TX_RING, struct.pack("<QII", TX_BUFFER, TX_DATA | TX_RS | TX_EOP | 64, 0))
    card.set(TDT, 1)
    card.m.step_us(1000)
    assert card.m.read(TX_RING, 16)[12] & DD == 0
    card.m.config_write(0x04, 0x7)
    card.works()


# Where no RAM is: behind it, the card's own registers and MSI-X table, other devices, the end of it all.
NOT_RAM = (RAM_BYTES, RAM_BYTES - 8, BAR0, BAR0 + TDT, BAR0 + RDT, BAR3, 0xFEE00000, 0xFEC00000, 0xFFFFFFF0,
           1 << 40, (1 << 64) - 16)


def rings_outside_ram_do_no_harm(card):
    for base in NOT_RAM:
        for ring in ("tx_ring", "rx_ring"):
            card.start(**{ring: base & ~0xF})
            card.m.wire_send(MAC + MAC + bytes(52))
            card.set(TDT, 17)
            card.set(RDT, 17)
            card.m.step_us(1000)
        card.works()


def transmit_buffers_outside_ram_do_no_harm(card):
    for base in NOT_RAM:
        card.start()
        card.transmit(base, 200, wait=False)
        card.m.step_us(1000)
        card.works()


def receive_buffers_outside_ram_do_no_harm(card):
    for base in NOT_RAM + (0,):
        card.start()
        card.m.wire_send(MAC + MAC + bytes(400))
        card.offer_buffer(base)
        card.m.step_us(1000)
        card.works()


def impossible_lengths_do_no_harm(card):
    for length in (0, 1, 13, 14, 16384, 16385, 65535, 0xFFFFF):
        for flags in (TX_RS | TX_EOP, TX_RS, TX_RS | TX_EOP | TX_TSE):
            card.start()
            for _ in range(70):
                card.transmit(TX_BUFFER, length, flags, wait=False)
                while not card.m.wire_idle():
                    card.m.wire_receive()
            card.m.step_us(1000)
            card.works()


def tails_and_heads_outside_the_ring_do_no_harm(card):
    for head, tail in ((0, 256), (0, 0xFFFF), (300, 5), (0xFFFF, 0), (0xFFFF, 0xFFFF)):
        card.start()
        for register, value in ((TDH, head), (RDH, head), (TDT, tail), (RDT, tail)):
            card.set(register, value)
        card.m.wire_send(MAC + MAC + bytes(52))
        card.m.step_us(1000)
        card.works()


def ring_length_zero_disables_the_ring(card):
    card.start(ring_bytes=0)
    card.set(TDT, 5)
    card.set(RDT, 5)
    card.m.wire_send(MAC + MAC + bytes(52))
    card.m.step_us(1000)
    card.works()


def magic_packet_wakes_from_d3(card):
    assert card.m.config_read(PM) >> 27 == 0b11001  # PME from D0, D3hot, D3cold
    card.set(WUFC, WUFC_MAGIC)
    card.set(WUC, 1 << 1)
    card.m.config_write(PMCSR, PME_ENABLE | D3HOT)
    card.m.wire_send(MAC + MAC + bytes(100))
    card.m.step_us(1000)
    assert card.m.config_read(PMCSR) & 0xFFFF == PME_ENABLE | D3HOT
    card.m.wire_send(MAC + MAC + b"\x08\x42" + b"\xff" * 6 + MAC * 16)
    card.m.step_us(1000)
    assert card.m.config_read(PMCSR) & 0xFFFF == PME_STATUS | PME_ENABLE | D3HOT
    card.m.config_write(PMCSR, PME_STATUS)
    assert card.m.config_read(PMCSR) & 0xFFFF == 0
    assert card.reg(WUS) == WUFC_MAGIC
    card.works()


TESTS = (identifies_as_82574l, bars_have_the_sizes_of_the_82574l, link_is_up_at_once_after_reset,
         io_bar_reaches_the_registers, transmits_a_frame_unchanged, doorbell_returns_with_the_write_back_done,
         short_frame_waits_for_a_descriptor_and_is_padded, many_transfers_wrap_the_rings,
         masked_vectors_leave_their_pending_bits, no_dma_without_bus_master, rings_outside_ram_do_no_harm,
         transmit_buffers_outside_ram_do_no_harm, receive_buffers_outside_ram_do_no_harm,
         impossible_lengths_do_no_harm, tails_and_heads_outside_the_ring_do_no_harm,
         ring_length_zero_disables_the_ring, magic_packet_wakes_from_d3)

# QEMU's own model differs here (fact sheet 6.8, 8): the control is not asked.
NOT_FOR_CONTROL = {rings_outside_ram_do_no_harm, transmit_buffers_outside_ram_do_no_harm,
                   receive_buffers_outside_ram_do_no_harm, magic_packet_wakes_from_d3}


def run(test, card_name):
    """True when the test passed."""
    machine = Machine(card_name)
    problem = None
    try:
        test(Card(machine))
    except Exception:  # pylint: disable=broad-except
        problem = traceback.format_exc()
    died = machine.close()
    if not problem and not died:
        return True
    print(f"FAIL {test.__name__}: {problem or f'QEMU died with {died}'}")
    print(f"  repeat: python3 tests/guest/device_test.py --card {card_name} --test {test.__name__}")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--card", choices=("rtl", "ref", "qemu-e1000e"), required=True)
    parser.add_argument("--test", help="only this one")
    arguments = parser.parse_args()
    passed = failed = 0
    for test in TESTS:
        if arguments.test not in (None, test.__name__):
            continue
        if arguments.card == "qemu-e1000e" and test in NOT_FOR_CONTROL:
            continue
        if run(test, arguments.card):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
