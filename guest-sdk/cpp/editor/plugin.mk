# Builds the core module of an editor plugin in C++. A plugin's Makefile sets SOURCES and OUTPUT and includes this file.
#
# WASM_CXX and WASM_CC are compilers with wasm-ld, wasi-libc and libc++ for wasm32: Zig contains all of them.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ZIG ?= $(or $(shell command -v zig),python3 -m ziglang)
WASM_CXX ?= $(ZIG) c++
WASM_CC ?= $(ZIG) cc
CXXFLAGS ?= -std=c++23 -Os -Wall -Wextra
TARGET := --target=wasm32-wasi -Wno-deprecated

C_SOURCES := $(addprefix $(SDK)/c/,witdock_editor.c defaults.c generated/extension_plugin.c)
C_OBJECTS := $(patsubst $(SDK)/c/%.c,build/sdk/%.o,$(C_SOURCES))

$(OUTPUT): $(SOURCES) $(SDK)/witdock_editor.cpp $(SDK)/witdock_editor.hpp $(C_OBJECTS) $(wildcard *.hpp) Makefile
	@mkdir -p $(dir $@)
	$(WASM_CXX) $(TARGET) -mexec-model=reactor -Wl,-z,stack-size=1048576 $(CXXFLAGS) -fno-exceptions -fno-rtti -I$(SDK) -s -o $@ \
		$(SOURCES) $(SDK)/witdock_editor.cpp $(C_OBJECTS) $(SDK)/c/generated/extension_plugin_component_type.o

# The C++ driver would compile C files as C++.
build/sdk/%.o: $(SDK)/c/%.c
	@$(ZIG) version > /dev/null || { echo "error: no C++ compiler for wasm: pip install ziglang, or https://ziglang.org/download"; exit 1; }
	@mkdir -p $(dir $@)
	$(WASM_CC) $(TARGET) -std=c11 -Os -I$(SDK)/c -c -o $@ $<
