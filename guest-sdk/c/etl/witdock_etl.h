// What a transform of witdock-etl in C starts from.
//
// A plugin defines one `etl_transform`: what it reads and makes (`open`), and what becomes of a batch of rows (`process`).
// The interface itself is generated/transformer_plugin.h, with its comments: what the host lends (lookup, metrics, side
// outputs) is called as it stands there.
//
// A function that can fail returns false, after one of the `etl_…_error` functions has said why.

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

// The name of a type, as a pipeline's author knows it.
const char *etl_type_name(etl_type_t type);

// Somebody else's bytes, of text or not. There is no zero behind them: print them with "%.*s" and ETL_SHOWN.
typedef struct {
  const char *bytes;
  size_t length;
} etl_text_t;

#define ETL_SHOWN(text) (int)(text).length, (text).bytes

// A text that ends with a zero, as a view.
etl_text_t etl_text(const char *text);

bool etl_equal(etl_text_t text, const char *expected);

// A copy, for the host, which frees it.
transformer_plugin_string_t etl_copied(etl_text_t text);

// Errors, written as printf does. They return false, so that a function can end with them.

bool etl_settings_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool etl_schema_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool etl_data_error(etl_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Memory of this many bytes, zeroed; NULL for none. Where there is not as much the plugin ends, and the host says so.
void *etl_allocate(size_t bytes);

// The stage's settings: an object whose values are texts, numbers, true and false. Each function that is asked for one has
// its own default. What was not asked for is an error, told after `open`.
typedef struct etl_settings etl_settings_t;

// A text; `value` stays as it is where the settings have none. It lives as long as the run.
bool etl_setting_text(etl_settings_t *settings, const char *name, etl_text_t *value, etl_error_t *error);
bool etl_setting_number(etl_settings_t *settings, const char *name, double *value, etl_error_t *error);
bool etl_setting_flag(etl_settings_t *settings, const char *name, bool *value, etl_error_t *error);

// The input's fields and what the transform makes of them: told once, before the first row.
typedef struct etl_contract etl_contract_t;

size_t etl_fields(const etl_contract_t *contract);
const etl_field_t *etl_field(const etl_contract_t *contract, size_t index);

// Reads the input's column of this name, which has to be of this type. `column` is its place in a batch: columns are
// counted from 0 in the order in which they are read.
bool etl_read(etl_contract_t *contract, etl_text_t name, etl_type_t type, uint32_t *column, etl_error_t *error);

// Passes every column of the input on, untouched. Those that are made come behind them.
void etl_pass_all(etl_contract_t *contract);
// Passes one column on.
bool etl_pass(etl_contract_t *contract, etl_text_t name, etl_error_t *error);

// Makes a column. It takes the place of a column of the same name that is passed on. Columns that are made are counted from
// 0 too.
uint32_t etl_make(etl_contract_t *contract, etl_text_t name, etl_type_t type, bool nullable);

// Rows that come in: the columns that are read.
typedef struct {
  uint32_t rows;
  // In the order in which they are read.
  const etl_column_t *columns;
} etl_batch_t;

bool etl_is_null(const etl_batch_t *batch, uint32_t column, uint32_t row);
// Each is for columns of its type; a date is an int32, a timestamp an int64.
bool etl_boolean(const etl_batch_t *batch, uint32_t column, uint32_t row);
int32_t etl_int32(const etl_batch_t *batch, uint32_t column, uint32_t row);
int64_t etl_int64(const etl_batch_t *batch, uint32_t column, uint32_t row);
double etl_float64(const etl_batch_t *batch, uint32_t column, uint32_t row);
// Text or bytes, which live until `process` returns.
etl_text_t etl_bytes(const etl_batch_t *batch, uint32_t column, uint32_t row);

// Rows that come out. For each of them every column that is made is given one value, in any order, and then the row is
// given.
typedef struct etl_output etl_output_t;

void etl_put_null(etl_output_t *output, uint32_t made);
void etl_put_boolean(etl_output_t *output, uint32_t made, bool value);
void etl_put_int32(etl_output_t *output, uint32_t made, int32_t value);
void etl_put_int64(etl_output_t *output, uint32_t made, int64_t value);
void etl_put_float64(etl_output_t *output, uint32_t made, double value);
void etl_put_bytes(etl_output_t *output, uint32_t made, etl_text_t value);

// A row comes out that this row of the input stands behind. A row that is never given is left out, as a filter does; one may be
// given more than once.
void etl_row(etl_output_t *output, uint32_t row);
// For `finish`: a row of the plugin's own. There the columns are those of the output, counted in its order, since none can be
// passed on.
void etl_fresh_row(etl_output_t *output);

// A row of the input that is wrong: a short code to count, and a message for a person.
void etl_reject(etl_output_t *output, uint32_t row, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// A plugin. What may be NULL is not needed by all.
typedef struct {
  // Reads the settings, and says what is read and made. What rows need to know goes to `state`, which is freed with `close`.
  bool (*open)(etl_settings_t *settings, etl_contract_t *contract, void **state, etl_error_t *error);
  // A batch of rows. An error fails the batch as a whole.
  bool (*process)(void *state, const etl_batch_t *batch, etl_output_t *output, etl_error_t *error);
  // The stream has ended: gives the rows that are still held. May be NULL.
  bool (*finish)(void *state, etl_output_t *output, etl_error_t *error);
  // Frees the state. NULL means `free`.
  void (*close)(void *state);
} etl_transform_t;

// The plugin defines it.
extern const etl_transform_t etl_transform;

#ifdef __cplusplus
}
#endif

#endif
