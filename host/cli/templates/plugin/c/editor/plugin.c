// {{name}}: counts the words that are selected, and writes them in capitals.

#include "text.h"
#include "witdock_editor.h"

#include <stdio.h>

// The editor starts the plugin, and asks what it does.
bool exports_witdock_editor_plugin_activate(extension_plugin_string_t *settings,
                                            exports_witdock_editor_plugin_registration_t *registration,
                                            exports_witdock_editor_plugin_activate_error_t *error) {
  bool has_settings = !witdock_is(settings, "{}");
  extension_plugin_string_free(settings);
  if (has_settings) {
    error->tag = EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
    error->val.settings = witdock_text("there are none");
    return false;
  }
  const exports_witdock_editor_plugin_command_t commands[] = {
      witdock_command("count", "Count words", "Of the selection, or of the whole text", NULL),
      witdock_command("shout", "Shout", "Makes capitals of what is selected", NULL),
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

// A person has chosen one of the commands. What is handed in is the plugin's to free.
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
