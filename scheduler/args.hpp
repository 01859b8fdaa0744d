#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace neuron_scheduler::scheduler {

// Reads typed fields out of a configuration object (a plugin's arguments, mostly) and collects all
// that is wrong with it, each with its path, so that a user sees every mistake at once. A field
// that is absent or null gives the default. Texts are as kube-scheduler's: `PATH: Invalid value:
// VALUE: REASON`, `PATH: Required value`, `PATH: Unsupported value: ...`, `unknown field "PATH"`.
class ArgsReader {
 public:
  // object must outlive it and all readers made of it. path: of the object, e.g.
  // `profiles[0].pluginConfig[1].args`.
  ArgsReader(const boost::json::object& object, std::string path);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t by_default,
                                     std::int64_t min, std::int64_t max);
  [[nodiscard]] bool boolean(std::string_view key, bool by_default);
  [[nodiscard]] std::string text(std::string_view key, std::string_view by_default);
  // One of the allowed texts.
  [[nodiscard]] std::string choice(std::string_view key, std::string_view by_default,
                                   const std::vector<std::string_view>& allowed);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  // Readers of what is below; absent: nullopt, or none. What they find wrong is found here.
  [[nodiscard]] std::optional<ArgsReader> object(std::string_view key);
  [[nodiscard]] std::vector<ArgsReader> objects(std::string_view key);
  // The value itself, for who reads it elsewhere; null if absent.
  [[nodiscard]] const boost::json::value* value(std::string_view key);

  // `PATH.key: Invalid value: VALUE: reason`; an empty key means the object.
  void invalid(std::string_view key, std::string_view reason);
  // `PATH.key: reason`, for anything else.
  void error(std::string_view key, std::string_view reason);

  // The object's keys that nobody asked for become errors. Of objects below, too, that were read
  // through object() or objects().
  void refuse_unknown();

  // Paths of all keys that were asked for, of objects below, too: what may be written.
  [[nodiscard]] std::vector<std::string> asked() const;

  // Everything found so far, here and below, in the order in which it was found.
  [[nodiscard]] const std::vector<std::string>& errors() const { return *errors_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view key) const;

 private:
  struct Opened;
  ArgsReader(const boost::json::object& object, std::string path,
             std::shared_ptr<std::vector<std::string>> errors);

  void wrong_type(std::string_view key, std::string_view wanted);
  ArgsReader open(const boost::json::object& below, std::string path);

  const boost::json::object* object_;
  std::string path_;
  std::shared_ptr<std::vector<std::string>> errors_;
  std::shared_ptr<Opened> opened_;  // What was asked for; shared by copies of this reader.
};

}  // namespace neuron_scheduler::scheduler
