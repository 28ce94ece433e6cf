# SPDX-License-Identifier: MIT
"""What ethtool reads, sets and tests, and switching offloads while data moves."""

import re

from case import Case
from session import Failure

NVM_BYTES, NVM_SUM = 128, 0xBABA
MAC = bytes.fromhex("525400123456")
NVM_MAGIC = 0x10D38086
# a word of the NVM that nothing depends on (82574 fact sheet 3.2)
NVM_FREE_BYTE = 0x30
SELF_TESTS = {"registers": "Register test", "eeprom": "Eeprom test", "interrupt": "Interrupt test",
              "loopback": "Loopback test", "link": "Link test"}


# "tso on" of ethtool switches on the last of its parts too, which is off by default.
FEATURE = re.compile(r"^\s*(?!tx-tcp-mangleid)([\w-]+): (on|off)(?! \[fixed\])", re.M)


def show(session, words, *patterns):
    """Runs ethtool; all patterns must be in what it prints."""
    text = session.run(f"ethtool {words}")
    for pattern in patterns:
        if not re.search(pattern, text, re.M):
            raise Failure(f"ethtool {words}: no '{pattern}' in\n{text}")
    return text


def self_test(which):
    """One of the five; they run together, once a session."""
    def offline_self_test_passes(session):
        if not hasattr(session, "self_test"):
            session.self_test = session.guest.script("ethtool -t eth0 offline")[1]
            session.up()
            session.set_addresses()
        found = re.search(rf"^{SELF_TESTS[which]}.*\s(\d+)$", session.self_test, re.M)
        if not found or found[1] != "0":
            raise Failure(session.self_test)
        session.ping()
    return offline_self_test_passes


def offloads_may_be_toggled_under_traffic(session):
    """Every feature that is not fixed, off and on or on and off, one after the other."""
    listed = show(session, "-k eth0", r"^tcp-segmentation-offload: on", r"^rx-checksumming: on")
    features = FEATURE.findall(listed)
    with session.traffic("-P 2 --bidir"):
        for name, state in features:
            other = "off" if state == "on" else "on"
            session.run(f"ethtool -K eth0 {name} {other}; usleep 300000; ethtool -K eth0 {name} {state}; usleep 300000")
        for name in ("tx", "tso", "sg", "rx", "gro"):
            session.run(f"ethtool -K eth0 {name} off; usleep 200000; ethtool -K eth0 {name} on")
    after = show(session, "-k eth0")
    if FEATURE.findall(after) != features:
        raise Failure(f"features are others now:\n{listed}\n{after}")


def coalescing_is_shown_and_set(session):
    before = re.search(r"^rx-usecs:\s+(\d+)", show(session, "-c eth0"), re.M)[1]
    for value in (0, 1, 3, 10, 100, 1000):
        session.run(f"ethtool -C eth0 rx-usecs {value}")
        show(session, "-c eth0", rf"^rx-usecs:\s+{value}$")
        session.ping(2)
    session.run(f"ethtool -C eth0 rx-usecs {before}")


def rings_are_shown_and_set_under_traffic(session):
    show(session, "-g eth0", r"^RX:\s+4096", r"^TX:\s+4096")
    with session.traffic():
        for size in (64, 128, 512, 4096, 256):
            session.run(f"ethtool -G eth0 rx {size} tx {size}")
            show(session, "-g eth0", rf"(?s)Current.*^RX:\s+{size}$.*^TX:\s+{size}$")


def statistics_are_plausible(session):
    before = session.counters()
    session.ping(50, 1000)
    after = session.counters()
    for name, least in (("rx_packets", 50), ("tx_packets", 50), ("rx_bytes", 50 * 1042), ("tx_bytes", 50 * 1042)):
        grown = after[name] - before[name]
        if not least <= grown <= 2 * least + 5000:
            raise Failure(f"{name} grew by {grown}")


def registers_are_dumped(session):
    show(session, "-d eth0", r"STATUS", r"0x00008: STATUS.*0x000?80283", r"Link up:\s+link config", r"1000Mb/s")


