#include "cluster/client/json_reader.hpp"

#include <algorithm>
#include <bit>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::client::json {
namespace {

constexpr std::size_t kShownBytesMax = 64;
constexpr std::size_t kCapacityMin = std::size_t{64} * 1024;
// Memory for larger documents is given back after them: it is about ten times their size.
constexpr std::size_t kCapacityKeptMax = std::size_t{1024} * 1024;

}  // namespace

std::string quoted(std::string_view text) {
  const std::string_view shown = model::cut_utf8(text, kShownBytesMax);
  std::string result = "\"";
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t length = model::utf8_length(shown.substr(at));
    const auto byte = static_cast<unsigned char>(shown[at]);
    if (length == 0 || byte < 0x20U || byte == 0x7FU) {
      result += '?';
    } else {
      result += shown.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  result += shown.size() < text.size() ? "...\"" : "\"";
  return result;
}

bool Document::fits(std::size_t size) {
  if (parser_.capacity() > kCapacityKeptMax && size <= kCapacityKeptMax) {
    parser_ = simdjson::dom::parser();
    document_ = simdjson::dom::document();
  }
  if (parser_.capacity() >= size && document_.capacity() >= size && parser_.capacity() > 0) {
    return true;
  }
  const std::size_t capacity = std::bit_ceil(std::max(size, kCapacityMin));
  return parser_.allocate(capacity, kDepthMax) == simdjson::SUCCESS &&
         document_.allocate(capacity) == simdjson::SUCCESS;
}

model::Result<Value> Document::parse(std::string& text) {
  steps_.clear();
  steps_.emplace_back();
  problem_.clear();
  resource_entries_ = 0;
  if (!fits(text.size())) return model::invalid("no memory for a JSON document of this size");
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::element root;
  const auto error =
      parser_.parse_into_document(document_, text.data(), text.size(), false).get(root);
  if (error != simdjson::SUCCESS) {
    return model::invalid("not JSON: " + std::string(simdjson::error_message(error)));
  }
  return Value(this, root, kRoot);
}

std::uint32_t Document::add_step(const Step& step) {
  steps_.push_back(step);
  return static_cast<std::uint32_t>(steps_.size() - 1);
}

std::string Document::path_of(std::uint32_t step) const {
  std::vector<std::uint32_t> chain;
  for (; step != kRoot; step = steps_[step].parent) chain.push_back(step);
  std::string path;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    const Step& part = steps_[*link];
    switch (part.kind) {
      case StepKind::kRoot:
        break;
      case StepKind::kField:
        if (!path.empty()) path += '.';
        path += part.key;
        break;
      case StepKind::kEntry:
        path += "[" + quoted(part.key) + "]";
        break;
      case StepKind::kItem:
        path += "[" + std::to_string(part.index) + "]";
        break;
    }
  }
  return path;
}

Value Value::operator[](std::string_view field) const {
  if (!exists_) return {};
  simdjson::dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) {
    fail("must be an object");
    return {};
  }
  simdjson::dom::element found;
  if (object.at_key(field).get(found) != simdjson::SUCCESS) return {};
  const auto step = document_->add_step({step_, 0, Document::StepKind::kField, field});
  return Value(document_, found, step);
}

std::string_view Value::text(std::size_t bytes_max) const {
  if (!exists_) return {};
  std::string_view result;
  if (element_.get(result) != simdjson::SUCCESS) {
    fail("must be a string");
    return {};
  }
  if (result.size() > bytes_max) {
    fail("is longer than " + std::to_string(bytes_max) + " bytes");
    return {};
  }
  return result;
}

std::int64_t Value::integer(std::int64_t min, std::int64_t max) const {
  if (!exists_) return 0;
  std::int64_t result = 0;
  if (element_.get(result) != simdjson::SUCCESS) {
    fail("must be an integer");
    return 0;
  }
  if (result < min || result > max) {
    fail(std::to_string(result) + " is out of range");
    return 0;
  }
  return result;
}

bool Value::boolean() const {
  if (!exists_) return false;
  bool result = false;
  if (element_.get(result) != simdjson::SUCCESS) fail("must be true or false");
  return result;
}

model::Quantity Value::quantity() const {
  if (!exists_) return {};
  std::int64_t integer = 0;
  if (element_.get(integer) == simdjson::SUCCESS) return model::Quantity::from_integer(integer);
  std::string_view quantity_text;
  if (element_.get(quantity_text) != simdjson::SUCCESS) {
    fail("must be a quantity in quotes");
    return {};
  }
  auto parsed = model::Quantity::parse(quantity_text);
  if (parsed.has_value()) return *parsed;
  fail(quoted(quantity_text) + " is not a quantity");
  return {};
}

void Value::fail(std::string_view reason) const {
  if (document_ == nullptr || !document_->problem_.empty()) return;
  const std::string path = document_->path_of(step_);
  document_->problem_ = path.empty() ? std::string(reason) : path + ": " + std::string(reason);
}

bool Value::count_resource() const {
  if (++document_->resource_entries_ <= kResourceEntriesMax) return true;
  fail("is one of more than " + std::to_string(kResourceEntriesMax) + " resource amounts");
  return false;
}

}  // namespace neuron_scheduler::client::json
