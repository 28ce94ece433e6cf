# SPDX-License-Identifier: MIT
"""Judges the %{ code }% blocks of packetdrill scripts: assertions.py < RECORDS.

A record is a line of JSON: key (of the run), file, line, code, and info, the fields of struct
tcp_info at that moment. Each block runs with the fields and the constants below as variables;
variables that a block sets are there for the next one of the same run. For each run whose block
raises, one line is printed: the key, a space, what went wrong.
"""

import json
import sys
import textwrap

CONSTANTS = {
    "TCP_CA_Open": 0, "TCP_CA_Disorder": 1, "TCP_CA_CWR": 2, "TCP_CA_Recovery": 3, "TCP_CA_Loss": 4,
    "TCPI_OPT_TIMESTAMPS": 1, "TCPI_OPT_SACK": 2, "TCPI_OPT_WSCALE": 4, "TCPI_OPT_ECN": 8,
    "TCPI_OPT_ECN_SEEN": 16, "TCPI_OPT_SYN_DATA": 32,
    "TCP_INFINITE_SSTHRESH": 0x7FFFFFFF,
}
STATES = ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING")
CONSTANTS.update({f"TCP_{name}": number + 1 for number, name in enumerate(STATES)})


def judge(record, names):
    """None, or why the block of the record fails."""
    names.update(CONSTANTS)
    names.update(record["info"])
    where = f"{record['file']}:{record['line']}"
    try:
        exec(compile(textwrap.dedent(record["code"]).strip(), where, "exec"), names)  # the scripts are the tree's own
    except AssertionError as e:
        return f"{where}: {record['code'].strip()} does not hold{': ' + str(e) if str(e) else ''}"
    except Exception as e:  # pylint: disable=broad-exception-caught  # whatever it does wrong is its failure
        return f"{where}: {type(e).__name__}: {e}"
    return None


def main():
    runs, failed = {}, set()
    for line in sys.stdin:
        record = json.loads(line)
        key = record["key"]
        wrong = None if key in failed else judge(record, runs.setdefault(key, {}))
        if wrong:
            failed.add(key)
            print(key, wrong.replace("\n", " "))


if __name__ == "__main__":
    main()
