#pragma once

#include <string>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "cluster/model/result.hpp"

// Only for .cpp files of this folder: YAML from outside, guarded.
namespace neuron_scheduler::client {

inline constexpr int kYamlDepthMax = 32;

// What a text holds. A class of its own: YAML::Node can be made from anything, an error too.
struct YamlDocument {
  YAML::Node root;
};

// One document. Aliases are refused, since they can stand for far more than what is written; so is
// deep nesting. The error begins with the line where it is known.
[[nodiscard]] model::Result<YamlDocument> parse_yaml(std::string_view text);

// A place in a YAML document that may be empty (missing or null). What has a wrong type is noted in
// `problem` ("path: reason", the first one only) and reads as empty.
class YamlField {
 public:
  YamlField(const YAML::Node& node, std::string path, std::string& problem);

  [[nodiscard]] bool exists() const { return node_.IsDefined() && !node_.IsNull(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] YamlField operator[](const std::string& key) const;
  [[nodiscard]] YamlField operator[](const char* key) const { return (*this)[std::string(key)]; }
  // Of a sequence; 0 if it is empty or something else.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] YamlField at(std::size_t index) const;

  // Plain scalars that YAML takes for numbers or booleans are no strings, as in kubectl.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean() const;
  void fail(const std::string& reason) const;

 private:
  YAML::Node node_;
  std::string path_;
  std::string* problem_;
};

}  // namespace neuron_scheduler::client
