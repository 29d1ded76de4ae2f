// The functions that the host calls.

#include "internal.h"

#include <stdlib.h>

typedef exports_witdock_etl_transform_list_field_t fields_t;

struct exports_witdock_etl_transform_session_t {
  fields_t fields;
  transformer_plugin_string_t text;
  etl_settings_t *settings;
  etl_contract_t *contract;
  void *state;
  // A constructor cannot fail, so its error is stored until the first call.
  bool has_failed;
  etl_error_t error;
};

typedef exports_witdock_etl_transform_session_t session_t;

static void close_session(session_t *session) {
  if (session->has_failed) {
    witdock_etl_types_error_free(&session->error);
  }
  if (session->state != NULL) {
    (etl_transform.close != NULL ? etl_transform.close : free)(session->state);
  }
  etl_contract_free(session->contract);
  etl_settings_free(session->settings);
  exports_witdock_etl_transform_list_field_free(&session->fields);
  transformer_plugin_string_free(&session->text);
  free(session);
}

static session_t *open_session(fields_t *fields, transformer_plugin_string_t *text) {
  session_t *session = etl_allocate(sizeof *session);
  session->fields = *fields;
  session->text = *text;
  session->contract = etl_contract_new(&session->fields);
  session->settings = etl_settings_parse((etl_text_t){(const char *)text->ptr, text->len}, &session->error);
  session->has_failed =
      session->settings == NULL ||
      !etl_transform.open(session->settings, session->contract, &session->state, &session->error) ||
      !etl_settings_used(session->settings, &session->error);
  return session;
}

static bool has_failed(session_t *session, etl_error_t *error) {
  if (session->has_failed) {
    // Each receiver frees the error, so each gets a copy.
    const transformer_plugin_string_t *text = &session->error.val.data;
    error->tag = session->error.tag;
    error->val.data = etl_copied((etl_text_t){(const char *)text->ptr, text->len});
  }
  return session->has_failed;
}

bool exports_witdock_etl_transform_describe(fields_t *input, transformer_plugin_string_t *settings,
                                            exports_witdock_etl_transform_contract_t *ret,
                                            exports_witdock_etl_transform_error_t *err) {
  session_t *session = open_session(input, settings);
  bool is_open = !has_failed(session, err);
  if (is_open) {
    *ret = etl_contract_told(session->contract);
  }
  close_session(session);
  return is_open;
}

exports_witdock_etl_transform_own_session_t
exports_witdock_etl_transform_constructor_session(fields_t *input, transformer_plugin_string_t *settings) {
  return exports_witdock_etl_transform_session_new(open_session(input, settings));
}

void exports_witdock_etl_transform_session_destructor(session_t *session) { close_session(session); }

bool exports_witdock_etl_transform_method_session_process(exports_witdock_etl_transform_borrow_session_t self,
                                                          exports_witdock_etl_transform_batch_t *input,
                                                          exports_witdock_etl_transform_output_t *ret,
                                                          exports_witdock_etl_transform_error_t *err) {
  bool is_done = false;
  if (!has_failed(self, err)) {
    etl_batch_t batch = {input->rows, input->columns.ptr};
    etl_output_t *output = etl_output_new(self->contract, false);
    is_done = etl_transform.process(self->state, &batch, output, err) && etl_output_told(output, input->rows, ret, err);
    etl_output_free(output);
  }
  exports_witdock_etl_transform_batch_free(input);
  return is_done;
}

bool exports_witdock_etl_transform_method_session_finish(exports_witdock_etl_transform_borrow_session_t self,
                                                         exports_witdock_etl_transform_output_t *ret,
                                                         exports_witdock_etl_transform_error_t *err) {
  if (has_failed(self, err)) {
    return false;
  }
  etl_output_t *output = etl_output_new(self->contract, true);
  bool is_done = etl_transform.finish == NULL || etl_transform.finish(self->state, output, err);
  if (is_done && etl_output_is_empty(output)) {
    // Not fresh rows, which would need the columns that pass through too.
    etl_output_free(output);
    output = etl_output_new(self->contract, false);
  }
  is_done = is_done && etl_output_told(output, 0, ret, err);
  etl_output_free(output);
  return is_done;
}
