// What a plugin of witdock-edit in C starts from.
//
// The functions that the editor calls are declared in generated/extension_plugin.h, with the comments of the interface. A
// plugin writes `exports_witdock_editor_plugin_activate` and those of the others that it has registered: the rest is in
// defaults.c. Texts that are handed over are freed by the bindings, so they are copies: `witdock_text`.

#ifndef WITDOCK_EDITOR_H
#define WITDOCK_EDITOR_H

#include "generated/extension_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

// A copy of a text, for the editor.
extension_plugin_string_t witdock_text(const char *text);

// Whether a text of the editor's is this one.
bool witdock_is(const extension_plugin_string_t *text, const char *expected);

// A command for the palette. `keys` is the key that it asks for, or NULL for none.
exports_witdock_editor_plugin_command_t witdock_command(const char *name, const char *title, const char *description,
                                                        const char *keys);

// A registration of so many commands, which are copied, and of nothing else.
exports_witdock_editor_plugin_registration_t
witdock_registration(const exports_witdock_editor_plugin_command_t *commands, size_t count);

// Fills in the error of a command that does not apply here, which is shown quietly, and returns false.
bool witdock_not_applicable(witdock_editor_types_command_error_t *error, const char *why);

// Fills in the error of a command that could not be done, and returns false.
bool witdock_failed(witdock_editor_types_command_error_t *error, const char *why);

// Fills in the error of a command that this plugin does not have, and returns false.
bool witdock_no_such_command(witdock_editor_types_command_error_t *error, const extension_plugin_string_t *name);

// What is selected in the document that keys go to: of several selections, the primary one.
typedef struct {
  witdock_editor_documents_own_document_t document;
  witdock_editor_types_revision_t revision;
  witdock_editor_types_range_t range;
  extension_plugin_string_t text;
} witdock_selected_t;

// Fetches it, to be released. Where nothing is selected it is the whole text if `or_all`, and else not applicable.
bool witdock_selected(witdock_selected_t *selected, bool or_all, witdock_editor_types_command_error_t *error);

// Puts a text in its place. The text stays the caller's.
bool witdock_replace(const witdock_selected_t *selected, extension_plugin_string_t text,
                     witdock_editor_types_command_error_t *error);

void witdock_release(witdock_selected_t *selected);

// One line where the status of the last action stands.
void witdock_status(const char *text);

#ifdef __cplusplus
}
#endif

#endif
