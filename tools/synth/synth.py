# SPDX-License-Identifier: MIT
"""synth.py --out DIR [--width BITS] [--top MODULE] [--without OFFLOAD --base FILE] FILE...: the card as cells.

Yosys maps it to look-up tables of six inputs, flip-flops, block RAM (512 x 72) and look-up tables as
RAM (memories.txt), each block of the card flattened. Writes a table by block, DIR/table.txt, and DIR/card.json:
cells, flip-flops, memory bits, memories and where they went, longest path by `ltp`, in cells.

Ends with an error when there is a latch, a combinational loop, a net with more than one driver, or a
memory of more than MAX_LOGIC_BITS that became flip-flops, or of more than MAX_LUT_BITS in look-up tables.

--without switches one offload of OFFLOADS off by its parameter, looks only at the engine that holds it, and
says what that saves of the engine in the card of FILE, an earlier card.json.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = "ringside_card"
OFFLOADS = {  # name: its block, the card's parameter, blocks that are left out as a whole
    "tso": ("tx", "EnTso", ()),
    "tx-csum": ("tx", "EnTxCsum", ()),
    "tx-queues": ("tx", "EnQueues", ()),
    "rx-csum": ("rx", "EnRxCsum", ()),
    "vlan": ("rx", "EnVlan", ()),
    "rss": ("rx", "EnRss", ()),
    "split": ("rx", "EnSplit", ()),
    "rx-queues": ("rx", "EnQueues", ()),
    "pause": ("rx", "EnPause", ("hold", "send")),
    "ptp": ("rx", "EnPtp", ("time",)),
    "packet-csum": ("rx", "EnPacketCsum", ()),
}
# The card's blocks, also where a generate holds them.
BLOCKS = "{top}/c:i_* {top}/c:g_*.i_*"
LUT_INPUTS = 6
LUT_RAM_BITS = 64
MAX_LOGIC_BITS = 2048
MAX_LUT_BITS = 32768

# Word level, each block one module: what the memories are is known then, what they become next.
TO_MEMORIES = """
read_verilog -sv {packages}
read_verilog -sv -defer {sources}
{parameters}hierarchy -check -top {top}
{only}proc
opt_expr
opt_clean
chformal -remove
setattr -set keep_hierarchy 1 {blocks}
flatten
opt
wreduce
peepopt
opt_clean
alumacc
opt
memory -nomap
opt_clean
check -assert
select -assert-none t:$dlatch t:$adlatch t:$sr t:$dlatchsr
tee -o {out}/memories.txt dump -m t:$mem_v2
tee -o {out}/mapping.txt memory_libmap -lib {here}/memories.txt
memory_map
"""

# All but one block goes; what it got from others may be anything.
ALONE = """delete {top}/t:* {top}/c:i_{block} %d
hierarchy -top {top}
proc {top}
setundef -undriven -anyseq {top}
"""

# A loop shows in single-bit gates, where each cell's output depends on all of its inputs. They are not
# optimized (that would take most of the time): abc does it, and afterwards little is left to look at.
TO_GATES = """
opt -fast
techmap
opt_clean
select -assert-none t:$_DLATCH_* t:$_SR_* t:$_DLATCHSR_*
tee -o {out}/check.txt check
"""

TO_TABLES = """
abc -fast -lut {lut_inputs}
opt_merge
opt_dff
opt_clean
tee -o {out}/stat.json stat -json
tee -o {out}/blocks.txt dump {blocks}
read_verilog {here}/lut_ram_read.v
techmap -map {here}/lut_ram_map.v
"""


class SynthesisError(Exception):
    """One line that says what is wrong."""


class NoSuchParameter(Exception):
    """One line: the RTL does not have the parameter of an offload."""


def run_yosys(script, out, name):
    """Runs a script; the log is out/name.log."""
    path, log = out / f"{name}.ys", out / f"{name}.log"
    path.write_text(script, encoding="utf-8")
    try:
        done = subprocess.run(["yosys", "-q", "-l", str(log), "-s", str(path)], capture_output=True, text=True,
                              check=False)
    except FileNotFoundError:
        raise SynthesisError("yosys is missing: make deps") from None
    if done.returncode:
        errors = [text for text in done.stderr.splitlines() if text.startswith("ERROR")]
        raise SynthesisError(f"{' '.join(errors[:1]) or 'yosys failed'} (log: {log})")


def memories_of(out):
    """What the memories are and what libmap made of them: [{module, name, words, width, bits, kind}]."""
    found, module = [], None
    for text in (out / "memories.txt").read_text(encoding="utf-8").splitlines():
        words = text.split()
        if words[:1] == ["module"]:
            module = words[1].lstrip("\\")
        elif words[:2] == ["cell", "$mem_v2"]:
            found.append({"module": module, "name": words[2].lstrip("\\")})
        elif words[:2] == ["parameter", "\\SIZE"]:
            found[-1]["words"] = int(words[2])
        elif words[:2] == ["parameter", "\\WIDTH"]:
            found[-1]["width"] = int(words[2])
        elif words[:2] == ["parameter", "\\WR_PORTS"]:
            found[-1]["rom"] = int(words[2]) == 0
    mapping = (out / "mapping.txt").read_text(encoding="utf-8")
    kinds = dict(re.findall(r"mapping memory (\S+) via \$__(\w+?)_\s", mapping))
    logic = re.findall(r"using FF mapping for memory (\S+)", mapping)
    for memory in found:
        memory["bits"] = memory["words"] * memory["width"]
        path = f"{memory['module']}.{memory['name']}"
        if path in kinds:
            memory["kind"] = {"BLOCK_RAM": "block", "LUT_RAM": "lut"}[kinds[path]]
        elif path in logic:
            memory["kind"] = "rom" if memory["rom"] else "logic"
        else:
            raise SynthesisError(f"{path}: memory_libmap does not say what became of it")
    return found


def blocks_of(out):
    """Instance name -> module of the top's blocks."""
    dump = (out / "blocks.txt").read_text(encoding="utf-8")
    return {name: module for module, name in sorted(re.findall(r"^ *cell (\S+) \\(?:g_\w+\.)?i_(\w+)$", dump, re.M))}