def nvm_is_dumped_and_its_sum_is_right(session):
    data = bytes.fromhex(session.run("ethtool -e eth0 raw on | xxd -p -c 256"))
    if len(data) != NVM_BYTES or data[:6] != MAC:
        raise Failure(f"{len(data)} bytes, beginning with {data[:6].hex()}")
    total = sum(int.from_bytes(data[i:i + 2], "little") for i in range(0, NVM_BYTES, 2)) & 0xFFFF
    if total != NVM_SUM:
        raise Failure(f"the words add up to {total:#x}")


def nvm_is_written(session):
    """The driver keeps the sum right, and finds the word after it was loaded again."""
    def byte():
        return int(session.run(f"ethtool -e eth0 raw on offset {NVM_FREE_BYTE} length 1 | xxd -p"), 16)

    old = byte()
    session.run(f"ethtool -E eth0 magic {NVM_MAGIC:#x} offset {NVM_FREE_BYTE} length 1 value {old ^ 0x5A}")
    session.reload_driver()
    if byte() != old ^ 0x5A:
        raise Failure(f"the byte reads {byte():#x}")
    session.run(f"ethtool -E eth0 magic {NVM_MAGIC:#x} offset {NVM_FREE_BYTE} length 1 value {old}")
    nvm_is_dumped_and_its_sum_is_right(session)


def pause_is_shown_and_set(session):
    show(session, "-a eth0", r"^Autonegotiate:\s+on", r"^RX:\s+on", r"^TX:\s+on")
    for rx, tx in (("off", "off"), ("on", "off"), ("off", "on"), ("on", "on")):
        session.run(f"ethtool -A eth0 autoneg off rx {rx} tx {tx}")
        session.up()
        show(session, "-a eth0", rf"^RX:\s+{rx}", rf"^TX:\s+{tx}")
        session.ping()
    session.run("ethtool -A eth0 autoneg on")
    session.up()


def led_is_identified(session):
    session.run("ethtool -p eth0 1")


def time_stamping_is_offered(session):
    show(session, "-T eth0", "hardware-transmit", "hardware-receive", "hardware-raw-clock",
         r"PTP Hardware Clock: 0", r"^\s*all")


def hash_fields_are_shown(session):
    show(session, "-n eth0 rx-flow-hash tcp4", r"IP SA", r"L4 bytes 2 & 3")
    said = session.guest.script("ethtool -x eth0")[1]
    if "not supported" not in said and "indirection table" not in said:
        raise Failure(said)


def driver_and_settings_are_shown(session):
    show(session, "-i eth0", r"^driver: e1000e", r"^firmware-version: ", r"^supports-test: yes")
    show(session, "eth0", r"Speed: 1000Mb/s", r"Duplex: Full", r"Link detected: yes", r"Auto-negotiation: on")


def wake_up_is_set(session):
    show(session, "eth0", r"Supports Wake-on: pumbg")
    for flags in ("g", "pumbg", "d"):
        session.run(f"ethtool -s eth0 wol {flags}")
        show(session, "eth0", rf"^\s+Wake-on: {flags}$")


def autonegotiation_is_restarted(session):
    session.run("ethtool -r eth0")
    session.up()
    session.ping()


CASES = (
    *(Case(self_test(which), label=which, needs=(f"self-test {which}",), quick=True,
           expected=("test failed",)) for which in SELF_TESTS),
    Case(offloads_may_be_toggled_under_traffic),
    Case(coalescing_is_shown_and_set),
    Case(rings_are_shown_and_set_under_traffic),
    Case(statistics_are_plausible),
    Case(registers_are_dumped, quick=True),
    Case(nvm_is_dumped_and_its_sum_is_right, quick=True),
    Case(nvm_is_written),
    Case(pause_is_shown_and_set),
    Case(led_is_identified, quick=True),
    Case(time_stamping_is_offered, quick=True),
    Case(hash_fields_are_shown, quick=True),
    Case(driver_and_settings_are_shown, quick=True),
    Case(wake_up_is_set, needs=("wake-up",), quick=True),
    Case(autonegotiation_is_restarted, quick=True),
)
