#include "cluster/embedded/store/causes.hpp"

#include <algorithm>
#include <utility>

#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/validation.hpp"

namespace neuron_scheduler::embedded {
namespace {

// Some messages show a whole list of the object.
constexpr std::size_t kBytesMax = std::size_t{1} * 1024 * 1024;

}  // namespace

std::string Path::text() const {
  if (up_ == nullptr) return std::string(name_);
  std::string text = up_->text();
  switch (kind_) {
    case Kind::kChild:
      return text.append(".").append(name_);
    case Kind::kIndex:
      return text + "[" + std::to_string(index_) + "]";
    case Kind::kKey:
      break;
  }
  return text.append("[").append(name_).append("]");
}

void Causes::required(const Path& path, std::string_view detail) {
  add(path, "FieldValueRequired", "Required value", detail);
}

void Causes::forbidden(const Path& path, std::string_view detail) {
  add(path, "FieldValueForbidden", "Forbidden", detail);
}

void Causes::invalid(const Path& path, const std::string& value, std::string_view detail) {
  add(path, "FieldValueInvalid", "Invalid value: " + value, detail);
}

void Causes::duplicate(const Path& path, const std::string& value, std::string_view detail) {
  add(path, "FieldValueDuplicate", "Duplicate value: " + value, detail);
}

void Causes::not_found(const Path& path, std::string_view value) {
  add(path, "FieldValueNotFound", "Not found: " + quoted(value), {});
}

void Causes::too_long(const Path& path, std::size_t bytes_max) {
  add(path, "FieldValueTooLong", "Too long",
      "may not be more than " + std::to_string(bytes_max) + " bytes");
}

void Causes::not_supported(const Path& path, std::string_view value,
                           std::span<const std::string_view> supported) {
  std::vector<std::string> shown;
  for (const std::string_view one : supported) shown.push_back(quoted(one));
  add(path, "FieldValueNotSupported", "Unsupported value: " + quoted(value),
      "supported values: " + join(shown, ", "));
}

void Causes::complain(const Path& path, std::string_view value, const Complaints& complaints) {
  for (const std::string& complaint : complaints) invalid(path, quoted(value), complaint);
}

bool Causes::full() const { return causes_.size() >= kCausesMax || bytes_ >= kBytesMax; }

void Causes::add(const Path& path, std::string_view reason, std::string message,
                 std::string_view detail) {
  if (full()) return;
  if (!detail.empty()) message.append(": ").append(detail);
  Cause cause{std::string(reason), std::move(message), path.text()};
  // An update's metadata is looked at twice.
  if (std::ranges::find(causes_, cause) != causes_.end()) return;
  bytes_ += cause.message.size();
  causes_.push_back(std::move(cause));
}

}  // namespace neuron_scheduler::embedded
