// The SDK for plugins of witdock-edit in C.
//
// The functions that the editor calls are declared in generated/extension_plugin.h, with the comments of the interface. A
// plugin defines `exports_witdock_editor_plugin_activate` and the functions that it registers; defaults.c has the others.
// The bindings free texts that are passed to the editor, so pass copies: `witdock_text`.

#ifndef WITDOCK_EDITOR_H
#define WITDOCK_EDITOR_H

#include "generated/extension_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

// A copy of a text, for the editor.
extension_plugin_string_t witdock_text(const char *text);

// Whether a text from the editor equals this one.
bool witdock_is(const extension_plugin_string_t *text, const char *expected);

// A command for the palette. `keys` is its default key, or NULL for none.
exports_witdock_editor_plugin_command_t witdock_command(const char *name, const char *title, const char *description,
                                                        const char *keys);

// A registration of this many commands, which are copied, and nothing else.
exports_witdock_editor_plugin_registration_t
witdock_registration(const exports_witdock_editor_plugin_command_t *commands, size_t count);

// Sets the error of a command that does not apply here, which is shown as information, and returns false.
bool witdock_not_applicable(witdock_editor_types_command_error_t *error, const char *why);

// Sets the error of a command that failed, and returns false.
bool witdock_failed(witdock_editor_types_command_error_t *error, const char *why);

// Sets the error of an unknown command, and returns false.
bool witdock_no_such_command(witdock_editor_types_command_error_t *error, const extension_plugin_string_t *name);

// The selection of the focused document; if there are several, the primary one.
typedef struct {
  witdock_editor_documents_own_document_t document;
  witdock_editor_types_revision_t revision;
  witdock_editor_types_range_t range;
  extension_plugin_string_t text;
} witdock_selected_t;

// Gets the selection, which must be released. If nothing is selected, it is the whole text with `or_all`, and a not-applicable error
// otherwise.
bool witdock_selected(witdock_selected_t *selected, bool or_all, witdock_editor_types_command_error_t *error);

// Replaces it by a text. The caller keeps the text.
bool witdock_replace(const witdock_selected_t *selected, extension_plugin_string_t text,
                     witdock_editor_types_command_error_t *error);

void witdock_release(witdock_selected_t *selected);

// Shows a line in the place for the status of the last action.
void witdock_status(const char *text);

#ifdef __cplusplus
}
#endif

#endif
