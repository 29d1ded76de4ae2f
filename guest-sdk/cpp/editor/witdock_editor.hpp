// What a plugin of witdock-edit in C++ starts from: the SDK in C, with what C++ has for it.
//
// A plugin defines `editor::commands`. What else the editor may ask for (format, complete, hover, events) is written as the generated
// header declares it, and registered in `editor::amend`.

#ifndef WITDOCK_EDITOR_HPP
#define WITDOCK_EDITOR_HPP

#include "c/witdock_editor.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace editor {

// Why a command is not done: it does not apply here, which is shown quietly, or it could not be done.
struct Error {
  enum class Kind { NotApplicable, Failed } kind;
  std::string text;

  static std::unexpected<Error> not_applicable(std::string text) {
    return std::unexpected(Error{Kind::NotApplicable, std::move(text)});
  }
  static std::unexpected<Error> failed(std::string text) { return std::unexpected(Error{Kind::Failed, std::move(text)}); }
};

template <class T> using Result = std::expected<T, Error>;

// A command that a person can run: by name, by key, from the palette.
struct Command {
  // Letters, digits and `-`.
  const char *name;
  // What the palette shows.
  const char *title;
  // A sentence on what it does.
  const char *description;
  // The key that it asks for, or null.
  const char *key;
  // The argument is empty where there is none.
  Result<void> (*run)(std::string_view argument);
};

// The plugin defines it.
std::span<const Command> commands();

// A plugin may define it: changes the registration, having been given the settings as JSON text. The error's text is about them.
Result<void> amend(exports_witdock_editor_plugin_registration_t &registration, std::string_view settings);

// What is selected in the document that keys go to; of several selections, the primary one. Lent for one call.
class Selection {
public:
  // Where nothing is selected it is the whole text if `or_all`, and else an error that is shown quietly.
  static Result<Selection> get(bool or_all);
  Selection(Selection &&other) noexcept : selected(other.selected), is_held(std::exchange(other.is_held, false)) {}
  Selection &operator=(Selection &&) = delete;
  ~Selection() {
    if (is_held) witdock_release(&selected);
  }

  std::string_view text() const { return {reinterpret_cast<const char *>(selected.text.ptr), selected.text.len}; }
  // Puts a text in its place.
  Result<void> replace(std::string_view text) const;

private:
  explicit Selection(const witdock_selected_t &selected) : selected(selected) {}
  witdock_selected_t selected;
  bool is_held = true;
};

// One line where the status of the last action stands.
inline void status(const std::string &text) { witdock_status(text.c_str()); }

} // namespace editor

#endif