def kinds_of_cells(stat, module):
    cells = stat["modules"][module if module.startswith("$") else "\\" + module.lstrip("\\")]["num_cells_by_type"]
    flip_flops = sum(n for kind, n in cells.items() if re.match(r"\$_\w*DFF", kind))
    luts, lut_rams, block_rams = (cells.get(kind, 0) for kind in ("$lut", "$__LUT_RAM_", "$__BLOCK_RAM_"))
    return {"cells": luts + flip_flops + lut_rams + block_rams, "luts": luts, "flip_flops": flip_flops,
            "lut_rams": lut_rams, "block_rams": block_rams}


def longest_path(text):
    """Length and ends of the path that ltp found."""
    length = re.search(r"Longest topological path in .* \(length=(\d+)\)", text)
    if not length:
        return {"length": 0, "from": "", "to": ""}
    nets = re.findall(r"^ *\d+: (.*?)(?: \(via .*)?$", text, re.M)
    named = [net.replace("\\", "").replace(" ", "") for net in nets if not net.startswith("$")] or [""]
    return {"length": int(length[1]), "from": named[0], "to": named[-1]}


def faults_of(out, texts, memories):
    """What FPGA-shaped logic must not have."""
    check = (out / "check.txt").read_text(encoding="utf-8")
    faults = [line for line in check.splitlines()
              if "logic loop" in line or "multiple conflicting drivers" in line]
    faults += [line for text in texts for line in text.splitlines() if "Detected loop" in line]
    return faults + memory_faults(memories)


def memory_faults(memories):
    """Those that are large, and no block RAM."""
    faults = []
    for memory in memories:
        if memory["kind"] == "logic" and memory["bits"] > MAX_LOGIC_BITS:
            faults.append(f"{memory['module']}.{memory['name']}: {memory['bits']} bits became flip-flops")
        if memory["kind"] == "lut" and memory["bits"] > MAX_LUT_BITS:
            faults.append(f"{memory['module']}.{memory['name']}: {memory['bits']} bits are no block RAM")
    return faults


def parameters_of(files, top, width, without):
    """What to set of the top module's parameters."""
    source = next((f for f in files if pathlib.Path(f).stem == top), None)
    if not source:
        raise SynthesisError(f"no file {top}.sv in the card's file list")
    text = pathlib.Path(source).read_text(encoding="utf-8")
    parameters = {"DataW": width} if re.search(r"\bDataW\s*=", text) else {}
    if without:
        parameter = OFFLOADS[without][1]
        if not re.search(rf"\b{parameter}\s*=", text):
            raise NoSuchParameter(f"{top} has no parameter {parameter}: {without} cannot be left out yet")
        parameters[parameter] = 0
    return parameters


def set_parameters(top, parameters):
    """Yosys commands between read_verilog -defer and hierarchy, whose own -chparam 0.23 fails an assertion of."""
    return "".join(f"chparam -set {name} {value} $abstract\\{top}\n" for name, value in parameters.items())


