#include "cmd/manifest/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "cmd/manifest/manifest.hpp"
#include "cmd/manifest/text_check.hpp"
#include "cmd/manifest/yaml_scalar.hpp"

namespace neuron_scheduler::manifest {
namespace {

namespace json = boost::json;

constexpr std::string_view kPlainTag = "?";
constexpr std::string_view kQuotedTag = "!";
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

// A document as yaml-cpp reads it. It keeps what it has read until it knows what that is, at some
// hundred bytes for each bracket; so the text ends for it if it goes too far.
class Source final : public std::streambuf {
 public:
  explicit Source(std::string_view text) : text_(text) {}

  // What was read is known now.
  void proceed() { known_ = given_; }
  [[nodiscard]] bool too_far() const { return too_far_; }

 private:
  int_type underflow() override {
    constexpr std::size_t kBlockBytes = 4096;
    too_far_ |= given_ - known_ > kYamlPartBytesMax;
    if (too_far_) return traits_type::eof();
    if (given_ < text_.size()) {
      const std::string_view block = text_.substr(given_, kBlockBytes);
      block_.assign(block);
    } else if (given_ == text_.size()) {
      // A comment at the end: without it yaml-cpp sees no difference between a quotation that ends
      // with the text and one that is never closed.
      block_ = text_.ends_with('\n') ? "#" : "\n#";
    } else {
      return traits_type::eof();
    }
    given_ += block_.size();
    setg(block_.data(), block_.data(), block_.data() + block_.size());
    return traits_type::to_int_type(block_.front());
  }

