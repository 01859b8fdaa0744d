#include "cmd/manifest/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "cmd/manifest/manifest.hpp"

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;

// What Boost.JSON's parser says, handed to a TreeBuilder. Names and results are the parser's.
struct Handler {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  using Code = json::error_code;

  explicit Handler(Usage& usage) : builder(usage) {}

  bool on_document_begin(Code& /*error*/) { return true; }
  bool on_document_end(Code& /*error*/) { return true; }
  bool on_object_begin(Code& error) {
    builder.begin_map(0, line);
    return go_on(error);
  }
  bool on_object_end(std::size_t /*size*/, Code& error) {
    builder.end();
    return go_on(error);
  }
  bool on_array_begin(Code& error) {
    builder.begin_list(0, line);
    return go_on(error);
  }
  bool on_array_end(std::size_t /*size*/, Code& error) {
    builder.end();
    return go_on(error);
  }
  bool on_key_part(json::string_view part, std::size_t /*size*/, Code& /*error*/) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, Code& error) {
    text.append(part.data(), part.size());
    builder.key(text, KeyKind::kPlain, line);
    text.clear();
    return go_on(error);
  }
  bool on_string_part(json::string_view part, std::size_t /*size*/, Code& /*error*/) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t /*size*/, Code& error) {
    text.append(part.data(), part.size());
    const bool fine = value(json::value(text), error);
    text.clear();
    return fine;
  }
  bool on_number_part(json::string_view part, Code& /*error*/) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view /*part*/, Code& error) {
    text.clear();
    return value(number, error);
  }
  bool on_uint64(std::uint64_t number, json::string_view /*part*/, Code& error) {
    text.clear();
    return value(number, error);
  }
  // The parser's own number may be off in its last bit.
  bool on_double(double number, json::string_view part, Code& error) {
    text.append(part.data(), part.size());
    std::from_chars(text.data(), text.data() + text.size(), number);
    if (!std::isfinite(number)) builder.fail(line, "the number " + quoted(text) + " is too large");
    text.clear();
    return value(number, error);
  }
  bool on_bool(bool truth, Code& error) { return value(truth, error); }
  bool on_null(Code& error) { return value(nullptr, error); }
  bool on_comment_part(json::string_view /*part*/, Code& /*error*/) { return true; }
  bool on_comment(json::string_view /*part*/, Code& /*error*/) { return true; }

  bool value(json::value value, Code& error) {
    builder.value(std::move(value), 0, line);
    return go_on(error);
  }
  // The builder knows why; the parser only has to stop.
  bool go_on(Code& error) const {
    if (builder.failed()) error = json::error::exception;
    return !builder.failed();
  }

  TreeBuilder builder;
  std::size_t line = 1;
  std::string text;
};

// The parser does not say where it is, so it is fed line by line.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] Trees read() {
    std::vector<Tree> trees;
    while (skip_blanks()) {
      auto tree = read_value();
      if (auto* problem = std::get_if<Problem>(&tree)) return std::move(*problem);
      trees.push_back(std::get<Tree>(std::move(tree)));
    }
    return trees;
  }

 private:
  bool skip_blanks() {
    const auto end = std::min(rest_.find_first_not_of(" \t\n"), rest_.size());
    line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, end), '\n'));
    rest_.remove_prefix(end);
    return !rest_.empty();
  }

  std::variant<Tree, Problem> read_value() {
    json::parse_options options;
    options.max_depth = kDepthMax + 1;  // So that the builder is the one to say it.
    json::basic_parser<Handler> parser(options, usage_);
    Handler& handler = parser.handler();
    while (!parser.done()) {
      const auto size = std::min(rest_.find('\n'), rest_.size() - 1) + 1;
      json::error_code error;
      handler.line = line_;
      // Behind the end of the text the parser learns that there is no more.
      const bool more = !rest_.empty();
      const std::size_t used = parser.write_some(more, rest_.data(), more ? size : 0, error);
      if (handler.builder.failed()) return handler.builder.problem();
      if (!more) return Problem{line_, "not JSON: ends in the middle of a value", true};
      if (error) return Problem{line_, "not JSON: " + error.message(), false};
      line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, used), '\n'));
      rest_.remove_prefix(used);
    }
    return handler.builder.take();
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  Usage usage_;
};

}  // namespace

Trees read_json(std::string_view text) { return Reader(text).read(); }

}  // namespace neuron_scheduler::manifest
