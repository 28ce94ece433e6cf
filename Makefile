# SPDX-License-Identifier: MIT
# Ringside. `make help` lists what there is. Each folder brings its own rules.mk; everything that is
# built lands under build/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

BUILD := build
JOBS ?= $(shell nproc)
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' '$(1)' '$(2)')

CC := gcc
CXX := g++
# clang for the Verilated card and for fuzzers: 19 where it is, whose card is a quarter faster than 14's.
LLVM_SUFFIX := $(if $(shell command -v clang++-19),-19)
CLANG := clang$(LLVM_SUFFIX)
CLANGXX := clang++$(LLVM_SUFFIX)
LLVM_PROFDATA := llvm-profdata$(LLVM_SUFFIX)
LLVM_COV := llvm-cov$(LLVM_SUFFIX)
WARN := -Wall -Wextra
CFLAGS_COMMON := -std=gnu11 -O2 -g $(WARN) -MMD -MP
HOST_CFLAGS := $(CFLAGS_COMMON) -Istack/include -Idriver/include -Ihw/include -I$(BUILD)/gen
HOST_CXXFLAGS := -std=gnu++17 -O3 -g $(WARN) -MMD -MP -Ihw/include -I$(BUILD)/gen

# Each rules.mk below tests/ adds "name:program". A program prints Check's summary or a last line
# "N passed, N failed".
TESTS :=

include rtl/rules.mk
include hw/rules.mk
include driver/rules.mk
include stack/rules.mk
include guest/rules.mk
include qemu-patches/rules.mk
include tools/linux/rules.mk
include tests/rules.mk
include tools/rules.mk
include tools/synth/rules.mk

.PHONY: help
help: ## this list
	@grep -hE '^[a-zA-Z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: clean
clean: ## remove everything that was built
	$(Q)rm -rf $(BUILD)
