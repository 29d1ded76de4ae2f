// Input columns.

#include "internal.h"

static bool bit(const uint8_t *bitmap, uint32_t row) { return bitmap[row / 8] >> (row % 8) & 1; }

bool etl_is_null(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  const transformer_plugin_option_list_u8_t *validity = &batch->columns[column].validity;
  return validity->is_some && !bit(validity->val.ptr, row);
}

bool etl_boolean(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  return bit(batch->columns[column].values.val.boolean.ptr, row);
}

int32_t etl_int32(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  return batch->columns[column].values.val.int32.ptr[row];
}

int64_t etl_int64(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  return batch->columns[column].values.val.int64.ptr[row];
}

double etl_float64(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  return batch->columns[column].values.val.float64.ptr[row];
}

etl_text_t etl_bytes(const etl_batch_t *batch, uint32_t column, uint32_t row) {
  const witdock_etl_types_bytes_column_t *bytes = &batch->columns[column].values.val.utf8;
  int32_t start = bytes->offsets.ptr[row];
  return (etl_text_t){(const char *)bytes->data.ptr + start, (size_t)(bytes->offsets.ptr[row + 1] - start)};
}
