// The SDK for transforms of witdock-etl in C++, a layer over the SDK in C.
//
// A plugin derives from `etl::Transform` and defines `etl::open`, which reads the settings and chooses the columns. Errors are
// values: `std::expected`. Components have no exceptions.

#ifndef WITDOCK_ETL_HPP
#define WITDOCK_ETL_HPP

#include "c/witdock_etl.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace etl {

// An error. The text is for the pipeline's author.
struct Error {
  enum class Kind { Settings, Schema, Data } kind;
  std::string text;

  static std::unexpected<Error> settings(std::string text) { return unexpected(Kind::Settings, std::move(text)); }
  static std::unexpected<Error> schema(std::string text) { return unexpected(Kind::Schema, std::move(text)); }
  static std::unexpected<Error> data(std::string text) { return unexpected(Kind::Data, std::move(text)); }

private:
  static std::unexpected<Error> unexpected(Kind kind, std::string text) {
    return std::unexpected(Error{kind, std::move(text)});
  }
};

template <class T> using Result = std::expected<T, Error>;

// Days and microseconds since 1970-01-01, for date32 and timestamp-us.
using Date = std::chrono::sys_days;
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Bytes = std::span<const std::byte>;

// The C++ type for a column's values.
template <class T>
concept Value = std::is_same_v<T, bool> || std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t> ||
                std::is_same_v<T, double> || std::is_same_v<T, std::string_view> || std::is_same_v<T, Bytes> ||
                std::is_same_v<T, Date> || std::is_same_v<T, Timestamp>;

template <Value T> constexpr etl_type_t type_of() {
  if constexpr (std::is_same_v<T, bool>) return ETL_BOOLEAN;
  else if constexpr (std::is_same_v<T, std::int32_t>) return ETL_INT32;
  else if constexpr (std::is_same_v<T, std::int64_t>) return ETL_INT64;
  else if constexpr (std::is_same_v<T, double>) return ETL_FLOAT64;
  else if constexpr (std::is_same_v<T, Date>) return ETL_DATE32;
  else if constexpr (std::is_same_v<T, Timestamp>) return ETL_TIMESTAMP_US;
  else if constexpr (std::is_same_v<T, std::string_view>) return ETL_UTF8;
  else return ETL_BINARY;
}

// The stage's settings: an object whose values are strings, numbers, true or false. Settings that `open` does not read are an error.
class Settings {
public:
  explicit Settings(etl_settings_t *settings) : settings(settings) {}

  // Each is empty if the setting is missing.
  Result<std::optional<std::string_view>> text(const char *name) const;
  Result<std::optional<double>> number(const char *name) const;
  Result<std::optional<bool>> flag(const char *name) const;

private:
  etl_settings_t *settings;
};

// The input rows: the columns that are read. They are valid until `process` returns.
class Batch {
public:
  explicit Batch(const etl_batch_t *batch) : batch(batch) {}
  std::uint32_t rows() const { return batch->rows; }
  const etl_batch_t *get() const { return batch; }

private:
  const etl_batch_t *batch;
};

// A column of the input.
template <Value T> class Column {
public:
  explicit Column(std::uint32_t place) : place(place) {}

  // The value of a row; empty for a null.
  std::optional<T> get(const Batch &batch, std::uint32_t row) const {
    const etl_batch_t *from = batch.get();
    if (etl_is_null(from, place, row)) return std::nullopt;
    if constexpr (std::is_same_v<T, bool>) return etl_boolean(from, place, row);
    else if constexpr (std::is_same_v<T, std::int32_t>) return etl_int32(from, place, row);
    else if constexpr (std::is_same_v<T, std::int64_t>) return etl_int64(from, place, row);
    else if constexpr (std::is_same_v<T, double>) return etl_float64(from, place, row);
    else if constexpr (std::is_same_v<T, Date>) return Date(std::chrono::days(etl_int32(from, place, row)));
    else if constexpr (std::is_same_v<T, Timestamp>) return Timestamp(std::chrono::microseconds(etl_int64(from, place, row)));
    else {
      etl_text_t bytes = etl_bytes(from, place, row);
      if constexpr (std::is_same_v<T, std::string_view>) return std::string_view(bytes.bytes, bytes.length);
      else return Bytes(reinterpret_cast<const std::byte *>(bytes.bytes), bytes.length);
    }
  }

private:
  std::uint32_t place;
};

