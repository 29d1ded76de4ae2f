// Sorts the selected lines, or all lines if nothing is selected.

#include "sort.h"
#include "witdock_editor.h"

#include <stdlib.h>
#include <string.h>

typedef witdock_editor_documents_borrow_document_t document_t;
typedef witdock_editor_documents_list_line_t lines_t;

bool exports_witdock_editor_plugin_activate(extension_plugin_string_t *settings,
                                            exports_witdock_editor_plugin_registration_t *registration,
                                            exports_witdock_editor_plugin_activate_error_t *error) {
  bool has_settings = !witdock_is(settings, "{}");
  extension_plugin_string_free(settings);
  if (has_settings) {
    error->tag = EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
    error->val.settings = witdock_text("this plugin has no settings");
    return false;
  }
  const exports_witdock_editor_plugin_command_t commands[] = {
      witdock_command("letters", "Sort lines", "Sorts alphabetically", NULL),
      witdock_command("numbers", "Sort lines by numbers", "Sorts file2 before file10", NULL),
      witdock_command("reverse", "Reverse lines", "Reverses the order of the lines", NULL),
      witdock_command("unique", "Remove duplicate lines", "Keeps the first of equal lines", NULL),
  };
  *registration = witdock_registration(commands, sizeof commands / sizeof *commands);
  return true;
}

// The lines of the primary selection; all lines if it is a cursor. A selection that ends at the start of a line does not include
// that line.
static bool selected_lines(document_t document, uint32_t *first, uint32_t *count) {
  witdock_editor_selections_selection_set_t set;
  if (!witdock_editor_selections_get(witdock_editor_documents_method_document_id(document), &set)) {
    return false;
  }
  witdock_editor_types_selection_t primary = set.selections.ptr[set.primary];
  witdock_editor_selections_selection_set_free(&set);
  if (primary.anchor == primary.head) {
    *first = 0;
    *count = UINT32_MAX;
    return true;
  }
  uint64_t start = primary.anchor < primary.head ? primary.anchor : primary.head;
  uint64_t end = primary.anchor < primary.head ? primary.head : primary.anchor;
  *first = witdock_editor_documents_method_document_line_at(document, start);
  *count = witdock_editor_documents_method_document_line_at(document, end - 1) - *first + 1;
  return true;
}

static bool arrange(const extension_plugin_string_t *command, line_t *lines, size_t *count) {
  if (witdock_is(command, "letters")) {
    sort_lines(lines, *count, BY_LETTERS);
  } else if (witdock_is(command, "numbers")) {
    sort_lines(lines, *count, BY_NUMBERS);
  } else if (witdock_is(command, "reverse")) {
    reverse_lines(lines, *count);
  } else if (witdock_is(command, "unique")) {
    *count = unique_lines(lines, *count);
  } else {
    return false;
  }
  return true;
}

// Joins the lines with line breaks.
static bool joined(const line_t *lines, size_t count, const extension_plugin_string_t *line_break,
                   extension_plugin_string_t *text) {
  size_t length = 0;
  for (size_t i = 0; i < count; ++i) {
    length += lines[i].length + line_break->len;
  }
  text->ptr = malloc(length + 1);
  if (text->ptr == NULL) {
    return false;
  }
  text->len = 0;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) {
      memcpy(text->ptr + text->len, line_break->ptr, line_break->len);
      text->len += line_break->len;
    }
    if (lines[i].length > 0) {
      memcpy(text->ptr + text->len, lines[i].bytes, lines[i].length);
      text->len += lines[i].length;
    }
  }
  return true;
}

static bool replace(document_t document, const lines_t *old, extension_plugin_string_t text,
                    exports_witdock_editor_plugin_command_error_t *error) {
  const witdock_editor_documents_line_t *last = &old->ptr[old->len - 1];
  witdock_editor_types_edit_t edit = {
      .range = {old->ptr[0].start, last->start + last->text.len},
      .text = text,
  };
  witdock_editor_documents_list_edit_t edits = {&edit, 1};
  witdock_editor_documents_revision_t revision = witdock_editor_documents_method_document_revision(document);
  witdock_editor_documents_edit_error_t refused;
  if (!witdock_editor_documents_method_document_apply(document, revision, &edits, &revision, &refused)) {
    return witdock_failed(error, refused.tag == WITDOCK_EDITOR_DOCUMENTS_EDIT_ERROR_READ_ONLY
                                     ? "the document is read-only"
                                     : "the editor refused the edit");
  }
  return true;
}

static bool run(const extension_plugin_string_t *command, document_t document,
                exports_witdock_editor_plugin_command_error_t *error) {
  uint32_t first, count;
  lines_t old;
  witdock_editor_documents_text_error_t unread;
  if (!selected_lines(document, &first, &count)) {
    return witdock_not_applicable(error, "the document has been closed");
  }
  if (!witdock_editor_documents_method_document_lines(document, first, count, &old, &unread)) {
    return witdock_failed(error, "the lines are too long to be sorted");
  }
  // The empty line after the last line break does not count.
  lines_t seen = old;
  if (count == UINT32_MAX && seen.len > 1 && seen.ptr[seen.len - 1].text.len == 0) {
    --seen.len;
  }
  bool is_done = false;
  line_t *lines = malloc((seen.len ? seen.len : 1) * sizeof *lines);
  if (lines == NULL || seen.len == 0) {
    witdock_not_applicable(error, "there are no lines");
  } else {
    for (size_t i = 0; i < seen.len; ++i) {
      lines[i] = (line_t){seen.ptr[i].text.ptr, seen.ptr[i].text.len};
    }
    size_t left = seen.len;
    extension_plugin_string_t line_break, text;
    witdock_editor_documents_method_document_line_ending(document, &line_break);
    if (!arrange(command, lines, &left)) {
      error->tag = WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NO_SUCH_COMMAND;
      extension_plugin_string_dup_n(&error->val.no_such_command, (const char *)command->ptr, command->len);
    } else if (!joined(lines, left, &line_break, &text)) {
      witdock_failed(error, "out of memory");
    } else {
      is_done = replace(document, &seen, text, error);
      free(text.ptr);
    }
    extension_plugin_string_free(&line_break);
  }
  free(lines);
  witdock_editor_documents_list_line_free(&old);
  return is_done;
}

bool exports_witdock_editor_plugin_run_command(extension_plugin_string_t *name, extension_plugin_string_t *argument,
                                               exports_witdock_editor_plugin_command_error_t *error) {
  if (argument != NULL) {
    extension_plugin_string_free(argument);
  }
  witdock_editor_documents_own_document_t document;
  bool is_done;
  if (witdock_editor_documents_current(&document)) {
    is_done = run(name, witdock_editor_documents_borrow_document(document), error);
    witdock_editor_documents_document_drop_own(document);
  } else {
    is_done = witdock_not_applicable(error, "no document is open");
  }
  extension_plugin_string_free(name);
  return is_done;
}
