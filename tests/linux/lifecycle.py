# SPDX-License-Identifier: MIT
"""Down and up, unloading and loading, resets, sleep, and time, while data moves."""

import contextlib
import threading
import time

from case import CAN_SLEEP, TWO_CPUS, Case
from filters import BROADCAST, OURS, frame
from session import Failure

DOWN = "NIC Link is Down"
TIMES_UP, TIMES_LOADED, TIMES_RESET = 100, 20, 10


@contextlib.contextmanager
def frames_pour_in(session):
    """Frames to the guest meanwhile, whether it listens or not."""
    over = threading.Event()

    def pour():
        while not over.is_set():
            for to in (OURS, BROADCAST):
                session.peer.wire.send(frame(to, size=1000))
            time.sleep(0.001)

    thread = threading.Thread(target=pour)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def interface_goes_down_and_up(times):
    """Under frames pouring in; the link is waited for only each tenth time."""
    def interface_goes_down_and_up_under_traffic(session):
        with frames_pour_in(session):
            for turn in range(times):
                session.run("ip link set eth0 down")
                if turn % 10 == 9:
                    session.up()
                else:
                    session.run("ip link set eth0 up")
        session.up()
        session.set_addresses()
        session.ping()
    return interface_goes_down_and_up_under_traffic


def driver_is_reloaded(times):
    """Under frames pouring in, and while it sends."""
    def driver_is_reloaded_under_traffic(session):
        with frames_pour_in(session):
            for _ in range(times):
                session.run("(timeout 60 ping -q -i 0.01 192.0.2.1 >/dev/null 2>&1 &); usleep 100000")
                session.reload_driver()
                session.ping(2)
                session.run("killall ping; true")
        session.iperf(1, "--bidir")
    return driver_is_reloaded_under_traffic


def reset_in_mid_traffic(session):
    """The driver resets the whole card; connections go on."""
    with session.traffic("-P 2 --bidir"):
        for _ in range(TIMES_RESET):
            session.run("ethtool -r eth0; usleep 700000")
    session.ping()


def reset_by_the_bus_in_mid_traffic(session):
    """The PCI core resets the function behind the driver's back, between its own down and up."""
    if session.guest.script("test -e /sys/class/net/eth0/device/reset")[0]:
        raise Failure("the kernel knows no way to reset the function")
    session.run("ip link set eth0 down; echo 1 >/sys/class/net/eth0/device/reset")
    session.up()
    session.set_addresses()
    session.ping()
    session.iperf(1, "--bidir")


def function_is_removed_and_found_again(session):
    """Hot-unplug as the driver sees it, and a new probe."""
    session.run("""
        slot=$(basename $(readlink /sys/class/net/eth0/device))
        echo 1 >/sys/bus/pci/devices/$slot/remove
        test ! -e /sys/class/net/eth0
        echo 1 >/sys/bus/pci/rescan""")
    session.up()
    session.set_addresses()
    session.ping()


def machine_sleeps_and_wakes(session):
    """To RAM; QEMU resets all devices when it wakes."""
    for _ in range(3):
        session.guest.sleep_and_wake()
        messages = session.messages()
        if not any("suspend exit" in text for _, _, text in messages):
            raise Failure(f"the kernel did not sleep: {messages}")
        session.check(messages, SLEEP)
        session.up()
        session.ping()
    session.iperf(1, "--bidir")


def devices_sleep_and_wake(session):
    """The kernel's own rehearsal: every driver's suspend and resume, without the machine's."""
    session.run("""
        echo 1 >/sys/module/suspend/parameters/pm_test_delay
        echo devices >/sys/power/pm_test
        echo mem >/sys/power/state
        echo none >/sys/power/pm_test""")
    session.up()
    session.ping()
    session.iperf(1, "--bidir")


def data_flows(session, seconds):
    """Streams both ways, then a look at the link and the kernel. False: this machine stood still, nothing is judged."""
    session.watch.worst()
    try:
        session.iperf(seconds, "-P 4 --bidir")
        session.check(session.messages())
    except Failure as e:
        if not (still_s := session.watch.worst()):
            raise
        print(f"not judged {seconds} s of the soak: this machine stood still for {still_s:.0f} s; {str(e)[:200]}",
              flush=True)
        session.messages()
        session.forgive_errors()
        return False
    return True


def data_flows_for(seconds):
    """A soak, a minute after the other; one in which this machine stood still is done once more."""
    def data_flows_for_long(session):
        left = seconds
        while left > 0:
            piece = min(60, left)
            if data_flows(session, piece):
                left -= piece
    return data_flows_for_long


def soak_case(seconds):
    """The soak of the long suite."""
    return Case(data_flows_for(seconds), label=f"{seconds} s", place=TWO_CPUS)


SLEEP = ("Disabling non-boot CPUs", "ACPI", "PM:", DOWN, "Low-level resume", "serial", "clocksource", "hpet", "rtc",
         "Enabling non-boot", "tsc", "^done")

CASES = (
    Case(interface_goes_down_and_up(5), label="5 times", quick=True),
    Case(interface_goes_down_and_up(TIMES_UP), label=f"{TIMES_UP} times"),
    Case(driver_is_reloaded(2), label="2 times", quick=True),
    Case(driver_is_reloaded(TIMES_LOADED), label=f"{TIMES_LOADED} times"),
    Case(reset_in_mid_traffic),
    Case(reset_by_the_bus_in_mid_traffic),
    Case(function_is_removed_and_found_again),
    Case(devices_sleep_and_wake, quick=True, expected=("suspend debug: Waiting", "^done")),
    Case(machine_sleeps_and_wakes, place=CAN_SLEEP, expected=SLEEP),
)
