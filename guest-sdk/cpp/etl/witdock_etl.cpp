#include "witdock_etl.hpp"

namespace etl {
namespace {

// Takes over the message of an error of the SDK in C, which has allocated it.
Error taken(etl_error_t &error) {
  auto &text = error.val.data;
  Error taken{static_cast<Error::Kind>(error.tag), std::string(reinterpret_cast<const char *>(text.ptr), text.len)};
  witdock_etl_types_error_free(&error);
  return taken;
}

bool told(const Error &why, etl_error_t *error) {
  const char *text = why.text.c_str();
  switch (why.kind) {
  case Error::Kind::Settings:
    return etl_settings_error(error, "%s", text);
  case Error::Kind::Schema:
    return etl_schema_error(error, "%s", text);
  case Error::Kind::Data:
    break;
  }
  return etl_data_error(error, "%s", text);
}

bool is_done(const Result<void> &result, etl_error_t *error) { return result.has_value() || told(result.error(), error); }

bool c_open(etl_settings_t *settings, etl_contract_t *contract, void **state, etl_error_t *error) {
  Plan plan(contract);
  auto transform = open(Settings(settings), plan);
  if (!transform) return told(transform.error(), error);
  *state = transform->release();
  return true;
}

bool c_process(void *state, const etl_batch_t *batch, etl_output_t *output, etl_error_t *error) {
  Output out(output);
  return is_done(static_cast<Transform *>(state)->process(Batch(batch), out), error);
}

bool c_finish(void *state, etl_output_t *output, etl_error_t *error) {
  Output out(output);
  return is_done(static_cast<Transform *>(state)->finish(out), error);
}

void c_close(void *state) { delete static_cast<Transform *>(state); }

} // namespace

Result<std::optional<std::string_view>> Settings::text(const char *name) const {
  etl_error_t error;
  etl_text_t value = {nullptr, 0};
  if (!etl_setting_text(settings, name, &value, &error)) return std::unexpected(taken(error));
  if (value.bytes == nullptr) return std::nullopt;
  return std::string_view(value.bytes, value.length);
}

// The SDK in C does not change the value if the setting is missing: try two different defaults.
template <class T, class Ask> static Result<std::optional<T>> asked(T one, T other, Ask ask) {
  etl_error_t error;
  T first = one, second = other;
  if (!ask(&first, &error) || !ask(&second, &error)) return std::unexpected(taken(error));
  if (first != second) return std::nullopt;
  return first;
}

Result<std::optional<double>> Settings::number(const char *name) const {
  return asked(0.0, 1.0, [&](double *value, etl_error_t *error) { return etl_setting_number(settings, name, value, error); });
}

Result<std::optional<bool>> Settings::flag(const char *name) const {
  return asked(false, true, [&](bool *value, etl_error_t *error) { return etl_setting_flag(settings, name, value, error); });
}

Result<std::uint32_t> Plan::read(std::string_view name, etl_type_t type) {
  etl_error_t error;
  std::uint32_t place;
  if (!etl_read(contract, {name.data(), name.size()}, type, &place, &error)) return std::unexpected(taken(error));
  return place;
}

Result<void> Plan::pass(std::string_view name) {
  etl_error_t error;
  if (!etl_pass(contract, {name.data(), name.size()}, &error)) return std::unexpected(taken(error));
  return {};
}

} // namespace etl

extern "C" const etl_transform_t etl_transform = {
    .open = etl::c_open, .process = etl::c_process, .finish = etl::c_finish, .close = etl::c_close};
