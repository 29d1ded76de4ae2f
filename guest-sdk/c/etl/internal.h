// What the SDK's own files share.

#ifndef WITDOCK_ETL_INTERNAL_H
#define WITDOCK_ETL_INTERNAL_H

#include "witdock_etl.h"

#include <stdarg.h>

// A message, written as vprintf does, for the host.
transformer_plugin_string_t etl_message(const char *format, va_list arguments);

// A list that grows: `items` has room for at least one more element of `size` bytes afterwards.
void *etl_grown(void *items, size_t count, size_t *capacity, size_t size);

// Settings.

etl_settings_t *etl_settings_parse(etl_text_t json, etl_error_t *error);
// Whether all were asked for.
bool etl_settings_used(const etl_settings_t *settings, etl_error_t *error);
void etl_settings_free(etl_settings_t *settings);

// Contracts. `fields` stay the caller's.

etl_contract_t *etl_contract_new(exports_witdock_etl_transform_list_field_t *fields);
// The contract as the host takes it.
witdock_etl_types_contract_t etl_contract_told(const etl_contract_t *contract);
void etl_contract_free(etl_contract_t *contract);

// One of the columns that are made: all of them, or with `everything` all columns of the output. NULL behind the last.
const etl_field_t *etl_contract_made(const etl_contract_t *contract, bool everything, size_t index);
// Where the host expects it: made columns are counted in the order of the output.
size_t etl_contract_order(const etl_contract_t *contract, bool everything, size_t index);

// Output.

etl_output_t *etl_output_new(const etl_contract_t *contract, bool everything);
// The output as the host takes it. An error where a column is too long or too short.
bool etl_output_told(etl_output_t *output, uint32_t rows, witdock_etl_types_output_t *told, etl_error_t *error);
bool etl_output_is_empty(const etl_output_t *output);
void etl_output_free(etl_output_t *output);

#endif
