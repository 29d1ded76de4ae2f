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

bool witdock_no_such_command(witdock_editor_types_command_error_t *error, const extension_plugin_string_t *name) {
  error->tag = WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NO_SUCH_COMMAND;
  extension_plugin_string_dup_n(&error->val.no_such_command, (const char *)name->ptr, name->len);
  return false;
}

// The primary selection's range.
static bool selected_range(witdock_editor_documents_borrow_document_t document, witdock_editor_types_range_t *range) {
  witdock_editor_selections_selection_set_t set;
  if (!witdock_editor_selections_get(witdock_editor_documents_method_document_id(document), &set)) {
    return false;
  }
  witdock_editor_types_selection_t primary = set.selections.ptr[set.primary];
  witdock_editor_selections_selection_set_free(&set);
  bool is_forward = primary.anchor <= primary.head;
  range->start = is_forward ? primary.anchor : primary.head;
  range->end = is_forward ? primary.head : primary.anchor;
  return true;
}

bool witdock_selected(witdock_selected_t *selected, bool or_all, witdock_editor_types_command_error_t *error) {
  if (!witdock_editor_documents_current(&selected->document)) {
    return witdock_not_applicable(error, "no document is open");
  }
  witdock_editor_documents_borrow_document_t document = witdock_editor_documents_borrow_document(selected->document);
  selected->revision = witdock_editor_documents_method_document_revision(document);
  const char *why = NULL;
  if (!selected_range(document, &selected->range)) {
    why = "the document has been closed";
  } else if (selected->range.start == selected->range.end && or_all) {
    selected->range = (witdock_editor_types_range_t){0, witdock_editor_documents_method_document_length(document)};
  } else if (selected->range.start == selected->range.end) {
    why = "nothing is selected";
  }
  witdock_editor_documents_text_error_t unread;
  if (why == NULL &&
      !witdock_editor_documents_method_document_text(document, &selected->range, &selected->text, &unread)) {
    why = "the text is too long to be passed to a plugin";
  }
  if (why != NULL) {
    witdock_editor_documents_document_drop_own(selected->document);
    return witdock_not_applicable(error, why);
  }
  return true;
}

bool witdock_replace(const witdock_selected_t *selected, extension_plugin_string_t text,
                     witdock_editor_types_command_error_t *error) {
  witdock_editor_documents_edit_t edit = {.range = selected->range, .text = text};
  witdock_editor_documents_list_edit_t edits = {&edit, 1};
  witdock_editor_documents_revision_t revision;
  witdock_editor_documents_edit_error_t refused;
  if (witdock_editor_documents_method_document_apply(witdock_editor_documents_borrow_document(selected->document),
                                                     selected->revision, &edits, &revision, &refused)) {
    return true;
  }
  return witdock_failed(error, refused.tag == WITDOCK_EDITOR_DOCUMENTS_EDIT_ERROR_READ_ONLY
                                   ? "the document is read-only"
                                   : "the editor refused the edit");
}

void witdock_release(witdock_selected_t *selected) {
  extension_plugin_string_free(&selected->text);
  witdock_editor_documents_document_drop_own(selected->document);
}

void witdock_status(const char *text) {
  extension_plugin_string_t line;
  // Borrowed: it is not written to.
  extension_plugin_string_set(&line, text);
  witdock_editor_messages_status(&line);
}
