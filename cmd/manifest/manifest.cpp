#include "cmd/manifest/manifest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>

#include "cmd/manifest/json_reader.hpp"
#include "cmd/manifest/text_check.hpp"
#include "cmd/manifest/tree_builder.hpp"
#include "cmd/manifest/yaml_reader.hpp"

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  return first != std::string_view::npos && text[first] == '{';
}

Trees read_trees(std::string_view raw) {
  const CheckedText checked = check_text(raw);
  if (checked.problem) return *checked.problem;
  const std::string_view text = checked.text();
  if (!looks_like_json(text)) return read_yaml(text);
  Trees from_json = read_json(text);
  const auto* json_problem = std::get_if<Problem>(&from_json);
  if (json_problem == nullptr) return from_json;
  if (json_problem->at_end) return from_json;
  // YAML's flow style, or documents of JSON between lines of ---. If it is neither, the reader that
  // came further knows better what is meant.
  Trees from_yaml = read_yaml(text);
  const auto* yaml_problem = std::get_if<Problem>(&from_yaml);
  const bool prefer_json = yaml_problem != nullptr && yaml_problem->line <= json_problem->line;
  return prefer_json ? std::move(from_json) : std::move(from_yaml);
}

const json::string* text_field(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_string();
}

// Why this is no Kubernetes object; empty if it is one.
std::string check_identity(const json::object& object) {
  for (const char* const key : {"apiVersion", "kind"}) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) {
      return std::string("an object without ") + key;
    }
    const auto* text = value->if_string();
    if (text == nullptr || text->empty()) return std::string(key) + " must be a string, not empty";
  }
  return {};
}

// A list as the API has it: of any kind that ends so, with items or with none.
bool is_list(const json::object& object) {
  const json::value* items = object.if_contains("items");
  const json::string* kind = text_field(object, "kind");
  if (kind == nullptr || !json::string_view(*kind).ends_with("List")) return false;
  return *kind == "List" || (items != nullptr && (items->is_array() || items->is_null()));
}

// Makes documents of what was read of one file.
class Collector {
 public:
  explicit Collector(const std::string& file) : file_(file) {}

  [[nodiscard]] model::Result<std::vector<Document>> collect(std::vector<Tree> trees) {
    for (Tree& tree : trees) {
      if (!tree.root.is_object()) {
        problem_ = Problem{tree.line, "not an object, but " + kind_of(tree.root)};
      } else {
        add(std::move(tree.root.get_object()), tree.line, tree.item_lines);
      }
      if (problem_) return model::invalid(message_of(file_, *problem_));
    }
    return std::move(documents_);
  }

  static std::string message_of(const std::string& file, const Problem& problem) {
    return file + ":" + std::to_string(problem.line) + ": " + problem.reason;
  }

 private:
  static std::string kind_of(const json::value& value) {
    if (value.is_array()) return "a list";
    return value.is_string() ? "the text " + quoted(value.get_string()) : json::serialize(value);
  }

  void add(json::object object, std::size_t line, const std::vector<std::size_t>& item_lines) {
    if (problem_) return;
    const std::string wrong = check_identity(object);
    if (!wrong.empty()) {
      problem_ = Problem{line, wrong};
    } else if (is_list(object)) {
      add_items(object, line, item_lines);
    } else if (documents_.size() == kObjectsMax) {
      problem_ = Problem{line, "more than " + std::to_string(kObjectsMax) + " objects"};
    } else {
      documents_.push_back(Document{std::move(object), file_, line});
    }
  }