// The output of a batch. For each output row, put one value into every column that is made, in any order, and then keep the row.
class Output {
public:
  explicit Output(etl_output_t *output) : output(output) {}

  // Adds an output row for this input row. An input row that is never kept is omitted, as a filter does; it may be kept several times.
  void keep(std::uint32_t row) { etl_row(output, row); }
  // In `finish`: adds a new row.
  void fresh_row() { etl_fresh_row(output); }
  // Rejects an input row, with a short code to count and a message for a person.
  void reject(std::uint32_t row, const char *code, std::string_view message) {
    etl_reject(output, row, code, "%.*s", static_cast<int>(message.size()), message.data());
  }
  etl_output_t *get() { return output; }

private:
  etl_output_t *output;
};

// A column that is made.
template <Value T> class Made {
public:
  explicit Made(std::uint32_t place) : place(place) {}

  // Puts the next row's value; empty for a null.
  void put(Output &out, std::optional<T> value) const {
    etl_output_t *to = out.get();
    if (!value) etl_put_null(to, place);
    else if constexpr (std::is_same_v<T, bool>) etl_put_boolean(to, place, *value);
    else if constexpr (std::is_same_v<T, std::int32_t>) etl_put_int32(to, place, *value);
    else if constexpr (std::is_same_v<T, std::int64_t>) etl_put_int64(to, place, *value);
    else if constexpr (std::is_same_v<T, double>) etl_put_float64(to, place, *value);
    else if constexpr (std::is_same_v<T, Date>)
      etl_put_int32(to, place, static_cast<std::int32_t>(value->time_since_epoch().count()));
    else if constexpr (std::is_same_v<T, Timestamp>) etl_put_int64(to, place, value->time_since_epoch().count());
    else etl_put_bytes(to, place, {reinterpret_cast<const char *>(value->data()), value->size()});
  }

private:
  std::uint32_t place;
};

enum class Nullability { Nullable, NotNull };

// The input's columns, and the columns that are read and made. Used once, before the first row.
class Plan {
public:
  explicit Plan(etl_contract_t *contract) : contract(contract) {}

  // Reads the input column of this name, which must have T's type.
  template <Value T> Result<Column<T>> read(std::string_view name) {
    Result<std::uint32_t> place = read(name, type_of<T>());
    if (!place) return std::unexpected(place.error());
    return Column<T>(*place);
  }
  // Passes every input column through unchanged.
  void pass_all() { etl_pass_all(contract); }
  // Passes one column through.
  Result<void> pass(std::string_view name);
  // Makes a column. It replaces one of the same name that passes through.
  template <Value T> Made<T> make(std::string_view name, Nullability nullability) {
    return Made<T>(etl_make(contract, {name.data(), name.size()}, type_of<T>(), nullability == Nullability::Nullable));
  }

private:
  Result<std::uint32_t> read(std::string_view name, etl_type_t type);
  etl_contract_t *contract;
};

// One run over one stream of batches. The data that it holds between batches is the plugin's state.
class Transform {
public:
  virtual ~Transform() = default;
  // Transforms a batch. An error fails the whole batch.
  virtual Result<void> process(const Batch &batch, Output &out) = 0;
  // The stream has ended: adds the rows that are still held. The columns are all columns of the output, made with `Made<T>(index)`.
  virtual Result<void> finish(Output &) { return {}; }
};

// Defined by the plugin.
Result<std::unique_ptr<Transform>> open(const Settings &settings, Plan &plan);

} // namespace etl

#endif