def synthesize(files, out, top, parameters, only):
    words = {
        "packages": " ".join(f for f in files if f.endswith("_pkg.sv")),
        "sources": " ".join(f for f in files if not f.endswith("_pkg.sv")),
        "only": ALONE.format(top=top, block=only) if only else "",
        "top": top, "blocks": BLOCKS.format(top=top), "here": HERE, "out": out, "lut_inputs": LUT_INPUTS,
        "parameters": set_parameters(top, parameters),
    }
    run_yosys("".join(s.format(**words) for s in (TO_MEMORIES, TO_GATES, TO_TABLES)) +
              f"write_rtlil {out}/tables.il\n", out, "synth")
    blocks = blocks_of(out) or {top: top}
    paths = "".join(f"tee -o {out}/ltp-{name}.txt ltp -noff {module}\n" for name, module in blocks.items())
    run_yosys(f"read_rtlil {out}/tables.il\n{paths}"
              f"setattr -unset keep_hierarchy {words['blocks']}\nflatten\nopt_clean\n"
              f"tee -o {out}/ltp-whole.txt ltp -noff {top}\n", out, "ltp")
    return blocks


def report(out, blocks, top):
    stat = json.loads((out / "stat.json").read_text(encoding="utf-8"))
    memories = memories_of(out)
    rows, texts = {}, []
    for name, module in blocks.items():
        texts.append((out / f"ltp-{name}.txt").read_text(encoding="utf-8"))
        rows[name] = kinds_of_cells(stat, module)
        rows[name]["memory_bits"] = sum(m["bits"] for m in memories
                                        if m["module"] == module.lstrip("\\") and m["kind"] != "rom")
        rows[name]["path"] = longest_path(texts[-1])
    texts.append((out / "ltp-whole.txt").read_text(encoding="utf-8"))
    if top not in blocks:
        rest = kinds_of_cells(stat, top)
        whole = {key: rest[key] + sum(row[key] for row in rows.values()) for key in rest}
        whole["memory_bits"] = sum(row["memory_bits"] for row in rows.values())
        whole["path"] = longest_path(texts[-1])
        rows["card"] = whole
    names = {module.lstrip("\\"): name for name, module in blocks.items()}
    for memory in memories:
        memory["module"] = names.get(memory["module"], memory["module"])
    return rows, memories, faults_of(out, texts, memories)


COLUMNS = {"cells": "cells", "luts": "LUT6", "flip_flops": "FF", "memory_bits": "memory bits",
           "block_rams": "RAM36", "lut_rams": "LUT RAM"}


def line(name, row):
    return f"{name:18}" + "".join(f" {row[key]:>11}" for key in COLUMNS)


def table(rows):
    lines = [line("block", COLUMNS) + "  longest path"]
    for name, row in rows.items():
        path = row["path"]
        lines.append(f"{line(name, row)}  {path['length']}: {path['from']} -> {path['to']}")
    return "\n".join(lines)


def saved(row, base, block, left_out):
    """What there is less than in the card of `base`: of the engine `row` is what is left, of others nothing."""
    try:
        blocks = json.loads(base.read_text(encoding="utf-8"))["blocks"]
        return {key: sum(blocks[name][key] for name in (block, *left_out)) - row[key] for key in COLUMNS}
    except (OSError, ValueError, KeyError):
        raise SynthesisError(f"{base} does not tell of a whole card: make synth") from None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--width", type=int, default=128, help="DataW in bits (default 128)")
    parser.add_argument("--top", default=TOP, help=f"a module alone (default {TOP})")
    parser.add_argument("--without", choices=OFFLOADS)
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    top, only = arguments.top, OFFLOADS[arguments.without][0] if arguments.without else None
    try:
        parameters = parameters_of(arguments.files, top, arguments.width, arguments.without)
        blocks = synthesize(arguments.files, out, top, parameters, only)
        rows, memories, faults = report(out, blocks, top)
        text = table(rows)
        if arguments.base:
            rows["saved"] = saved(rows[only], arguments.base, only, OFFLOADS[arguments.without][2])
            text += "\n" + line("saved", rows["saved"])
    except NoSuchParameter as e:
        rows, memories, faults, text = {}, [], [], str(e)
    except SynthesisError as e:
        sys.exit(f"synth.py: {e}")
    title = f"{top}, {arguments.width} bits" + (f", without {arguments.without}" if arguments.without else "")
    (out / "table.txt").write_text(f"{title}\n{text}\n\n", encoding="utf-8")
    (out / "card.json").write_text(json.dumps({"data_w": arguments.width, "without": arguments.without,
                                               "blocks": rows, "memories": memories, "faults": faults},
                                              indent=1) + "\n", encoding="utf-8")
    for fault in faults:
        print(f"synth.py: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
