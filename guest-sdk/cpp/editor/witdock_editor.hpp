// The SDK for plugins of witdock-edit in C++, a layer over the SDK in C.
//
// A plugin defines `editor::commands`. Define other functions (format, complete, hover, events) as the generated header declares them,
// and register them in `editor::amend`.

#ifndef WITDOCK_EDITOR_HPP
#define WITDOCK_EDITOR_HPP

#include "c/witdock_editor.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace editor {

// Why a command failed: it does not apply here, which is shown as information, or another reason.
struct Error {
  enum class Kind { NotApplicable, Failed } kind;
  std::string text;

  static std::unexpected<Error> not_applicable(std::string text) {
    return std::unexpected(Error{Kind::NotApplicable, std::move(text)});
  }
  static std::unexpected<Error> failed(std::string text) { return std::unexpected(Error{Kind::Failed, std::move(text)}); }
};

template <class T> using Result = std::expected<T, Error>;

// A command that the user can run: by name, by key, from the palette.
struct Command {
  // Letters, digits and `-`.
  const char *name;
  // The title in the palette.
  const char *title;
  // A sentence that describes it.
  const char *description;
  // Its default key, or null.
  const char *key;
  // The argument is empty if there is none.
  Result<void> (*run)(std::string_view argument);
};

// Defined by the plugin.
std::span<const Command> commands();

// Optional. Changes the registration; `settings` is JSON text. An error is shown as an error in the settings.
Result<void> amend(exports_witdock_editor_plugin_registration_t &registration, std::string_view settings);

// The selection of the focused document; if there are several, the primary one. Valid for one call.
class Selection {
public:
  // If nothing is selected, it is the whole text with `or_all`, and a not-applicable error otherwise.
  static Result<Selection> get(bool or_all);
  Selection(Selection &&other) noexcept : selected(other.selected), is_held(std::exchange(other.is_held, false)) {}
  Selection &operator=(Selection &&) = delete;
  ~Selection() {
    if (is_held) witdock_release(&selected);
  }

  std::string_view text() const { return {reinterpret_cast<const char *>(selected.text.ptr), selected.text.len}; }
  // Replaces it by a text.
  Result<void> replace(std::string_view text) const;

private:
  explicit Selection(const witdock_selected_t &selected) : selected(selected) {}
  witdock_selected_t selected;
  bool is_held = true;
};

// Shows a line in the place for the status of the last action.
inline void status(const std::string &text) { witdock_status(text.c_str()); }

} // namespace editor

#endif
