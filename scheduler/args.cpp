#include "scheduler/args.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json/serialize.hpp>

#include "cluster/model/text.hpp"

namespace neuron_scheduler::scheduler {
namespace {

namespace json = boost::json;

// Errors quote what was given: enough of it to find it.
constexpr std::size_t kQuotedBytesMax = 128;

std::string quoted(const json::value& value) {
  return model::truncated(json::serialize(value), kQuotedBytesMax);
}

}  // namespace

struct ArgsReader::Opened {
  std::set<std::string, std::less<>> keys;
  std::vector<ArgsReader> below;
};

ArgsReader::ArgsReader(const json::object& object, std::string path)
    : ArgsReader(object, std::move(path), std::make_shared<std::vector<std::string>>()) {}

ArgsReader::ArgsReader(const json::object& object, std::string path,
                       std::shared_ptr<std::vector<std::string>> errors)
    : object_(&object),
      path_(std::move(path)),
      errors_(std::move(errors)),
      opened_(std::make_shared<Opened>()) {}

const json::value* ArgsReader::value(std::string_view key) {
  opened_->keys.emplace(key);
  const json::value* found = object_->if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

bool ArgsReader::has(std::string_view key) const {
  const json::value* found = object_->if_contains(key);
  return found != nullptr && !found->is_null();
}

std::int64_t ArgsReader::integer(std::string_view key, std::int64_t by_default, std::int64_t min,
                                 std::int64_t max) {
  const json::value* found = value(key);
  if (found == nullptr) return by_default;
  if (!found->is_int64()) {
    wrong_type(key, "an integer");
    return by_default;
  }
  const std::int64_t number = found->get_int64();
  if (number >= min && number <= max) return number;
  invalid(key, "must be in the range [" + std::to_string(min) + "-" + std::to_string(max) + "]");
  return by_default;
}

bool ArgsReader::boolean(std::string_view key, bool by_default) {
  const json::value* found = value(key);
  if (found == nullptr) return by_default;
  if (found->is_bool()) return found->get_bool();
  wrong_type(key, "true or false");
  return by_default;
}

std::string ArgsReader::text(std::string_view key, std::string_view by_default) {
  const json::value* found = value(key);
  if (found == nullptr) return std::string(by_default);
  if (found->is_string()) return std::string(found->get_string());
  wrong_type(key, "a string");
  return std::string(by_default);
}

std::string ArgsReader::choice(std::string_view key, std::string_view by_default,
                               const std::vector<std::string_view>& allowed) {
  std::string chosen = text(key, by_default);
  if (std::find(allowed.begin(), allowed.end(), chosen) != allowed.end()) return chosen;
  std::string list;
  for (const auto name : allowed) {
    list += (list.empty() ? "\"" : ", \"") + std::string(name) + '"';
  }
  error(key, "Unsupported value: " + quoted(json::value(chosen)) + ": supported values: " + list);
  return std::string(by_default);
}

std::vector<std::string> ArgsReader::texts(std::string_view key) {
  std::vector<std::string> list;
  const json::value* found = value(key);
  if (found == nullptr) return list;
  if (!found->is_array()) {
    wrong_type(key, "a list of strings");
    return list;
  }
  for (const json::value& item : found->get_array()) {
    if (!item.is_string()) {
      wrong_type(key, "a list of strings");
      return {};
    }
    list.emplace_back(item.get_string());
  }
  return list;
}

std::optional<ArgsReader> ArgsReader::object(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_object()) return open(found->get_object(), path_of(key));
  wrong_type(key, "an object");
  return std::nullopt;
}

std::vector<ArgsReader> ArgsReader::objects(std::string_view key) {
  std::vector<ArgsReader> list;
  const json::value* found = value(key);
  if (found == nullptr) return list;
  if (!found->is_array()) {
    wrong_type(key, "a list of objects");
    return list;
  }
  for (std::size_t i = 0; i < found->get_array().size(); ++i) {
    const json::value& item = found->get_array()[i];
    const std::string path = path_of(key) + '[' + std::to_string(i) + ']';
    if (item.is_object()) {
      list.push_back(open(item.get_object(), path));
    } else {
      errors_->push_back(path + ": Invalid value: " + quoted(item) + ": must be an object");
    }
  }
  return list;
}

void ArgsReader::invalid(std::string_view key, std::string_view reason) {
  const json::value* found = key.empty() ? nullptr : object_->if_contains(key);
  const std::string shown = key.empty()        ? quoted(*object_)
                            : found == nullptr ? "null"
                                               : quoted(*found);
  error(key, "Invalid value: " + shown + ": " + std::string(reason));
}

void ArgsReader::error(std::string_view key, std::string_view reason) {
  errors_->push_back((key.empty() ? path_ : path_of(key)) + ": " + std::string(reason));
}

void ArgsReader::refuse_unknown() {
  for (const auto& [key, ignored] : *object_) {
    if (opened_->keys.contains(std::string_view(key))) continue;
    errors_->push_back("unknown field \"" + model::truncated(path_of(key), kQuotedBytesMax) + '"');
  }
  for (ArgsReader& below : opened_->below) below.refuse_unknown();
}

std::vector<std::string> ArgsReader::asked() const {
  std::vector<std::string> paths;
  for (const std::string& key : opened_->keys) paths.push_back(path_of(key));
  for (const ArgsReader& below : opened_->below) {
    const auto more = below.asked();
    paths.insert(paths.end(), more.begin(), more.end());
  }
  return paths;
}

std::string ArgsReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

void ArgsReader::wrong_type(std::string_view key, std::string_view wanted) {
  invalid(key, "must be " + std::string(wanted));
}

ArgsReader ArgsReader::open(const json::object& below, std::string path) {
  ArgsReader reader(below, std::move(path), errors_);
  opened_->below.push_back(reader);
  return reader;
}

}  // namespace neuron_scheduler::scheduler
