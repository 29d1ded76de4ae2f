// {{name}}: counts the selected words, and turns the selection into capitals.

#include "text.hpp"
#include "witdock_editor.hpp"

static editor::Result<void> count(std::string_view) {
  auto selected = editor::Selection::get(true);
  if (!selected) return std::unexpected(selected.error());
  std::size_t words = count_words(selected->text());
  editor::status(std::to_string(words) + (words == 1 ? " word" : " words"));
  return {};
}

static editor::Result<void> shout_selected(std::string_view) {
  auto selected = editor::Selection::get(false);
  if (!selected) return std::unexpected(selected.error());
  return selected->replace(shout(selected->text()));
}

std::span<const editor::Command> editor::commands() {
  static constexpr Command COMMANDS[] = {
      {"count", "Count words", "Counts the words of the selection, or of the whole text", nullptr, count},
      {"shout", "Shout", "Turns the selection into capitals", nullptr, shout_selected},
  };
  return COMMANDS;
}
