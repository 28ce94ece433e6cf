# SPDX-License-Identifier: MIT
"""The driver finds the card, its interrupts and its link (82574 fact sheet 9.6)."""

import re

from case import NO_MSI, TWO_CPUS, USER, Case
from session import Failure

LINK_S = 2.0
# What /proc/interrupts calls a kind; since Linux 6.3 it tells MSI-X from MSI, and names the device.
KINDS = {"MSI-X": r"PCI-MSI(X-.*)?", "MSI": r"PCI-MSI(-.*)?", "INTx": r"IO-APIC"}


def texts(session):
    return [text for _, _, text in session.boot_messages if "e1000e" in text]


def driver_binds_without_complaint(session):
    said = "\n".join(texts(session))
    for wanted in (r"\(PCI Express:2\.5GT/s:Width x1\) 52:54:00:12:34:56", r"MAC: 3, PHY: 8, PBA No: ",
                   r"registered PHC clock", r"NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx"):
        if not re.search(wanted, said):
            raise Failure(f"no '{wanted}' in:\n{said}")
    session.check(session.boot_messages)


def link_comes_up_within_2_s(session):
    session.run("ip link set eth0 down")
    seconds = session.up()
    if seconds > LINK_S:
        raise Failure(f"it took {seconds:.1f} s")
    for name, wanted in (("speed", "1000"), ("duplex", "full")):
        got = session.run(f"cat /sys/class/net/eth0/{name}").strip()
        if got != wanted:
            raise Failure(f"{name} is {got}")
    session.set_addresses()
    session.ping()


def interrupts(session):
    """Name of each of eth0's interrupts: (kind, how often it came)."""
    found = {}
    for line in session.run("grep eth0 /proc/interrupts").splitlines():
        words = line.split()
        counts = [w for w in words[1:] if w.isdigit()]
        found[words[-1]] = (words[1 + len(counts)], sum(int(c) for c in counts))
    return found


def check_interrupts(session, kinds):
    """Exactly these exist, and those of the queues count while frames flow."""
    before = interrupts(session)
    session.ping(20)
    after = interrupts(session)
    if set(after) != set(kinds) or not all(re.fullmatch(KINDS[kinds[name]], kind) for name, (kind, _) in after.items()):
        raise Failure(f"interrupts are {after}")
    for name in kinds:
        if (name != "eth0" or len(kinds) == 1) and after[name][1] <= before[name][1]:
            raise Failure(f"{name} does not count: {before} then {after}")


def msix_has_a_vector_a_queue_and_one_for_the_rest(session):
    check_interrupts(session, {"eth0-rx-0": "MSI-X", "eth0-tx-0": "MSI-X", "eth0": "MSI-X"})


def other_interrupt_tells_of_a_pulled_cable(session):
    before = interrupts(session)["eth0"][1]
    session.messages()
    session.guest.ask("set_link", name="card", up=False)
    session.run("end=$(($(date +%s) + 10)); while [ $(cat /sys/class/net/eth0/carrier) = 1 ]; do "
                "[ $(date +%s) -lt $end ] || exit 1; usleep 10000; done")
    session.guest.ask("set_link", name="card", up=True)
    session.up()
    session.ping()
    if interrupts(session)["eth0"][1] <= before:
        raise Failure("its interrupt did not come")


def msi_alone_works(session):
    session.reload_driver("IntMode=1")
    check_interrupts(session, {"eth0": "MSI"})
    session.iperf(1, "-P 4 --bidir")
    session.reload_driver()


def legacy_interrupt_works(session):
    session.reload_driver("IntMode=0")
    check_interrupts(session, {"eth0": "INTx"})
    session.iperf(1, "-P 4 --bidir")
    session.reload_driver()


def without_any_msi_the_line_works(session):
    check_interrupts(session, {"eth0": "INTx"})
    session.iperf(2, "-P 4 --bidir")


def moderation_settings_are_obeyed(session):
    """InterruptThrottleRate: off, dynamic, and a fixed rate, which bounds the interrupts."""
    for rate in (0, 1, 3, 4, 2000):
        session.reload_driver(f"InterruptThrottleRate={rate}")
        before = interrupts(session)["eth0-rx-0"][1]
        session.iperf(2, "-R")
        got = interrupts(session)["eth0-rx-0"][1] - before
        if rate == 2000 and got > 2 * 2000 * 1.5:
            raise Failure(f"{got} interrupts in 2 s at a limit of 2000 a second")
    session.reload_driver()


def dhcp_gives_an_address(session):
    session.run("udhcpc -q -n -i eth0 -s /etc/udhcpc")
    session.run("ip -4 addr show eth0 | grep -q 'inet 10.0.2.15/24'")
    session.ping(address="10.0.2.2")
    session.run("nslookup -timeout=1 x.invalid 10.0.2.3 || true")


CASES = (
    Case(driver_binds_without_complaint, quick=True),
    Case(link_comes_up_within_2_s, quick=True),
    Case(msix_has_a_vector_a_queue_and_one_for_the_rest, quick=True),
    Case(other_interrupt_tells_of_a_pulled_cable, quick=True),
    Case(msi_alone_works, needs=("msi",), quick=True),
    Case(legacy_interrupt_works),
    Case(without_any_msi_the_line_works, place=NO_MSI),
    Case(moderation_settings_are_obeyed),
    Case(msix_has_a_vector_a_queue_and_one_for_the_rest, place=TWO_CPUS, label="two processors"),
    Case(dhcp_gives_an_address, place=USER, quick=True),
)
