# SPDX-License-Identifier: MIT
"""prove.py [--broken] [PROOF...]: proves the RTL's rules for all inputs over a bounded number of cycles.

The proofs are in proofs.json: a top module of this folder with assumptions and assertions, the RTL it
holds, and the number of cycles from reset that yosys-smtbmc, with z3, looks at. --broken proves nothing
but that the proofs can fail: each is tried on copies of the RTL with one mistake in each, and must find it.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
LIMIT_S = 1200  # for what hangs: a busy machine takes many times the seconds of a quiet one
TO_SMT = ("read_verilog -formal -sv {files}; hierarchy -check -top {top} {parameters}; "
          "prep -flatten -top {top}; memory_map; opt -full; async2sync; dffunmap; opt_clean; write_smt2 -nomem {smt}")


class ProofError(Exception):
    """One line that says why there is no verdict."""


def run(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S, cwd=TOP)
    except FileNotFoundError:
        raise ProofError(f"{command[0]} is missing: make deps") from None
    except subprocess.TimeoutExpired:
        raise ProofError(f"no verdict within {LIMIT_S} s") from None


def holds(proof, files, folder):
    """(True, "") when nothing was found, else (False, the assertion that fails)."""
    parameters = " ".join(f"-chparam {name} {value}" for name, value in proof.get("parameters", {}).items())
    smt, waves = folder / "proof.smt2", folder / "counterexample.vcd"
    done = run(["yosys", "-q", "-p", TO_SMT.format(files=" ".join(map(str, files)), top=proof["top"],
                                                   parameters=parameters, smt=smt)])
    if done.returncode:
        raise ProofError(f"yosys: {done.stderr.strip().splitlines()[-1]}")
    done = run(["yosys-smtbmc", "-s", "z3", "--unroll", *proof.get("solver", "").split(), "-t", str(proof["depth"]),
                "--dump-vcd", str(waves), str(smt)])
    if "Status: PASSED" in done.stdout:
        return True, ""
    failed = [line.split("Assert failed in ")[1] for line in done.stdout.splitlines() if "Assert failed in " in line]
    if not failed:
        raise ProofError(f"yosys-smtbmc: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    return False, f"{failed[0]} (waves: {waves})"


def sources(proof, folder=None, broken=None):
    """The files of a proof, one of them with a mistake in it."""
    files = list(proof["files"])
    if broken:
        name, right, wrong = broken
        text = (TOP / name).read_text(encoding="utf-8")
        if text.count(right) != 1:
            raise ProofError(f"'{right}' is not once in {name}: describe another mistake in tests/formal/proofs.json")
        copy = folder / pathlib.Path(name).name
        copy.write_text(text.replace(right, wrong), encoding="utf-8")
        files[proof["files"].index(name)] = copy
    return [*files, f"tests/formal/{proof['top']}.sv"]


def spent_s():
    """CPU time of the tools so far: of use on a busy machine too."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def try_one(name, proof, broken, folder):
    """True when the verdict is the wanted one."""
    title = f"{name}, {proof['depth']} cycles" if broken is None else f"{name} with '{broken[2] or 'nothing'}'"
    start = spent_s()
    try:
        good, why = holds(proof, sources(proof, folder, broken), folder)
    except ProofError as e:
        print(f"{title}: {e}")
        return False
    if broken:
        found = "not found" if good else f"found, {why.split(' (')[0]}"
        print(f"{title}: {found} ({spent_s() - start:.1f} s CPU)", flush=True)
        return not good
    print(f"{title}: {'holds' if good else why} ({spent_s() - start:.1f} s CPU)", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("proofs", nargs="*", metavar="PROOF")
    arguments = parser.parse_args()
    known = json.loads((HERE / "proofs.json").read_text(encoding="utf-8"))
    unknown = set(arguments.proofs) - set(known)
    if unknown:
        sys.exit(f"prove.py: no proof '{min(unknown)}'; there are: {' '.join(known)}")
    verdicts = []
    for name in arguments.proofs or known:
        folder = TOP / "build/tests/formal" / name
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.broken:
            with tempfile.TemporaryDirectory(prefix="ringside-proof-") as copies:
                for broken in known[name]["broken"]:
                    verdicts.append(try_one(name, known[name], broken, pathlib.Path(copies)))
        else:
            verdicts.append(try_one(name, known[name], None, folder))
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
