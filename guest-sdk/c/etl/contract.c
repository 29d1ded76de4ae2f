// The columns that are read and made.

#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  // The input column, if it passes through.
  uint32_t same;
  bool is_made;
  // The field.
  etl_field_t field;
} out_t;

struct etl_contract {
  exports_witdock_etl_transform_list_field_t *fields;
  uint32_t *reads;
  size_t read_count, read_capacity;
  out_t *out;
  size_t out_count, out_capacity;
  // Indexes into `out`, in the order in which the columns were made.
  size_t *made;
  size_t made_count, made_capacity;
};

etl_contract_t *etl_contract_new(exports_witdock_etl_transform_list_field_t *fields) {
  etl_contract_t *contract = etl_allocate(sizeof *contract);
  contract->fields = fields;
  return contract;
}

void etl_contract_free(etl_contract_t *contract) {
  if (contract != NULL) {
    for (size_t i = 0; i < contract->out_count; ++i) {
      if (contract->out[i].is_made) {
        witdock_etl_types_field_free(&contract->out[i].field);
      }
    }
    free(contract->reads);
    free(contract->out);
    free(contract->made);
    free(contract);
  }
}

size_t etl_fields(const etl_contract_t *contract) { return contract->fields->len; }

const etl_field_t *etl_field(const etl_contract_t *contract, size_t index) {
  return index < contract->fields->len ? &contract->fields->ptr[index] : NULL;
}

static etl_text_t name_of(const etl_field_t *field) {
  return (etl_text_t){(const char *)field->name.ptr, field->name.len};
}

static bool is_same(etl_text_t one, etl_text_t other) {
  return one.length == other.length && (one.length == 0 || memcmp(one.bytes, other.bytes, one.length) == 0);
}

// The index of an input column, or an error that lists the existing columns.
static bool find(const etl_contract_t *contract, etl_text_t name, uint32_t *index, etl_error_t *error) {
  for (size_t i = 0; i < contract->fields->len; ++i) {
    if (is_same(name_of(&contract->fields->ptr[i]), name)) {
      *index = (uint32_t)i;
      return true;
    }
  }
  size_t length = 0;
  for (size_t i = 0; i < contract->fields->len; ++i) {
    length += contract->fields->ptr[i].name.len + 4;
  }
  char *known = etl_allocate(length + 1);
  size_t end = 0;
  for (size_t i = 0; i < contract->fields->len; ++i) {
    end += (size_t)snprintf(known + end, length + 1 - end, "%s`%.*s`", i > 0 ? ", " : "",
                            ETL_SHOWN(name_of(&contract->fields->ptr[i])));
  }
  etl_schema_error(error, "unknown column `%.*s`; the input has %s", ETL_SHOWN(name), length > 0 ? known : "none");
  free(known);
  return false;
}

bool etl_read(etl_contract_t *contract, etl_text_t name, etl_type_t type, uint32_t *column, etl_error_t *error) {
  uint32_t index;
  if (!find(contract, name, &index, error)) {
    return false;
  }
  etl_type_t found = contract->fields->ptr[index].data_type;
  if (found != type) {
    return etl_schema_error(error, "column `%.*s` is %s; expected %s", ETL_SHOWN(name), etl_type_name(found),
                            etl_type_name(type));
  }
  for (size_t i = 0; i < contract->read_count; ++i) {
    if (contract->reads[i] == index) {
      *column = (uint32_t)i;
      return true;
    }
  }
  contract->reads =
      etl_grown(contract->reads, contract->read_count, &contract->read_capacity, sizeof *contract->reads);
  *column = (uint32_t)contract->read_count;
  contract->reads[contract->read_count++] = index;
  return true;
}

static void add_out(etl_contract_t *contract, out_t out) {
  contract->out = etl_grown(contract->out, contract->out_count, &contract->out_capacity, sizeof out);
  contract->out[contract->out_count++] = out;
}

static void pass(etl_contract_t *contract, uint32_t index) {
  add_out(contract, (out_t){.same = index, .field = contract->fields->ptr[index]});
}

void etl_pass_all(etl_contract_t *contract) {
  for (size_t i = 0; i < contract->fields->len; ++i) {
    pass(contract, (uint32_t)i);
  }
}

bool etl_pass(etl_contract_t *contract, etl_text_t name, etl_error_t *error) {
  uint32_t index;
  if (!find(contract, name, &index, error)) {
    return false;
  }
  pass(contract, index);
  return true;
}

uint32_t etl_make(etl_contract_t *contract, etl_text_t name, etl_type_t type, bool nullable) {
  out_t made = {
      .is_made = true,
      .field = {.name = etl_copied(name), .data_type = type, .nullable = nullable},
  };
  size_t place = 0;
  while (place < contract->out_count &&
         (contract->out[place].is_made || !is_same(name_of(&contract->out[place].field), name))) {
    ++place;
  }
  if (place < contract->out_count) {
    contract->out[place] = made;
  } else {
    add_out(contract, made);
  }
  contract->made = etl_grown(contract->made, contract->made_count, &contract->made_capacity, sizeof *contract->made);
  contract->made[contract->made_count] = place;
  return (uint32_t)contract->made_count++;
}

const etl_field_t *etl_contract_made(const etl_contract_t *contract, bool everything, size_t index) {
  if (everything) {
    return index < contract->out_count ? &contract->out[index].field : NULL;
  }
  return index < contract->made_count ? &contract->out[contract->made[index]].field : NULL;
}

size_t etl_contract_order(const etl_contract_t *contract, bool everything, size_t index) {
  if (everything) {
    return index;
  }
  size_t order = 0;
  for (size_t i = 0; i < contract->made_count; ++i) {
    order += contract->made[i] < contract->made[index];
  }
  return order;
}

witdock_etl_types_contract_t etl_contract_told(const etl_contract_t *contract) {
  witdock_etl_types_contract_t told = {
      .reads = {etl_allocate(contract->read_count * sizeof(uint32_t)), contract->read_count},
      .output = {etl_allocate(contract->out_count * sizeof *told.output.ptr), contract->out_count},
  };
  for (size_t i = 0; i < contract->read_count; ++i) {
    told.reads.ptr[i] = contract->reads[i];
  }
  for (size_t i = 0; i < contract->out_count; ++i) {
    const out_t *out = &contract->out[i];
    if (out->is_made) {
      told.output.ptr[i] = (witdock_etl_types_output_field_t){
          .tag = WITDOCK_ETL_TYPES_OUTPUT_FIELD_NEW,
          .val.new_ = {.name = etl_copied(name_of(&out->field)),
                       .data_type = out->field.data_type,
                       .nullable = out->field.nullable},
      };
    } else {
      told.output.ptr[i] = (witdock_etl_types_output_field_t){
          .tag = WITDOCK_ETL_TYPES_OUTPUT_FIELD_SAME,
          .val.same = out->same,
      };
    }
  }
  return told;
}
