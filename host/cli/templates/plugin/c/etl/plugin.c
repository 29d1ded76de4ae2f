// {{name}}: cleans a column of text, and rejects rows where it is empty.
//
//   [[stage]]
//   name = "clean"
//   plugin = "…/{{name}}"
//   settings = { column = "name" }

#include "clean.h"
#include "witdock_etl.h"

#include <stdlib.h>

typedef struct {
  // The index of the column that is read, and of the one that is made.
  uint32_t column;
  uint32_t made;
} state_t;

// Declares the columns that are read and made, before the first row.
static bool open(etl_settings_t *settings, etl_contract_t *contract, void **state, etl_error_t *error) {
  state_t *own = *state = etl_allocate(sizeof *own);
  etl_text_t column = {0};
  if (!etl_setting_text(settings, "column", &column, error)) {
    return false;
  }
  if (column.length == 0) {
    return etl_settings_error(error, "missing setting `column`, the name of a column of text");
  }
  if (!etl_read(contract, column, ETL_UTF8, &own->column, error)) {
    return false;
  }
  etl_pass_all(contract);
  // The new column replaces the one that is read.
  own->made = etl_make(contract, column, ETL_UTF8, true);
  return true;
}

static bool process(void *state, const etl_batch_t *batch, etl_output_t *output, etl_error_t *error) {
  (void)error;
  const state_t *own = state;
  for (uint32_t row = 0; row < batch->rows; ++row) {
    if (etl_is_null(batch, own->column, row)) {
      etl_put_null(output, own->made);
      etl_row(output, row);
      continue;
    }
    etl_text_t text = etl_bytes(batch, own->column, row);
    char *cleaned = etl_allocate(text.length);
    size_t length = clean(text.bytes, text.length, cleaned);
    if (length > 0) {
      etl_put_bytes(output, own->made, (etl_text_t){cleaned, length});
      etl_row(output, row);
    } else {
      etl_reject(output, row, "empty", "the text is empty");
    }
    free(cleaned);
  }
  return true;
}

const etl_transform_t etl_transform = {.open = open, .process = process};
