// {{name}}: cleans a column of text, and rejects rows where it is empty.
//
//   [[stage]]
//   name = "clean"
//   plugin = "…/{{name}}"
//   settings = { column = "name" }

#include "clean.hpp"
#include "witdock_etl.hpp"

namespace {

class {{type}} : public etl::Transform {
public:
  {{type}}(etl::Column<std::string_view> column, etl::Made<std::string_view> made) : column(column), made(made) {}

  etl::Result<void> process(const etl::Batch &batch, etl::Output &out) override {
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      auto text = column.get(batch, row);
      if (!text) {
        made.put(out, std::nullopt);
        out.keep(row);
      } else if (std::string cleaned = clean(*text); cleaned.empty()) {
        out.reject(row, "empty", "the text is empty");
      } else {
        made.put(out, cleaned);
        out.keep(row);
      }
    }
    return {};
  }

private:
  etl::Column<std::string_view> column;
  etl::Made<std::string_view> made;
};

} // namespace

// Declares the columns that are read and made, before the first row.
etl::Result<std::unique_ptr<etl::Transform>> etl::open(const Settings &settings, Plan &plan) {
  auto name = settings.text("column");
  if (!name) return std::unexpected(name.error());
  if (!*name) return Error::settings("missing setting `column`, the name of a column of text");
  auto column = plan.read<std::string_view>(**name);
  if (!column) return std::unexpected(column.error());
  plan.pass_all();
  // The new column replaces the one that is read.
  return std::make_unique<{{type}}>(*column, plan.make<std::string_view>(**name, Nullability::Nullable));
}
