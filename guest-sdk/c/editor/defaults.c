// Default implementations of functions that are never called, because the plugin has not registered them.

#include "witdock_editor.h"

#define DEFAULT __attribute__((weak))

DEFAULT bool exports_witdock_editor_plugin_run_command(extension_plugin_string_t *name,
                                                       extension_plugin_string_t *argument,
                                                       exports_witdock_editor_plugin_command_error_t *error) {
  (void)name, (void)argument;
  return witdock_failed(error, "this plugin has no commands");
}

DEFAULT void exports_witdock_editor_plugin_on_event(exports_witdock_editor_plugin_event_t *event) {
  exports_witdock_editor_plugin_event_free(event);
}

DEFAULT bool exports_witdock_editor_plugin_format(exports_witdock_editor_plugin_document_version_t *document,
                                                  exports_witdock_editor_plugin_list_edit_t *edits,
                                                  exports_witdock_editor_plugin_format_error_t *error) {
  (void)document, (void)error;
  *edits = (exports_witdock_editor_plugin_list_edit_t){0};
  return true;
}

DEFAULT void exports_witdock_editor_plugin_complete(exports_witdock_editor_plugin_location_t *at,
                                                    exports_witdock_editor_plugin_list_completion_t *completions) {
  (void)at;
  *completions = (exports_witdock_editor_plugin_list_completion_t){0};
}

DEFAULT bool exports_witdock_editor_plugin_hover(exports_witdock_editor_plugin_location_t *at,
                                                 exports_witdock_editor_plugin_hover_text_t *text) {
  (void)at, (void)text;
  return false;
}
