// {{name}}: counts the selected words, and turns the selection into capitals.

#include "text.h"
#include "witdock_editor.h"

#include <stdio.h>

// The editor starts the plugin, which registers its commands.
bool exports_witdock_editor_plugin_activate(extension_plugin_string_t *settings,
                                            exports_witdock_editor_plugin_registration_t *registration,
                                            exports_witdock_editor_plugin_activate_error_t *error) {
  bool has_settings = !witdock_is(settings, "{}");
  extension_plugin_string_free(settings);
  if (has_settings) {
    error->tag = EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
    error->val.settings = witdock_text("the plugin has no settings");
    return false;
  }
  const exports_witdock_editor_plugin_command_t commands[] = {
      witdock_command("count", "Count words", "Counts the words of the selection, or of the whole text", NULL),
      witdock_command("shout", "Shout", "Turns the selection into capitals", NULL),
  };
  *registration = witdock_registration(commands, sizeof commands / sizeof *commands);
  return true;
}

static void count(const witdock_selected_t *selected) {
  size_t words = count_words((const char *)selected->text.ptr, selected->text.len);
  char line[32];
  snprintf(line, sizeof line, "%zu word%s", words, words == 1 ? "" : "s");
  witdock_status(line);
}

// The user runs one of the commands. The plugin owns the parameters and frees them.
bool exports_witdock_editor_plugin_run_command(extension_plugin_string_t *name, extension_plugin_string_t *argument,
                                               exports_witdock_editor_plugin_command_error_t *error) {
  if (argument != NULL) {
    extension_plugin_string_free(argument);
  }
  bool is_count = witdock_is(name, "count");
  bool is_done = is_count || witdock_is(name, "shout") || witdock_no_such_command(error, name);
  extension_plugin_string_free(name);
  witdock_selected_t selected;
  if (!is_done || !witdock_selected(&selected, is_count, error)) {
    return false;
  }
  if (is_count) {
    count(&selected);
  } else {
    shout((char *)selected.text.ptr, selected.text.len);
    is_done = witdock_replace(&selected, selected.text, error);
  }
  witdock_release(&selected);
  return is_done;
}
