# Builds the core module of a transform in Zig. A plugin's Makefile sets SOURCES, the main file first, and OUTPUT, and includes this file.
#
# ZIG is the compiler: `zig`, or `python3 -m ziglang` from the Python package ziglang.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ZIG ?= $(or $(shell command -v zig),python3 -m ziglang)
ZIGFLAGS ?= -OReleaseSmall -fstrip

BINDINGS := $(SDK)/generated/transformer_plugin.c $(SDK)/generated/transformer_plugin_component_type.o

$(OUTPUT): $(SOURCES) $(wildcard $(SDK)/*.zig $(SDK)/generated/*) Makefile
	@$(ZIG) version > /dev/null || { echo "error: no zig: https://ziglang.org/download, or pip install ziglang"; exit 1; }
	@mkdir -p $(dir $@)
	$(ZIG) build-exe -target wasm32-wasi -mexec-model=reactor -fno-entry -rdynamic --stack 1048576 $(ZIGFLAGS) -lc -I$(SDK)/generated \
		-femit-bin=$@ $(firstword $(SOURCES)) $(BINDINGS)
