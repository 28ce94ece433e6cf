# SPDX-License-Identifier: MIT
"""Results for people (a table) and for programs (JSON)."""

import json

# name in result.json: (what a person reads, unit, bar to reach as text, test of the bar)
ROWS = {
    "download_mbps": ("download, guest to host", "Mb/s", ">= 150", lambda v: v >= 150),
    "upload_mbps": ("upload, host to guest", "Mb/s", ">= 150", lambda v: v >= 150),
    "sha_ok": ("every byte right (SHA-256)", "", "yes", bool),
    "pcap_bad": ("bad frames in the capture", "", "0", lambda v: v == 0),
    "keepalive_rps": ("requests, keep-alive", "1/s", "", None),
    "connection_rps": ("connections of one request", "1/s", "", None),
    "rtt_us_p50": ("one-byte round trip, median", "us", "", None),
    "card_mbps_busy": ("wire bits a second of card time", "Mb/s", ">= 400", lambda v: v >= 400),
    "rtl_mhz_busy": ("card clock while evaluated", "MHz", "", None),
    "rtl_cycles": ("clock cycles evaluated", "", "", None),
    "tso_bytes_avg": ("bytes a TSO send", "B", ">= 16384", lambda v: v >= 16384),
    "rx_frames_per_irq": ("received frames an interrupt", "", ">= 8", lambda v: v >= 8),
    "tcp_retrans": ("TCP segments sent again", "", "", None),
    "wall_s": ("whole run", "s", "", None),
}


def text(value):
    """A value as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(result):
    """The rows that were measured, with their bars."""
    lines = [f"  {'':34} {'measured':>14}       {'bar':<10}"]
    for name, (label, unit, bar, reached) in ROWS.items():
        if name not in result:
            continue
        value = result[name]
        mark = "" if reached is None or value is None else ("ok" if reached(value) else "short")
        lines.append(f"  {label:34} {text(value):>14} {unit:5} {bar:<10} {mark}".rstrip())
    return "\n".join(lines)


def side_by_side(left, right, left_title, right_title):
    """Two results with their ratio (right / left)."""
    lines = [f"  {'':34} {'A':>14} {'B':>14}       {'B / A':>6}", f"  A: {left_title}", f"  B: {right_title}"]
    for name, (label, unit, _, _) in ROWS.items():
        if name not in left or name not in right:
            continue
        a, b = left[name], right[name]
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
        ratio = f"{b / a:.2f}" if numbers and a else ""
        lines.append(f"  {label:34} {text(a):>14} {text(b):>14} {unit:5} {ratio:>6}".rstrip())
    return "\n".join(lines)


def write_json(path, result):
    """result.json: what was measured, complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