  void add_items(json::object& list, std::size_t line, const std::vector<std::size_t>& item_lines) {
    const json::value* found = list.if_contains("items");
    if (found == nullptr || found->is_null()) return;
    if (!found->is_array()) {
      problem_ = Problem{line, "items must be a list"};
      return;
    }
    const json::string version = list["apiVersion"].get_string();
    json::string kind = list["kind"].get_string();
    kind.erase(kind.size() - std::string_view("List").size());
    std::size_t index = 0;
    for (json::value& item : list["items"].get_array()) {
      // Items of a list in a list have no line of their own.
      const std::size_t at = index < item_lines.size() ? item_lines[index] : line;
      if (!item.is_object()) {
        problem_ =
            Problem{at, "items[" + std::to_string(index) + "] is no object, but " + kind_of(item)};
        return;
      }
      json::object& object = item.get_object();
      if (!kind.empty()) {
        object.emplace("apiVersion", version);
        object.emplace("kind", kind);
      }
      add(std::move(object), at, {});
      ++index;
    }
  }

  const std::string& file_;
  std::vector<Document> documents_;
  std::optional<Problem> problem_;
};

model::Error file_error(const std::string& path, const std::string& reason) {
  return model::Error{model::Errc::kNotFound, path + ": " + reason};
}

model::Result<std::string> read_all(std::istream& stream, const std::string& path,
                                    std::size_t& bytes_left) {
  constexpr std::size_t kPartBytes = std::size_t{1} * 1024 * 1024;
  std::string text;
  std::string part(kPartBytes, '\0');
  while (stream) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto size = static_cast<std::size_t>(stream.gcount());
    if (size > bytes_left) {
      return model::invalid(path + ": more than " + std::to_string(kInputBytesMax) +
                            " bytes of input in all");
    }
    bytes_left -= size;
    text.append(part, 0, size);
  }
  if (stream.bad()) return file_error(path, "cannot be read");
  return text;
}

model::Result<std::vector<Document>> read_file(const std::string& path, std::size_t& bytes_left) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return file_error(path, std::strerror(errno));
  auto text = read_all(stream, path, bytes_left);
  if (!text) return text.error();
  return read_text(*text, path);
}

model::Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto extension = entry->path().extension();
    const bool wanted = extension == ".yaml" || extension == ".yml" || extension == ".json";
    if (wanted && !entry->is_directory(error)) files.push_back(entry->path().string());
  }
  if (error) return file_error(folder, error.message());
  if (files.empty()) {
    return file_error(folder, "a folder without any file *.yaml, *.yml or *.json");
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

model::Result<std::vector<Document>> read_text(std::string_view text, const std::string& file) {
  Trees trees = read_trees(text);
  if (const auto* problem = std::get_if<Problem>(&trees)) {
    return model::invalid(Collector::message_of(file, *problem));
  }
  return Collector(file).collect(std::get<std::vector<Tree>>(std::move(trees)));
}

model::Result<std::vector<Document>> read_path(const std::string& path,
                                               std::istream& standard_input,
                                               std::size_t& bytes_left) {
  if (path == "-") {
    auto text = read_all(standard_input, path, bytes_left);
    if (!text) return text.error();
    return read_text(*text, path);
  }
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return file_error(path, "no such file or folder");
  }
  if (!fs::is_directory(status)) return read_file(path, bytes_left);
  const auto files = files_of(path);
  if (!files) return files.error();
  std::vector<Document> all;
  for (const std::string& file : *files) {
    auto documents = read_file(file, bytes_left);
    if (!documents) return documents.error();
    std::ranges::move(*documents, std::back_inserter(all));
  }
  return all;
}

model::Result<json::object> yaml_to_object(std::string_view text) {
  Trees trees = read_trees(text);
  const auto at = [](const Problem& problem) {
    return model::invalid("line " + std::to_string(problem.line) + ": " + problem.reason);
  };
  if (const auto* problem = std::get_if<Problem>(&trees)) return at(*problem);
  auto& documents = std::get<std::vector<Tree>>(trees);
  if (documents.empty()) return at({1, "no object"});
  if (documents.size() > 1) return at({documents[1].line, "more than one object"});
  if (!documents.front().root.is_object()) return at({documents.front().line, "not an object"});
  return std::move(documents.front().root.get_object());
}

model::Result<std::string> yaml_to_json(std::string_view text) {
  const auto object = yaml_to_object(text);
  if (!object) return object.error();
  return json::serialize(*object);
}

}  // namespace neuron_scheduler::manifest
