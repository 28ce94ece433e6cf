#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes everything that depends on the register map from rtl/regs/registers.json.

  sv-pkg  SystemVerilog package: offsets, reset values, write masks, field positions
  sv-map  SystemVerilog address map: alias -> register, reset, mask, place in the plain storage
  c       C header of the driver: E1000_<REG>, E1000_<REG>_<FIELD>, descriptor formats
  table   C table of all registers, for tests
  md      reference page

--check compares with the file instead of writing it.
"""

import argparse
import json
import pathlib
import re
import sys

ACCESS = {
    "rw": "read, write",
    "ro": "read only",
    "wo": "write only",
    "rc": "read clears",
    "rw1c": "write 1 clears",
    "none": "reads 0",
}
UNITS = ("csr", "irq", "nvm", "phy", "stats", "ring", "table", "rss", "time", "use", "pause", "wake", "plain", "none")
REGISTER_KEYS = {"name", "offset", "aliases", "count", "stride", "access", "reset", "mask",
                 "volatile", "keeps", "unit", "desc", "fields", "fields_of"}
BAR_BYTES = 0x20000
ALL_ONES = 0xFFFFFFFF
SOURCE = "rtl/regs/registers.json"
NOTICE = f"Made from {SOURCE} by tools/regs/regs.py; do not edit."


class BadDescription(Exception):
    """The description breaks a rule; the message says which and where."""


def parse_bits(text, where):
    match = re.fullmatch(r"(\d+)(?::(\d+))?", text)
    if not match:
        raise BadDescription(f"{where}: bits '{text}' is neither BIT nor HIGH:LOW")
    high = int(match[1])
    low = int(match[2]) if match[2] else high
    if not 0 <= low <= high <= 31:
        raise BadDescription(f"{where}: bits '{text}' are not within 31:0, high first")
    return high, low


class Field:
    def __init__(self, raw, where):
        self.name, self.desc = raw["name"], raw["desc"]
        self.dword = raw.get("dword")
        self.high, self.low = parse_bits(raw["bits"], f"{where}.{self.name}")
        self.width = self.high - self.low + 1
        self.mask = ((1 << self.width) - 1) << self.low

    def bits(self):
        return str(self.low) if self.width == 1 else f"{self.high}:{self.low}"


class Register:
    def __init__(self, raw):
        self.name = raw["name"]
        unknown = set(raw) - REGISTER_KEYS
        if unknown:
            raise BadDescription(f"{self.name}: unknown key '{sorted(unknown)[0]}'")
        self.offset = int(raw["offset"], 0)
        self.aliases = [int(a, 0) for a in raw.get("aliases", [])]
        self.count, self.stride = raw.get("count", 1), raw.get("stride", 4)
        self.access, self.unit, self.desc = raw["access"], raw["unit"], raw["desc"]
        self.reset = int(raw["reset"], 0)
        self.mask = int(raw["mask"], 0) if "mask" in raw else ALL_ONES if self.access == "rw" else 0
        self.volatile, self.keeps = raw.get("volatile", False), raw.get("keeps", False)
        self.fields = [Field(f, self.name) for f in raw.get("fields", [])]
        self.fields_of = raw.get("fields_of")
        self.index = None  # first word in the plain storage
        self.check()

    def check(self):
        if self.access not in ACCESS:
            raise BadDescription(f"{self.name}: access '{self.access}' is none of {', '.join(ACCESS)}")
        if self.unit not in UNITS:
            raise BadDescription(f"{self.name}: unit '{self.unit}' is none of {', '.join(UNITS)}")
        if self.mask & ~ALL_ONES or self.reset & ~ALL_ONES:
            raise BadDescription(f"{self.name}: reset and mask have 32 bits")
        if self.unit == "plain" and self.volatile:
            raise BadDescription(f"{self.name}: plain storage cannot be volatile; name another unit")
        check_overlap(self.name, self.fields)

    def offsets(self):
        for base in [self.offset] + self.aliases:
            for i in range(self.count):
                yield base + i * self.stride


def check_overlap(where, fields):
    seen = {}
    for field in fields:
        if seen.get(field.dword, 0) & field.mask:
            raise BadDescription(f"{where}.{field.name}: overlaps another field")
        seen[field.dword] = seen.get(field.dword, 0) | field.mask


class Description:
    def __init__(self, raw):
        self.groups = [(g["title"], [Register(r) for r in g["registers"]]) for g in raw["groups"]]
        self.registers = [r for _, registers in self.groups for r in registers]
        self.descriptors = [(d["name"], d["desc"], [Field(f, d["name"]) for f in d["fields"]])
                            for d in raw["descriptors"]]
        for name, _, fields in self.descriptors:
            check_overlap(name, fields)
        self.check_addresses()
        self.plain_words = 0
        for register in self.registers:
            if register.unit == "plain":
                register.index = self.plain_words
                self.plain_words += register.count

    def check_addresses(self):
        owner, names = {}, set()
        for register in self.registers:
            if register.name in names:
                raise BadDescription(f"{register.name}: described twice")
            names.add(register.name)
            for offset in register.offsets():
                if offset % 4 or not 0 <= offset < BAR_BYTES:
                    raise BadDescription(f"{register.name}: offset {offset:#x} is not a dword of the BAR")
                if offset in owner:
                    raise BadDescription(f"{register.name}: offset {offset:#x} belongs to {owner[offset]}")
                owner[offset] = register.name
        for register in self.registers:
            if register.fields_of and register.fields_of not in names:
                raise BadDescription(f"{register.name}: fields_of names no register")


def make_sv_pkg(desc):
    out = ["// SPDX-License-Identifier: MIT", f"// {NOTICE}", "// It describes more than any one module uses.",
           "// verilator lint_off UNUSEDPARAM",
           "package ringside_reg_pkg;", "",
           "  // Words of plain storage (reg_map's index).",
           f"  localparam int unsigned PlainWords = {desc.plain_words};", ""]
    for reg in desc.registers:
        if reg.unit == "none":
            continue
        out.append(f"  // {reg.desc}")
        out.append(f"  localparam logic [16:0] {reg.name}_OFFSET = 17'h{reg.offset:05x};")
        if reg.count > 1:
            out.append(f"  localparam int unsigned {reg.name}_COUNT = {reg.count};")
            out.append(f"  localparam int unsigned {reg.name}_STRIDE = {reg.stride};")
        out.append(f"  localparam logic [31:0] {reg.name}_RESET = 32'h{reg.reset:08x};")
        out.append(f"  localparam logic [31:0] {reg.name}_MASK = 32'h{reg.mask:08x};")
        for field in reg.fields:
            if field.width == 1:
                out.append(f"  localparam int unsigned {reg.name}_{field.name}_BIT = {field.low};")
            else:
                out.append(f"  localparam int unsigned {reg.name}_{field.name}_LSB = {field.low};")
                out.append(f"  localparam int unsigned {reg.name}_{field.name}_W = {field.width};")
    out += ["", "endpackage", "// verilator lint_on UNUSEDPARAM"]
    return out


def sv_assignments(desc, reg, base, pad):
    """What reg_map puts out for a register found at base (its offset or an alias)."""
    width = index_width(desc)
    lines = []
    if base != reg.offset:
        lines.append(f"addr_o = addr_i + 17'h{(reg.offset - base) % BAR_BYTES:05x};")
    if reg.reset:
        lines.append(f"reset_o = 32'h{reg.reset:08x};")
    if reg.mask:
        lines.append(f"mask_o = 32'h{reg.mask:08x};")
    if reg.unit == "plain":
        lines.append("plain_o = 1'b1;")
        if reg.count == 1:
            lines.append(f"index_o = {width}'d{reg.index};")
        else:
            shift = 3 if reg.stride == 8 else 2
            lines.append(f"index_o = {width}'((addr_i - 17'h{base:05x}) >> {shift}) + {width}'d{reg.index};")
    return [pad + line for line in lines]


def index_width(desc):
    return max(1, (desc.plain_words - 1).bit_length())


def make_sv_map(desc):
    built = [r for r in desc.registers if r.unit != "none" and (r.reset or r.mask or r.aliases)]
    out = ["// SPDX-License-Identifier: MIT", f"// {NOTICE}",
           "// Address of an access -> the register it means, its reset value, the bits that a write stores, and",
           "// its word in the plain storage. Addresses of no register: mask 0, reset 0. Combinational.",
           "module ringside_reg_map (",
           "  input  logic        en_i,",
           "  input  logic [16:0] addr_i,",
           "  output logic [16:0] addr_o,",
           "  output logic [31:0] reset_o,",
           "  output logic [31:0] mask_o,",
           "  output logic        plain_o,",
           f"  output logic [{index_width(desc) - 1}:0]  index_o",
           ");", "",
           "  always_comb begin",
           "    addr_o  = addr_i;",
           "    reset_o = '0;",
           "    mask_o  = '0;",
           "    plain_o = 1'b0;",
           "    index_o = '0;",
           "    if (en_i) begin",
           "      case (addr_i)"]
    for reg in (r for r in built if r.count == 1):
        for base in [reg.offset] + reg.aliases:
            lines = sv_assignments(desc, reg, base, " " * 10)
            if lines:
                out += [f"        17'h{base:05x}: begin // {reg.name}"] + lines + ["        end"]
    out += ["        default: begin"]
    for reg in (r for r in built if r.count > 1):
        for base in [reg.offset] + reg.aliases:
            lines = sv_assignments(desc, reg, base, " " * 12)
            if not lines:
                continue
            low = "" if base == 0 else f"addr_i >= 17'h{base:05x} && "
            test = f"{low}addr_i < 17'h{base + reg.count * reg.stride:05x}"
            if reg.stride == 8:
                test += f" && addr_i[2] == 1'b{(base >> 2) & 1}"
            out += [f"          if ({test}) begin // {reg.name}"] + lines + ["          end"]
    out += ["        end", "      endcase", "    end", "  end", "", "endmodule"]
    return out


def c_field(prefix, field, comment):
    lines = [f"#define {prefix}_{field.name} 0x{field.mask:08x}u /* {comment} */"]
    if field.width > 1:
        lines.append(f"#define {prefix}_{field.name}_SHIFT {field.low}")
    return lines


def make_c(desc):
    out = ["/* SPDX-License-Identifier: MIT */", f"/* {NOTICE} */",
           "#ifndef RINGSIDE_REGS_H", "#define RINGSIDE_REGS_H"]
    for title, registers in desc.groups:
        out += ["", f"/* {title} */"]
        for reg in registers:
            out.append(f"/* {reg.desc} */")
            if reg.count == 1:
                out.append(f"#define E1000_{reg.name} 0x{reg.offset:05x}u")
            else:
                out.append(f"#define E1000_{reg.name}(n) (0x{reg.offset:05x}u + {reg.stride}u * (n))")
                out.append(f"#define E1000_{reg.name}_COUNT {reg.count}u")
            for field in reg.fields:
                out += c_field(f"E1000_{reg.name}", field, field.desc)
    for name, text, fields in desc.descriptors:
        out += ["", f"/* {text} */"]
        for field in fields:
            out += c_field(f"E1000_{name}", field, f"dword {field.dword}: {field.desc}")
    out += ["", "#endif"]
    return out


def make_table(desc):
    out = ["/* SPDX-License-Identifier: MIT */", f"/* {NOTICE} */",
           "#ifndef RINGSIDE_REG_TABLE_H", "#define RINGSIDE_REG_TABLE_H", "",
           "#include <stdbool.h>", "#include <stdint.h>", "",
           "struct ringside_reg {",
           "\tconst char *name, *access, *unit;",
           "\tuint32_t offset, count, stride, reset, mask;",
           "\tbool is_volatile, keeps;",
           "};", "",
           "static const struct ringside_reg ringside_regs[] = {"]
    for reg in desc.registers:
        flags = f"{str(reg.volatile).lower()}, {str(reg.keeps).lower()}"
        out.append(f'\t{{"{reg.name}", "{reg.access}", "{reg.unit}", 0x{reg.offset:05x}u, {reg.count}u, '
                   f"{reg.stride}u, 0x{reg.reset:08x}u, 0x{reg.mask:08x}u, {flags}}},")
    out += ["};", "",
            "struct ringside_reg_alias {", "\tconst char *name;", "\tuint32_t alias, offset, count, stride;", "};", "",
            "static const struct ringside_reg_alias ringside_reg_aliases[] = {"]
    for reg in desc.registers:
        for alias in reg.aliases:
            out.append(f'\t{{"{reg.name}", 0x{alias:05x}u, 0x{reg.offset:05x}u, {reg.count}u, {reg.stride}u}},')
    out += ["};", "", "#endif"]
    return out


def md_cell(text):
    return text.replace("|", "\\|")


def md_register_row(reg):
    offset = f"0x{reg.offset:05X}"
    if reg.count > 1:
        offset += f" + {reg.stride}n, n < {reg.count}"
    if reg.aliases:
        offset += " (also " + ", ".join(f"0x{a:05X}" for a in reg.aliases) + ")"
    mask = f"0x{reg.mask:08X}" if reg.access == "rw" and reg.mask else "-"
    notes = md_cell(reg.desc)
    if reg.keeps:
        notes += "; survives CTRL.RST"
    if reg.fields_of:
        notes += f"; fields as {reg.fields_of}"
    return f"| {offset} | {reg.name} | {ACCESS[reg.access]} | 0x{reg.reset:08X} | {mask} | {notes} |"


def make_md(desc):
    out = ["# Registers", "",
           f"<!-- {NOTICE} -->",
           "BAR0, 128 KiB, 32-bit little-endian registers. Other offsets read 0 and ignore writes; so do registers",
           "whose access is \"reads 0\". *Reset* is what a driver reads after CTRL.RST; *mask* the bits that a write",
           "stores. Writes act before their response; a read has its side effects once.", ""]
    for title, registers in desc.groups:
        out += [f"## {title}", "", "| offset | name | access | reset | mask | what |",
                "| --- | --- | --- | --- | --- | --- |"]
        out += [md_register_row(reg) for reg in registers]
        for reg in (r for r in registers if r.fields):
            out += ["", f"### {reg.name}", "", "| bits | field | meaning |", "| --- | --- | --- |"]
            out += [f"| {f.bits()} | {f.name} | {md_cell(f.desc)} |" for f in reg.fields]
        out.append("")
    out += ["## Descriptors", "", "16 bytes, little-endian, four dwords."]
    for name, text, fields in desc.descriptors:
        out += ["", f"### {name}", "", f"{text}.", "",
                "| dword | bits | field | meaning |", "| --- | --- | --- | --- |"]
        out += [f"| {f.dword} | {f.bits()} | {f.name} | {md_cell(f.desc)} |" for f in fields]
    return out


MAKERS = {"sv-pkg": make_sv_pkg, "sv-map": make_sv_map, "c": make_c, "table": make_table, "md": make_md}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=MAKERS, help="what to make")
    parser.add_argument("json", type=pathlib.Path, help=f"the description, {SOURCE}")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="file to write or check")
    parser.add_argument("--check", action="store_true", help="fail if the file is not up to date")
    args = parser.parse_args()
    try:
        desc = Description(json.loads(args.json.read_text(encoding="utf-8")))
        text = "\n".join(MAKERS[args.kind](desc)) + "\n"
        if not args.check:
            args.output.parent.mkdir(parents=True, exist_ok=True)
            args.output.write_text(text, encoding="utf-8")
        elif args.output.read_text(encoding="utf-8") != text:
            sys.exit(f"{args.output} is out of date: run 'make docs-registers' and commit it")
    except (BadDescription, json.JSONDecodeError, KeyError) as error:
        sys.exit(f"{args.json}: {error.__class__.__name__}: {error}; correct the description")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}; check the path and its permissions")


if __name__ == "__main__":
    main()
