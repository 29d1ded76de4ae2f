// The SDK for transforms of witdock-etl in C.
//
// A plugin defines one `etl_transform`: `open` chooses the columns, and `process` transforms a batch of rows. The interface
// is in generated/transformer_plugin.h, with its comments. Call the host's functions (lookup, metrics, side outputs) as it
// declares them.
//
// A function that can fail returns false, after it has called one of the `etl_…_error` functions.

#ifndef WITDOCK_ETL_H
#define WITDOCK_ETL_H

#include "generated/transformer_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef witdock_etl_types_field_t etl_field_t;
typedef witdock_etl_types_column_t etl_column_t;
typedef witdock_etl_types_error_t etl_error_t;
typedef witdock_etl_types_data_type_t etl_type_t;

// Short names of the types; the generated header has their comments.
enum {
  ETL_BOOLEAN = WITDOCK_ETL_TYPES_DATA_TYPE_BOOLEAN,
  ETL_INT32 = WITDOCK_ETL_TYPES_DATA_TYPE_INT32,
  ETL_INT64 = WITDOCK_ETL_TYPES_DATA_TYPE_INT64,
  ETL_FLOAT64 = WITDOCK_ETL_TYPES_DATA_TYPE_FLOAT64,
  ETL_DATE32 = WITDOCK_ETL_TYPES_DATA_TYPE_DATE32,
  ETL_TIMESTAMP_US = WITDOCK_ETL_TYPES_DATA_TYPE_TIMESTAMP_US,
  ETL_UTF8 = WITDOCK_ETL_TYPES_DATA_TYPE_UTF8,
  ETL_BINARY = WITDOCK_ETL_TYPES_DATA_TYPE_BINARY,
  ETL_IPC = WITDOCK_ETL_TYPES_DATA_TYPE_IPC,
};

// The name of a type, for messages.
const char *etl_type_name(etl_type_t type);

// Borrowed bytes, text or binary, without a terminating zero. Print them with "%.*s" and ETL_SHOWN.
typedef struct {
  const char *bytes;
  size_t length;
} etl_text_t;

#define ETL_SHOWN(text) (int)(text).length, (text).bytes

// A view of a zero-terminated string.
etl_text_t etl_text(const char *text);

bool etl_equal(etl_text_t text, const char *expected);

// A copy for the host, which frees it.
transformer_plugin_string_t etl_copied(etl_text_t text);

// Sets an error, formatted as printf does. They return false, so that a function can return their result.

bool etl_settings_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool etl_schema_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool etl_data_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Allocates this many zeroed bytes; NULL for 0. If there is not enough memory, the plugin aborts.
void *etl_allocate(size_t bytes);

// The stage's settings: an object whose values are strings, numbers, true or false. Each function that reads one keeps
// the default if it is missing. Settings that were not read are an error after `open`.
typedef struct etl_settings etl_settings_t;

// Reads a string. `value` does not change if the setting is missing. The string lives as long as the run.
bool etl_setting_text(etl_settings_t *settings, const char *name, etl_text_t *value, etl_error_t *error);
bool etl_setting_number(etl_settings_t *settings, const char *name, double *value, etl_error_t *error);
bool etl_setting_flag(etl_settings_t *settings, const char *name, bool *value, etl_error_t *error);

// The input's fields and the output's columns, chosen once, before the first row.
typedef struct etl_contract etl_contract_t;

size_t etl_fields(const etl_contract_t *contract);
const etl_field_t *etl_field(const etl_contract_t *contract, size_t index);

// Reads the input column of this name, which must have this type. `column` is its index in a batch: columns are
// counted from 0 in the order in which they are read.
bool etl_read(etl_contract_t *contract, etl_text_t name, etl_type_t type, uint32_t *column, etl_error_t *error);

// Passes every input column through unchanged. Columns that are made follow them.
void etl_pass_all(etl_contract_t *contract);
// Passes one column through.
bool etl_pass(etl_contract_t *contract, etl_text_t name, etl_error_t *error);

// Makes a column. It replaces a column of the same name that passes through. Columns that are made are also counted from
// 0.
uint32_t etl_make(etl_contract_t *contract, etl_text_t name, etl_type_t type, bool nullable);

// The input rows: the columns that are read.
typedef struct {
  uint32_t rows;
  // In the order in which they are read.
  const etl_column_t *columns;
} etl_batch_t;

bool etl_is_null(const etl_batch_t *batch, uint32_t column, uint32_t row);
// Each function is for columns of its type; a date is an int32, a timestamp an int64.
bool etl_boolean(const etl_batch_t *batch, uint32_t column, uint32_t row);
int32_t etl_int32(const etl_batch_t *batch, uint32_t column, uint32_t row);
int64_t etl_int64(const etl_batch_t *batch, uint32_t column, uint32_t row);
double etl_float64(const etl_batch_t *batch, uint32_t column, uint32_t row);
// Text or bytes, valid until `process` returns.
etl_text_t etl_bytes(const etl_batch_t *batch, uint32_t column, uint32_t row);

// The output rows. For each row, put one value into every column that is made, in any order, and then call
// `etl_row`.
typedef struct etl_output etl_output_t;

void etl_put_null(etl_output_t *output, uint32_t made);
void etl_put_boolean(etl_output_t *output, uint32_t made, bool value);
void etl_put_int32(etl_output_t *output, uint32_t made, int32_t value);
void etl_put_int64(etl_output_t *output, uint32_t made, int64_t value);
void etl_put_float64(etl_output_t *output, uint32_t made, double value);
void etl_put_bytes(etl_output_t *output, uint32_t made, etl_text_t value);

// Adds an output row for this input row. An input row without one is omitted, as a filter does; it may have several.
void etl_row(etl_output_t *output, uint32_t row);
// For `finish`: adds a new row. There the columns are all columns of the output, in its order, since none can pass through.
void etl_fresh_row(etl_output_t *output);

// Rejects an input row, with a short code to count and a message for a person.
void etl_reject(etl_output_t *output, uint32_t row, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// A plugin. Some functions may be NULL.
typedef struct {
  // Reads the settings and chooses the columns. Data for processing rows goes into `state`, which `close` frees.
  bool (*open)(etl_settings_t *settings, etl_contract_t *contract, void **state, etl_error_t *error);
  // Transforms a batch. An error fails the whole batch.
  bool (*process)(void *state, const etl_batch_t *batch, etl_output_t *output, etl_error_t *error);
  // The stream has ended: adds the rows that are still held. May be NULL.
  bool (*finish)(void *state, etl_output_t *output, etl_error_t *error);
  // Frees the state. NULL means `free`.
  void (*close)(void *state);
} etl_transform_t;

// Defined by the plugin.
extern const etl_transform_t etl_transform;

#ifdef __cplusplus
}
#endif

#endif
