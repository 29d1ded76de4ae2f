#include "witdock_editor.h"

#include <stdlib.h>
#include <string.h>

extension_plugin_string_t witdock_text(const char *text) {
  extension_plugin_string_t copy;
  extension_plugin_string_dup(&copy, text);
  return copy;
}

bool witdock_is(const extension_plugin_string_t *text, const char *expected) {
  return text->len == strlen(expected) && memcmp(text->ptr, expected, text->len) == 0;
}

exports_witdock_editor_plugin_command_t witdock_command(const char *name, const char *title, const char *description,
                                                        const char *keys) {
  exports_witdock_editor_plugin_command_t command = {
      .name = witdock_text(name),
      .title = witdock_text(title),
      .description = witdock_text(description),
  };
  if (keys != NULL) {
    command.default_keys.ptr = malloc(sizeof *command.default_keys.ptr);
    command.default_keys.ptr[0] = witdock_text(keys);
    command.default_keys.len = 1;
  }
  return command;
}

exports_witdock_editor_plugin_registration_t
witdock_registration(const exports_witdock_editor_plugin_command_t *commands, size_t count) {
  exports_witdock_editor_plugin_registration_t registration = {0};
  registration.commands.ptr = malloc(count * sizeof *commands);
  memcpy(registration.commands.ptr, commands, count * sizeof *commands);
  registration.commands.len = count;
  return registration;
}

bool witdock_not_applicable(witdock_editor_types_command_error_t *error, const char *why) {
  error->tag = WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NOT_APPLICABLE;
  error->val.not_applicable = witdock_text(why);
  return false;
}

bool witdock_failed(witdock_editor_types_command_error_t *error, const char *why) {
  error->tag = WITDOCK_EDITOR_TYPES_COMMAND_ERROR_FAILED;
  error->val.failed = witdock_text(why);
  return false;
}
