// Output rows, column by column.

#include "internal.h"

#include <stdlib.h>
#include <string.h>

// A column under construction. Bitmaps and numbers are bytes until it is finished.
typedef struct {
  const etl_field_t *field;
  uint8_t *values;
  size_t value_bytes, value_capacity;
  int32_t *offsets;
  size_t offset_capacity;
  uint8_t *validity;
  size_t validity_capacity;
  uint32_t rows;
  uint32_t first_null;
  bool has_null;
} made_t;

struct etl_output {
  const etl_contract_t *contract;
  bool is_everything;
  made_t *made;
  size_t made_count;
  uint32_t *rows;
  size_t row_count, row_capacity;
  uint32_t fresh;
  witdock_etl_types_row_error_t *rejected;
  size_t rejected_count, rejected_capacity;
  // The first misuse, reported at the end: the column, and what is wrong with it.
  const char *misuse;
  uint32_t misused;
};

etl_output_t *etl_output_new(const etl_contract_t *contract, bool everything) {
  etl_output_t *output = etl_allocate(sizeof *output);
  output->contract = contract;
  output->is_everything = everything;
  while (etl_contract_made(contract, everything, output->made_count) != NULL) {
    ++output->made_count;
  }
  output->made = etl_allocate(output->made_count * sizeof *output->made);
  for (size_t i = 0; i < output->made_count; ++i) {
    output->made[i].field = etl_contract_made(contract, everything, i);
  }
  return output;
}

void etl_output_free(etl_output_t *output) {
  for (size_t i = 0; i < output->made_count; ++i) {
    free(output->made[i].values);
    free(output->made[i].offsets);
    free(output->made[i].validity);
  }
  for (size_t i = 0; i < output->rejected_count; ++i) {
    witdock_etl_types_row_error_free(&output->rejected[i]);
  }
  free(output->made);
  free(output->rows);
  free(output->rejected);
  free(output);
}

bool etl_output_is_empty(const etl_output_t *output) {
  size_t put = output->row_count + output->fresh + output->rejected_count + (output->misuse != NULL);
  for (size_t i = 0; i < output->made_count; ++i) {
    put += output->made[i].rows;
  }
  return put == 0;
}

static void add_bytes(made_t *made, const void *bytes, size_t length) {
  while (made->value_bytes + length > made->value_capacity) {
    made->values = etl_grown(made->values, made->value_capacity, &made->value_capacity, 1);
  }
  if (length > 0) {
    memcpy(made->values + made->value_bytes, bytes, length);
  }
  made->value_bytes += length;
}

// Appends a bit.
static void add_bit(uint8_t **bitmap, size_t *capacity, uint32_t row, bool is_set) {
  if (row % 8 == 0) {
    *bitmap = etl_grown(*bitmap, row / 8, capacity, 1);
    (*bitmap)[row / 8] = 0;
  }
  if (is_set) {
    (*bitmap)[row / 8] |= (uint8_t)(1u << row % 8);
  }
}

static bool holds_bytes(const made_t *made) {
  return made->field->data_type == ETL_UTF8 || made->field->data_type == ETL_BINARY;
}

static size_t width(etl_type_t type) {
  return type == ETL_INT32 || type == ETL_DATE32 ? sizeof(int32_t) : sizeof(int64_t);
}

static void close_row(made_t *made, bool is_valid) {
  if (holds_bytes(made)) {
    made->offsets = etl_grown(made->offsets, made->rows + 1, &made->offset_capacity, sizeof *made->offsets);
    made->offsets[0] = 0;
    made->offsets[made->rows + 1] = (int32_t)made->value_bytes;
  }
  add_bit(&made->validity, &made->validity_capacity, made->rows, is_valid);
  if (!is_valid && !made->has_null) {
    made->has_null = true;
    made->first_null = made->rows;
  }
  ++made->rows;
}

static void misused(etl_output_t *output, uint32_t index, const char *what) {
  if (output->misuse == NULL) {
    output->misuse = what;
    output->misused = index;
  }
}

// The column, if it exists and has the type of the value.
static made_t *column(etl_output_t *output, uint32_t index, etl_type_t one, etl_type_t other) {
  if (index >= output->made_count) {
    misused(output, index, "unknown column");
    return NULL;
  }
  etl_type_t type = output->made[index].field->data_type;
  if (type != one && type != other) {
    misused(output, index, "the value has another type");
    return NULL;
  }
  return &output->made[index];
}

void etl_put_null(etl_output_t *output, uint32_t index) {
  static const int64_t NOTHING = 0;
  if (index >= output->made_count) {
    misused(output, index, "unknown column");
    return;
  }
  made_t *made = &output->made[index];
  if (made->field->data_type == ETL_BOOLEAN) {
    add_bit(&made->values, &made->value_capacity, made->rows, false);
  } else if (!holds_bytes(made)) {
    add_bytes(made, &NOTHING, width(made->field->data_type));
  }
  close_row(made, false);
}

void etl_put_boolean(etl_output_t *output, uint32_t index, bool value) {
  made_t *made = column(output, index, ETL_BOOLEAN, ETL_BOOLEAN);
  if (made != NULL) {
    add_bit(&made->values, &made->value_capacity, made->rows, value);
    close_row(made, true);
  }
}

void etl_put_int32(etl_output_t *output, uint32_t index, int32_t value) {
  made_t *made = column(output, index, ETL_INT32, ETL_DATE32);
  if (made != NULL) {
    add_bytes(made, &value, sizeof value);
    close_row(made, true);
  }
}

void etl_put_int64(etl_output_t *output, uint32_t index, int64_t value) {
  made_t *made = column(output, index, ETL_INT64, ETL_TIMESTAMP_US);
  if (made != NULL) {
    add_bytes(made, &value, sizeof value);
    close_row(made, true);
  }
}

