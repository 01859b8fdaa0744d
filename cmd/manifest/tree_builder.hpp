#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

// Only for .cpp files of this folder: what the readers of YAML and of JSON have in common.
namespace neuron_scheduler::manifest {

struct Problem {
  std::size_t line = 0;
  std::string reason;
  bool at_end = false;  // Nothing is wrong but that the text ends.
};

// One document of a text, whatever it holds.
struct Tree {
  boost::json::value root;
  std::size_t line = 0;
  std::vector<std::size_t> item_lines;  // Of the elements of the root's "items".
};

using Trees = std::variant<std::vector<Tree>, Problem>;

// How a key or a value was written.
enum class KeyKind : std::uint8_t { kPlain, kMerge };

// The name of an anchored value in its text; 0: it has none.
using Anchor = std::size_t;

// What the documents of one text took so far.
struct Usage {
  std::size_t alias_bytes = 0;
  std::size_t values = 0;
};

// Takes the parts of one document in their order and makes a tree of them, within the bounds of
// manifest.hpp. After a problem it ignores what comes: the first one counts.
class TreeBuilder {
 public:
  // usage: by all documents of the same text.
  explicit TreeBuilder(Usage& usage) : usage_(usage) {}

  // Whether the next value is the key of a mapping: then key() must follow.
  [[nodiscard]] bool wants_key() const;
  // Whether the next value is an item of a list.
  [[nodiscard]] bool in_list() const;
  void key(std::string_view name, KeyKind kind, std::size_t line);
  void value(boost::json::value value, Anchor anchor, std::size_t line);
  // What the anchor stands for, once more.
  void alias(Anchor anchor, std::size_t line);
  void begin_map(Anchor anchor, std::size_t line);
  void begin_list(Anchor anchor, std::size_t line);
  void end();

  void fail(std::size_t line, std::string reason);
  [[nodiscard]] bool failed() const { return !problem_.reason.empty(); }
  [[nodiscard]] const Problem& problem() const { return problem_; }
  [[nodiscard]] Tree take();

 private:
  struct Frame {
    boost::json::value container;
    Anchor anchor = 0;
    std::size_t line = 0;
    bool has_key = false;
    KeyKind key_kind = KeyKind::kPlain;
    std::string key;
    std::set<std::string, std::less<>> merged;  // Keys that only a merge brought.
  };

  void begin(boost::json::value container, Anchor anchor, std::size_t line);
  void put(boost::json::value value, std::size_t line);
  void put_entry(Frame& frame, boost::json::value value, std::size_t line);
  void merge(Frame& frame, const boost::json::value& source, std::size_t line);
  void remember(Anchor anchor, const boost::json::value& value, std::size_t line);
  [[nodiscard]] bool charge(const boost::json::value& value, std::size_t line);

  Usage& usage_;
  std::vector<Frame> frames_;
  std::unordered_map<Anchor, boost::json::value> anchors_;
  Tree tree_;
  Problem problem_;
};

// text in quotes, cut, control characters replaced: for messages.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace neuron_scheduler::manifest
