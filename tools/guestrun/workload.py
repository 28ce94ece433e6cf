# SPDX-License-Identifier: MIT
"""The workload of `make run`, and what one run of it measures."""

import time

from . import capture, clients, content
from .qemu import Guest

MIB = 1 << 20
KEEP_ALIVE_REQUESTS = 2000
CONNECTIONS = 500
ROUND_TRIPS = 300


class Measured(dict):
    """Results by the names of result.json, in the order in which they were measured."""


def _mbps(size, seconds):
    return round(8 * size / seconds / 1e6, 1)


def _difference(after, before):
    return {name: after[name] - before.get(name, 0) for name in after}


def _ratio(a, b):
    return round(a / b, 2) if b else None


def transfer(guest, network, run_dir, size, progress):
    """Both big transfers; fills in everything that is counted over them."""
    path = run_dir / "upload.bin"
    content.make_upload(path, size, seed=1)
    result = Measured()
    card_before, guest_before = guest.card_counters(), clients.metrics(network)

    progress(f"download {size // MIB} MiB")
    seconds, download_ok = clients.download(network, size)
    result["download_mbps"] = _mbps(size, seconds)
    guest_middle = clients.metrics(network)

    progress(f"upload {size // MIB} MiB")
    seconds, upload_ok = clients.upload(network, path)
    result["upload_mbps"] = _mbps(size, seconds)
    guest_after, card_after = clients.metrics(network), guest.card_counters()
    path.unlink()

    result["sha_ok"] = download_ok and upload_ok
    _add_card(result, _difference(card_after, card_before))
    _add_guest(result, _difference(guest_middle, guest_before), _difference(guest_after, guest_middle))
    return result


def _add_card(result, card):
    if not card:
        return
    busy_ns = card["eval-ns"]
    result["card_mbps_busy"] = _ratio(8e3 * (card["tx-bytes"] + card["rx-bytes"]), busy_ns)
    result["rtl_mhz_busy"] = _ratio(1e3 * card["cycles-clocked"], busy_ns)
    result["rtl_cycles"] = card["cycles-clocked"]
    result["rtl_cycles_skipped"] = card["cycles-skipped"]


def _add_guest(result, down, up):
    def both(name):
        return int(down[name] + up[name])

    result["tx_frames"] = both("driver_tx_packets")
    result["rx_frames"] = both("driver_rx_packets")
    result["tso_sends"] = int(down["driver_tx_tso_packets"])
    result["tso_bytes_avg"] = _ratio(down["driver_tx_tso_bytes"], down["driver_tx_tso_packets"])
    result["irqs"] = both("driver_irqs")
    result["rx_frames_per_irq"] = _ratio(up["driver_rx_packets"], up["driver_irqs"])
    result["napi_polls"] = both("softnet_napi_polls")
    result["tcp_retrans"] = both("TcpRetransSegs")


def many_requests(network, progress):
    """Keep-alive requests, single-request connections, and round trips while idle."""
    result = Measured()
    progress(f"{KEEP_ALIVE_REQUESTS} keep-alive requests")
    result["keepalive_rps"], first = clients.requests(network, KEEP_ALIVE_REQUESTS, keep_alive=True)
    progress(f"{CONNECTIONS} connections")
    result["connection_rps"], second = clients.requests(network, CONNECTIONS, keep_alive=False)
    result["requests_ok"] = first and second
    progress(f"{ROUND_TRIPS} round trips")
    result["rtt_us_p50"] = clients.round_trip_us(network, ROUND_TRIPS)
    return result


def captured_transfer(network, run_dir, size, make_guest):
    """A short transfer in a guest of its own with everything captured; returns the bad frames."""
    raw, path = run_dir / "wire.pcap", run_dir / "wire.pcapng"
    upload = run_dir / "upload.bin"
    content.make_upload(upload, size, seed=2)
    with make_guest(raw):
        good = clients.download(network, size)[1] and clients.upload(network, upload)[1]
    upload.unlink()
    capture.to_pcapng(raw, path)
    return Measured(pcap_bad=capture.bad_frames(path), pcap_sha_ok=good)


def run(network, run_dir, card, options=(), card_config="", size=256 * MIB, capture_size=8 * MIB,
        capture_all=False, sync=False, progress=lambda text: None):
    """The whole workload once; returns its Measured."""
    start = time.monotonic()

    def make_guest(capture_file=None):
        return Guest(card, network, run_dir, options=options, card_config=card_config, sync=sync,
                     capture=capture_file)

    result = Measured(card=card, net=network.name)
    progress("boot")
    raw = run_dir / "all.pcap" if capture_all else None
    with make_guest(raw) as guest:
        result["boot_s"] = round(guest.boot_s, 2)
        result.update(transfer(guest, network, run_dir, size, progress))
        result.update(many_requests(network, progress))
    if raw:
        capture.to_pcapng(raw, run_dir / "all.pcapng")
    progress(f"capture {capture_size // MIB} MiB each way")
    result.update(captured_transfer(network, run_dir, capture_size, make_guest))
    result["wall_s"] = round(time.monotonic() - start, 1)
    return result