void etl_put_float64(etl_output_t *output, uint32_t index, double value) {
  made_t *made = column(output, index, ETL_FLOAT64, ETL_FLOAT64);
  if (made != NULL) {
    add_bytes(made, &value, sizeof value);
    close_row(made, true);
  }
}

void etl_put_bytes(etl_output_t *output, uint32_t index, etl_text_t value) {
  made_t *made = column(output, index, ETL_UTF8, ETL_BINARY);
  if (made != NULL) {
    add_bytes(made, value.bytes, value.length);
    close_row(made, true);
  }
}

void etl_row(etl_output_t *output, uint32_t row) {
  output->rows = etl_grown(output->rows, output->row_count, &output->row_capacity, sizeof *output->rows);
  output->rows[output->row_count++] = row;
}

void etl_fresh_row(etl_output_t *output) { ++output->fresh; }

void etl_reject(etl_output_t *output, uint32_t row, const char *code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  output->rejected =
      etl_grown(output->rejected, output->rejected_count, &output->rejected_capacity, sizeof *output->rejected);
  output->rejected[output->rejected_count++] = (witdock_etl_types_row_error_t){
      .row = row,
      .code = etl_copied(etl_text(code)),
      .message = etl_message(format, arguments),
  };
  va_end(arguments);
}

// Converts the column for the host, which takes over the memory.
static etl_column_t told_column(made_t *made) {
  etl_column_t column = {0};
  size_t bitmap = (made->rows + 7) / 8;
  if (made->has_null) {
    column.validity.is_some = true;
    column.validity.val = (transformer_plugin_list_u8_t){made->validity, bitmap};
    made->validity = NULL;
  }
  etl_type_t type = made->field->data_type;
  // The cases of `values` are in the order of the types.
  column.values.tag = type;
  if (holds_bytes(made)) {
    if (made->rows == 0) {
      made->offsets = etl_allocate(sizeof *made->offsets);
    }
    column.values.val.utf8.offsets = (transformer_plugin_list_s32_t){made->offsets, made->rows + 1};
    column.values.val.utf8.data = (transformer_plugin_list_u8_t){made->values, made->value_bytes};
    made->offsets = NULL;
  } else if (type == ETL_BOOLEAN) {
    column.values.val.boolean = (transformer_plugin_list_u8_t){made->values, bitmap};
  } else if (type == ETL_IPC) {
    column.values.val.ipc = (transformer_plugin_list_u8_t){0};
  } else if (width(type) == sizeof(int32_t)) {
    column.values.val.int32 = (transformer_plugin_list_s32_t){(int32_t *)made->values, made->rows};
  } else {
    column.values.val.int64 = (transformer_plugin_list_s64_t){(int64_t *)made->values, made->rows};
  }
  made->values = NULL;
  return column;
}

static bool is_right(const etl_output_t *output, size_t out, etl_error_t *error) {
  if (output->misuse != NULL) {
    return etl_data_error(error, "the plugin's column %u: %s", (unsigned)output->misused, output->misuse);
  }
  if (output->fresh > 0 && (!output->is_everything || output->row_count > 0)) {
    return etl_data_error(error, "the plugin returns a fresh row together with input rows; only `finish` may return fresh rows, and only those");
  }
  for (size_t i = 0; i < output->made_count; ++i) {
    const made_t *made = &output->made[i];
    etl_text_t name = {(const char *)made->field->name.ptr, made->field->name.len};
    if (made->rows != out) {
      return etl_data_error(error, "the plugin has put %u values into column `%.*s` for %u rows", (unsigned)made->rows,
                            ETL_SHOWN(name), (unsigned)out);
    }
    if (made->has_null && !made->field->nullable) {
      return etl_data_error(error, "`%.*s` is null in row %u of the output, but the contract says that it is not nullable",
                            ETL_SHOWN(name), (unsigned)made->first_null);
    }
    if (made->value_bytes > INT32_MAX) {
      return etl_data_error(error, "column `%.*s` has more than 2 GB", ETL_SHOWN(name));
    }
  }
  return true;
}

static bool is_all(const etl_output_t *output, uint32_t rows) {
  if (rows == 0 || output->row_count != rows) {
    return false;
  }
  for (uint32_t i = 0; i < rows; ++i) {
    if (output->rows[i] != i) {
      return false;
    }
  }
  return true;
}

bool etl_output_told(etl_output_t *output, uint32_t rows, witdock_etl_types_output_t *told, etl_error_t *error) {
  size_t out = output->is_everything ? output->fresh : output->row_count;
  if (!is_right(output, out, error)) {
    return false;
  }
  *told = (witdock_etl_types_output_t){0};
  size_t columns = output->made_count;
  told->columns.ptr = etl_allocate(columns * sizeof *told->columns.ptr);
  told->columns.len = columns;
  for (size_t i = 0; i < columns; ++i) {
    told->columns.ptr[etl_contract_order(output->contract, output->is_everything, i)] = told_column(&output->made[i]);
  }
  if (output->is_everything) {
    told->rows.tag = WITDOCK_ETL_TYPES_OUTPUT_ROWS_FRESH;
    told->rows.val.fresh = output->fresh;
  } else if (is_all(output, rows)) {
    told->rows.tag = WITDOCK_ETL_TYPES_OUTPUT_ROWS_ALL;
  } else {
    told->rows.tag = WITDOCK_ETL_TYPES_OUTPUT_ROWS_SELECTED;
    told->rows.val.selected = (transformer_plugin_list_u32_t){output->rows, output->row_count};
    output->rows = NULL;
  }
  told->rejected = (witdock_etl_types_list_row_error_t){output->rejected, output->rejected_count};
  output->rejected = NULL;
  output->rejected_count = 0;
  return true;
}
