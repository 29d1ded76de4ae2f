#include "witdock_editor.hpp"

#include <vector>

namespace editor {
namespace {

// Takes over the message of an error of the SDK in C, which has allocated it.
Error taken(witdock_editor_types_command_error_t &error) {
  const auto &text = error.val.failed;
  bool is_quiet = error.tag == WITDOCK_EDITOR_TYPES_COMMAND_ERROR_NOT_APPLICABLE;
  Error taken{is_quiet ? Error::Kind::NotApplicable : Error::Kind::Failed,
              std::string(reinterpret_cast<const char *>(text.ptr), text.len)};
  witdock_editor_types_command_error_free(&error);
  return taken;
}

std::string_view view(const extension_plugin_string_t &text) {
  return {reinterpret_cast<const char *>(text.ptr), text.len};
}

} // namespace

Result<Selection> Selection::get(bool or_all) {
  witdock_selected_t selected;
  witdock_editor_types_command_error_t error;
  if (!witdock_selected(&selected, or_all, &error)) return std::unexpected(taken(error));
  return Selection(selected);
}

Result<void> Selection::replace(std::string_view text) const {
  // Borrowed: it is not written to.
  extension_plugin_string_t borrowed = {reinterpret_cast<uint8_t *>(const_cast<char *>(text.data())), text.size()};
  witdock_editor_types_command_error_t error;
  if (!witdock_replace(&selected, borrowed, &error)) return std::unexpected(taken(error));
  return {};
}

__attribute__((weak)) Result<void> amend(exports_witdock_editor_plugin_registration_t &, std::string_view settings) {
  if (settings != "{}") return Error::failed("this plugin has no settings");
  return {};
}

} // namespace editor

extern "C" bool exports_witdock_editor_plugin_activate(extension_plugin_string_t *settings,
                                                       exports_witdock_editor_plugin_registration_t *registration,
                                                       exports_witdock_editor_plugin_activate_error_t *error) {
  std::vector<exports_witdock_editor_plugin_command_t> commands;
  for (const editor::Command &command : editor::commands()) {
    commands.push_back(witdock_command(command.name, command.title, command.description, command.key));
  }
  *registration = witdock_registration(commands.data(), commands.size());
  editor::Result<void> amended = editor::amend(*registration, editor::view(*settings));
  extension_plugin_string_free(settings);
  if (!amended) {
    exports_witdock_editor_plugin_registration_free(registration);
    error->tag = EXPORTS_WITDOCK_EDITOR_PLUGIN_ACTIVATE_ERROR_SETTINGS;
    error->val.settings = witdock_text(amended.error().text.c_str());
  }
  return amended.has_value();
}

extern "C" bool exports_witdock_editor_plugin_run_command(extension_plugin_string_t *name,
                                                          extension_plugin_string_t *argument,
                                                          exports_witdock_editor_plugin_command_error_t *error) {
  bool is_done = false, is_known = false;
  for (const editor::Command &command : editor::commands()) {
    if (editor::view(*name) != command.name) continue;
    is_known = true;
    auto result = command.run(argument != nullptr ? editor::view(*argument) : std::string_view());
    is_done = result.has_value();
    if (!is_done) {
      bool is_quiet = result.error().kind == editor::Error::Kind::NotApplicable;
      (is_quiet ? witdock_not_applicable : witdock_failed)(error, result.error().text.c_str());
    }
    break;
  }
  if (!is_known) witdock_no_such_command(error, name);
  extension_plugin_string_free(name);
  if (argument != nullptr) extension_plugin_string_free(argument);
  return is_done;
}
