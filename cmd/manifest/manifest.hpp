#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/model/result.hpp"

// Kubernetes objects as people write them (design.md §9): YAML as sigs.k8s.io/yaml reads it, or
// JSON. Everything is bounded. The message of every error begins with where it is, "FILE:LINE: " or
// "FILE: " where there is no line; line is counted from 1.
namespace neuron_scheduler::manifest {

inline constexpr std::size_t kInputBytesMax = std::size_t{256} * 1024 * 1024;
inline constexpr std::size_t kDepthMax = 64;  // Nested mappings and lists, as the codec allows.
inline constexpr std::size_t kObjectsMax = 500'000;
inline constexpr std::size_t kValuesMax = 20'000'000;  // Of one text: texts, numbers, lists, ...
// Of one text or flow collection ({} or []) in YAML. JSON has no such bound.
inline constexpr std::size_t kYamlPartBytesMax = std::size_t{2} * 1024 * 1024;
// What the aliases of one text may stand for, together: 32 bytes for each value, plus strings.
inline constexpr std::size_t kAliasBytesMax = std::size_t{16} * 1024 * 1024;

// One object, which has apiVersion and kind; never a list.
struct Document {
  boost::json::object object;
  std::string file;  // As it was named: a path, or "-" for standard input.
  std::size_t line = 0;

  [[nodiscard]] std::string place() const { return file + ":" + std::to_string(line); }
};

// All objects of a text, in its order. A text that begins with '{' is JSON (several objects may
// follow each other) or YAML's flow style; any other is YAML (several documents, empty ones left
// out). Lists (any kind ending in List with items) are flattened; items that lack apiVersion and
// kind get them from their list. file: only to be named.
[[nodiscard]] model::Result<std::vector<Document>> read_text(std::string_view text,
                                                             const std::string& file);

// path: a file; a folder, which means its *.yaml, *.yml and *.json in order of their names, without
// those in folders below; or "-", which means standard_input, read to its end. bytes_left: how much
// more may be read, reduced by what was; begin with kInputBytesMax and pass it on from path to
// path.
[[nodiscard]] model::Result<std::vector<Document>> read_path(const std::string& path,
                                                             std::istream& standard_input,
                                                             std::size_t& bytes_left);

// One YAML document that holds a mapping (or its JSON: YAML contains it), as an object. Nothing in
// it is looked at: it needs neither apiVersion nor kind, and may be a list. An error has the form
// "line N: reason".
[[nodiscard]] model::Result<boost::json::object> yaml_to_object(std::string_view text);
// The same as JSON text, e.g. for a body of type application/yaml.
[[nodiscard]] model::Result<std::string> yaml_to_json(std::string_view text);

}  // namespace neuron_scheduler::manifest
