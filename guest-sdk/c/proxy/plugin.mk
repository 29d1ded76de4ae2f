# Builds the core module of a filter in C. A plugin's Makefile sets SOURCES and OUTPUT and includes this file.
#
# WASM_CC is a clang with wasm-ld, wasi-libc and the compiler's runtime for wasm32; `python3 -m ziglang cc`, from the
# Python package ziglang, contains all of them.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
WASM_CC ?= $(or $(shell command -v clang-22),$(shell command -v clang))
CFLAGS ?= -std=c11 -Os -Wall -Wextra

SDK_SOURCES := $(SDK)/witdock_proxy.c $(SDK)/settings.c $(SDK)/exports.c $(SDK)/defaults.c $(SDK)/generated/http_filter_plugin.c

$(OUTPUT): $(SOURCES) $(SDK_SOURCES) $(SDK)/witdock_proxy.h
	@test -n "$(WASM_CC)" || { echo "error: no clang: on Debian, apt-get install clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32; or pip install ziglang and WASM_CC='python3 -m ziglang cc'"; exit 1; }
	@mkdir -p $(dir $@)
	$(WASM_CC) --target=wasm32-wasi -Wno-deprecated -mexec-model=reactor $(CFLAGS) -I$(SDK) -s -o $@ \
		$(SOURCES) $(SDK_SOURCES) $(SDK)/generated/http_filter_plugin_component_type.o