  const std::string_view text_;
  std::string block_;
  std::size_t given_ = 0;
  std::size_t known_ = 0;
  bool too_far_ = false;
};

// What yaml-cpp says about one document, handed to a TreeBuilder.
class Events final : public YAML::EventHandler {
 public:
  // text: the document; line_offset: of it in the whole text.
  Events(TreeBuilder& builder, Source& source, std::string_view text, std::size_t line_offset)
      : builder_(builder), source_(source), text_(text), line_offset_(line_offset) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    proceed(mark);
    if (builder_.wants_key()) return fail(mark, "a key is empty");
    if (is_forgotten(mark)) return;
    builder_.value(nullptr, anchor, line_of(mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    proceed(mark);
    if (builder_.wants_key()) return fail(mark, "an alias cannot be a key here");
    builder_.alias(anchor, line_of(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& written) override {
    proceed(mark);
    // yaml-cpp makes one byte, 0x85 or 0xA0, of \N and \_.
    const std::string text = with_lone_bytes(written);
    if (builder_.wants_key()) return on_key(mark, tag, text);
    auto value = tag == kPlainTag ? plain_scalar(text) : tagged(mark, tag, text);
    if (!value) return fail(mark, quoted(text) + " is no value that JSON can hold");
    builder_.value(std::move(*value), anchor, line_of(mark));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    proceed(mark);
    check_collection(mark, tag, "seq");
    builder_.begin_list(anchor, line_of(mark));
  }
  void OnSequenceEnd() override { builder_.end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    proceed(mark);
    check_collection(mark, tag, "map");
    builder_.begin_map(anchor, line_of(mark));
  }
  void OnMapEnd() override { builder_.end(); }

  [[nodiscard]] std::size_t line_of(const YAML::Mark& mark) const {
    return line_offset_ + static_cast<std::size_t>(mark.line) + 1;
  }
  // What is said after the source ended too early is wrong.
  void check_source() {
    if (!source_.too_far()) return;
    fail(last_, "a text, {} or [] of more than " + std::to_string(kYamlPartBytesMax) + " bytes");
  }
  // Of what came last.
  [[nodiscard]] std::size_t line() const { return line_of(last_); }

 private:
  void proceed(const YAML::Mark& mark) {
    check_source();
    source_.proceed();
    last_ = mark;
  }

  void fail(const YAML::Mark& mark, std::string reason) {
    builder_.fail(line_of(mark), std::move(reason));
  }

  // yaml-cpp takes an item that is not there for null; go-yaml, as the standard, for a mistake.
  bool is_forgotten(const YAML::Mark& mark) {
    const auto at = static_cast<std::size_t>(mark.pos);
    if (builder_.in_list() && at < text_.size() && text_[at] == ',') {
      fail(mark, "not YAML: nothing between commas");
    }
    return builder_.failed();
  }

  void on_key(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
    if (tag == kPlainTag && text == "<<") {
      return builder_.key(text, KeyKind::kMerge, line_of(mark));
    }
    const auto name = tag == kPlainTag ? plain_key(text) : std::optional(text);
    if (!name) return fail(mark, "the key " + quoted(text) + " is no string");
    builder_.key(*name, KeyKind::kPlain, line_of(mark));
  }

  std::optional<json::value> tagged(const YAML::Mark& mark, std::string_view tag,
                                    const std::string& text) {
    if (tag == kQuotedTag) return json::value(text);
    const std::string_view name = tag.starts_with(kTagPrefix) ? tag.substr(kTagPrefix.size()) : "";
    if (name == "str") return json::value(text);
    auto value = plain_scalar(text);
    const bool right =
        value && ((name == "int" && (value->is_int64() || value->is_uint64())) ||
                  (name == "float" && value->is_number()) || (name == "bool" && value->is_bool()) ||
                  (name == "null" && value->is_null()));
    if (!right) fail(mark, "the tag " + quoted(tag) + " is not supported with " + quoted(text));
    return value;
  }

  void check_collection(const YAML::Mark& mark, std::string_view tag, std::string_view right) {
    if (builder_.wants_key()) return fail(mark, "a key must be a string");
    const bool fine = tag == kPlainTag || tag.empty() ||
                      (tag.starts_with(kTagPrefix) && tag.substr(kTagPrefix.size()) == right);
    if (!fine) fail(mark, "the tag " + quoted(tag) + " is not supported");
  }

  TreeBuilder& builder_;
  Source& source_;
  const std::string_view text_;
  const std::size_t line_offset_;
  YAML::Mark last_;
};

// yaml-cpp's words say what its parser wanted, not what one may have written.
std::string explained(const std::string& message) {
  struct Words {
    std::string_view theirs;
    const char* ours;
  };
  static constexpr std::array<Words, 6> kWords = {{
      {"end of map not found", "no key with ':' where one must be (indentation?)"},
      {"end of sequence not found", "no '- ' where one must be (indentation?)"},
      {"illegal map value", "a ':' where none can be (indentation, or quotes missing?)"},
      {"illegal EOF in scalar", "a quotation is not closed"},
      {"end of sequence flow not found", "a [ is not closed"},
      {"end of map flow not found", "a { is not closed"},
  }};
  const auto* const found = std::ranges::find(kWords, std::string_view(message), &Words::theirs);
  return "not YAML: " + (found == kWords.end() ? message : std::string(found->ours));
}

// Only where a second document begins that nothing separates from the first.
class SecondDocument final : public YAML::EventHandler {
 public:
  [[nodiscard]] std::optional<YAML::Mark> start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*text*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  std::optional<YAML::Mark> start_;
};

class Reader {
 public:
  [[nodiscard]] Trees read(std::string_view text) {
    std::size_t begin = 0;
    std::size_t begin_line = 0;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size(); ++line) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      const std::string_view words = text.substr(at, end - at);
      if (separates(words)) {
        read_document(text.substr(begin, at - begin), begin_line);
        check_separator(words, line);
        begin = end;
        begin_line = line + 1;
      }
      if (problem_) return *problem_;
      at = end;
    }
    read_document(text.substr(begin), begin_line);
    if (problem_) return *problem_;
    return std::move(trees_);
  }

 private:
  // A line that begins with --- or ... always is one, in quotes, too (YAML 1.2, 9.1.2).
  static bool separates(std::string_view line) {
    if (!line.starts_with("---") && !line.starts_with("...")) return false;
    return line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\n';
  }

  // As kubectl: what stands behind --- would be a part of the document.
  void check_separator(std::string_view line, std::size_t number) {
    const auto rest = line.find_first_not_of(" \t\n", 3);
    if (problem_ || rest == std::string_view::npos || line[rest] == '#') return;
    problem_ = Problem{number + 1, "only a comment may follow " + std::string(line.substr(0, 3))};
  }

  // Directives have no effect here. Behind the beginning of a document yaml-cpp would end it there.
  bool has_content(std::string_view text, std::size_t line) {
    bool content = false;
    while (!text.empty()) {
      ++line;
      const std::string_view words = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(words.size() + 1, text.size()));
      const bool directive = words.starts_with('%');
      if (directive && content) {
        problem_ = Problem{line, "not YAML: a line must not begin with %"};
        return false;
      }
      const auto first = words.find_first_not_of(" \t");
      content |= !directive && first != std::string_view::npos && words[first] != '#';
    }
    return content;
  }

  void read_document(std::string_view text, std::size_t line_offset) {
    if (!has_content(text, line_offset)) return;
    TreeBuilder builder(usage_);
    Source source(text);
    Events events(builder, source, text, line_offset);
    parse(source, events, builder);
    if (builder.failed()) {
      problem_ = builder.problem();
    } else if (Tree tree = builder.take(); !tree.root.is_null()) {
      trees_.push_back(std::move(tree));
    }
  }

  static void parse(Source& source, Events& events, TreeBuilder& builder) {
    std::optional<Problem> problem;
    try {
      std::istream stream(&source);
      YAML::Parser parser(stream);
      parser.HandleNextDocument(events);
      SecondDocument second;
      if (!builder.failed() && parser.HandleNextDocument(second) && second.start()) {
        problem = Problem{events.line_of(*second.start()),
                          "not YAML: this does not belong to what stands before it (indentation?)",
                          false};
      }
    } catch (const YAML::Exception& error) {
      const std::size_t line = error.mark.is_null() ? events.line() : events.line_of(error.mark);
      problem = Problem{line, explained(error.msg), false};
    }
    events.check_source();
    if (problem) builder.fail(problem->line, problem->reason);
  }

  Usage usage_;
  std::vector<Tree> trees_;
  std::optional<Problem> problem_;
};

}  // namespace

Trees read_yaml(std::string_view text) { return Reader().read(text); }

}  // namespace neuron_scheduler::manifest
