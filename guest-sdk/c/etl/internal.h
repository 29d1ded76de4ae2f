// Declarations that the SDK's files share.

#ifndef WITDOCK_ETL_INTERNAL_H
#define WITDOCK_ETL_INTERNAL_H

#include "witdock_etl.h"

#include <stdarg.h>

// Formats a message for the host, as vprintf does.
transformer_plugin_string_t etl_message(const char *format, va_list arguments);

// Grows a list: afterwards `items` has room for at least one more element of `size` bytes.
void *etl_grown(void *items, size_t count, size_t *capacity, size_t size);

// Settings.

etl_settings_t *etl_settings_parse(etl_text_t json, etl_error_t *error);
// Whether all settings were read.
bool etl_settings_used(const etl_settings_t *settings, etl_error_t *error);
void etl_settings_free(etl_settings_t *settings);

// Contracts. The caller keeps `fields`.

etl_contract_t *etl_contract_new(exports_witdock_etl_transform_list_field_t *fields);
// Converts the contract for the host.
witdock_etl_types_contract_t etl_contract_told(const etl_contract_t *contract);
void etl_contract_free(etl_contract_t *contract);

// One of the columns that are made, or with `everything` one of all output columns. NULL after the last.
const etl_field_t *etl_contract_made(const etl_contract_t *contract, bool everything, size_t index);
// Its index for the host, which counts made columns in the order of the output.
size_t etl_contract_order(const etl_contract_t *contract, bool everything, size_t index);

// Output.

etl_output_t *etl_output_new(const etl_contract_t *contract, bool everything);
// Converts the output for the host. An error if a column is too long or too short.
bool etl_output_told(etl_output_t *output, uint32_t rows, witdock_etl_types_output_t *told, etl_error_t *error);
bool etl_output_is_empty(const etl_output_t *output);
void etl_output_free(etl_output_t *output);

#endif
