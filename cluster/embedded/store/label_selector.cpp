#include <algorithm>

#include <boost/json/string.hpp>

#include "cluster/embedded/store/names.hpp"
#include "cluster/embedded/store/selectors.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/model/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

using Operator = LabelSelector::Operator;

enum class Token : std::uint8_t {
  kEnd,
  kWord,
  kIn,
  kNotIn,
  kComma,
  kOpen,
  kClose,
  kNot,
  kOperator,
  kError
};

struct Item {
  Token token = Token::kEnd;
  std::string_view text;
};

bool is_special(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

Token special_token(std::string_view text) {
  if (text == ",") return Token::kComma;
  if (text == "(") return Token::kOpen;
  if (text == ")") return Token::kClose;
  return text == "!" ? Token::kNot : Token::kOperator;
}

// Words in both places where a keyword may also be a name.
bool is_name(Token token) {
  return token == Token::kWord || token == Token::kIn || token == Token::kNotIn;
}

std::string quoted_plain(std::string_view text) { return "'" + std::string(text) + "'"; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  // False: failure is set.
  bool parse(std::vector<LabelSelector::Requirement>& requirements) {
    if (next_.token == Token::kEnd) return true;
    if (!is_name(next_.token) && next_.token != Token::kNot) {
      return fail_at(next_, ", expected: !, identifier, or 'end of string'");
    }
    while (true) {
      LabelSelector::Requirement requirement;
      if (!parse_requirement(requirement)) {
        failure = "unable to parse requirement: " + failure;
        return false;
      }
      requirements.push_back(std::move(requirement));
      const Item separator = take();
      if (separator.token == Token::kEnd) return true;
      if (separator.token != Token::kComma) {
        return fail_at(separator, ", expected: ',' or 'end of string'");
      }
      if (!is_name(next_.token) && next_.token != Token::kNot) {
        return fail_at(next_, ", expected: identifier after ','");
      }
    }
  }

  std::string failure;

 private:
  void advance() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    const std::size_t start = at_;
    if (start == text_.size()) {
      next_ = {};
      return;
    }
    if (is_special(text_[at_])) {
      ++at_;
      // "==" and "!=" are the only ones of two characters.
      const char first = text_[start];
      const bool two = at_ < text_.size() && text_[at_] == '=' && (first == '=' || first == '!');
      if (two) ++at_;
      const std::string_view text = text_.substr(start, at_ - start);
      next_ = {special_token(text), text};
      return;
    }
    while (at_ < text_.size() && !is_special(text_[at_]) && !is_space(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    next_ = {Token::kWord, word};
    if (word == "in") next_.token = Token::kIn;
    if (word == "notin") next_.token = Token::kNotIn;
  }

  Item take() {
    const Item item = next_;
    advance();
    return item;
  }

  bool fail(std::string message) {
    failure = std::move(message);
    return false;
  }
  bool fail_at(const Item& item, std::string_view expected) {
    return fail("found " + quoted_plain(item.text) + std::string(expected));
  }

  bool parse_requirement(LabelSelector::Requirement& requirement) {
    const bool absent = next_.token == Token::kNot;
    if (absent) advance();
    const Item key = take();
    if (!is_name(key.token)) return fail_at(key, ", expected: identifier");
    if (const Complaints wrong = check_label_key(key.text); !wrong.empty()) {
      return fail("<nil>: Invalid value: " + quoted(key.text) + ": " + join(wrong, "; "));
    }
    requirement.key = key.text;
    requirement.op = absent ? Operator::kAbsent : Operator::kExists;
    if (absent || next_.token == Token::kEnd || next_.token == Token::kComma) return true;
    const Item op = take();
    const bool valued = op.token == Token::kIn || op.token == Token::kNotIn;
    if (!valued && op.token != Token::kOperator) {
      return fail_at(op, ", expected: in, notin, =, ==, !=, gt, lt");
    }
    const bool parsed = valued ? parse_values(requirement.values) : parse_value(requirement.values);
    if (!parsed) return false;
    requirement.op = Operator::kIn;
    if (op.text == "notin" || op.text == "!=") requirement.op = Operator::kNotIn;
    if (op.text == ">") requirement.op = Operator::kGreater;
    if (op.text == "<") requirement.op = Operator::kLess;
    return check_values(requirement);
  }

  bool parse_value(std::vector<std::string>& values) {
    if (next_.token == Token::kEnd || next_.token == Token::kComma) {
      values.emplace_back();
      return true;
    }
    const Item value = take();
    if (!is_name(value.token)) return fail_at(value, ", expected: identifier");
    values.emplace_back(value.text);
    return true;
  }

  bool parse_values(std::vector<std::string>& values) {
    const Item open = take();
    if (open.token != Token::kOpen) return fail_at(open, " expected: '('");
    if (next_.token == Token::kClose) {
      advance();
      values.emplace_back();
      return true;
    }
    if (!is_name(next_.token) && next_.token != Token::kComma) {
      return fail_at(next_, ", expected: ',', ')' or identifier");
    }
    // Commas separate values, which may be empty.
    while (true) {
      if (is_name(next_.token)) {
        values.emplace_back(take().text);
        if (next_.token != Token::kComma && next_.token != Token::kClose) {
          return fail_at(next_, ", expected: ',' or ')'");
        }
      } else if (next_.token == Token::kComma || next_.token == Token::kClose) {
        values.emplace_back();
      } else {
        return fail_at(next_, ", expected: ',', or identifier");
      }
      if (take().token == Token::kClose) break;
    }
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    return true;
  }

  bool check_values(LabelSelector::Requirement& requirement) {
    std::vector<std::string> wrong;
    if (requirement.op == Operator::kGreater || requirement.op == Operator::kLess) {
      const std::string& value = requirement.values.front();
      const auto bound = model::parse_integer(value);
      if (!bound) {
        wrong.push_back("values[0]: Invalid value: " + quoted(value) +
                        ": for 'Gt', 'Lt' operators, the value must be an integer");
      }
      requirement.bound = bound.value_or(0);
    }
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const std::string& value = requirement.values[i];
      const Complaints complaints = check_label_value(value);
      if (complaints.empty()) continue;
      wrong.push_back("values[" + std::to_string(i) + "][" + requirement.key +
                      "]: Invalid value: " + quoted(value) + ": " + join(complaints, "; "));
    }
    if (wrong.empty()) return true;
    return fail(wrong.size() == 1 ? wrong.front() : "[" + join(wrong, ", ") + "]");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Item next_;
};

}  // namespace

bool LabelSelector::Requirement::matches(const boost::json::object* labels) const {
  const auto* found = labels == nullptr ? nullptr : labels->if_contains(key);
  switch (op) {
    case Operator::kExists:
      return found != nullptr;
    case Operator::kAbsent:
      return found == nullptr;
    case Operator::kIn:
      return found != nullptr && std::ranges::find(values, text_of(*found)) != values.end();
    case Operator::kNotIn:
      return found == nullptr || std::ranges::find(values, text_of(*found)) == values.end();
    default:
      break;
  }
  const auto number = found == nullptr ? std::nullopt : model::parse_integer(text_of(*found));
  if (!number) return false;
  return op == Operator::kGreater ? *number > bound : *number < bound;
}

Answer<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  Parser parser(text);
  if (!parser.parse(selector.requirements_)) return bad_request(parser.failure);
  return selector;
}

bool LabelSelector::matches(const boost::json::object& object) const {
  if (requirements_.empty()) return true;
  const auto* metadata = object_in(object, "metadata");
  const auto* labels = metadata == nullptr ? nullptr : object_in(*metadata, "labels");
  return std::ranges::all_of(requirements_,
                             [&](const Requirement& one) { return one.matches(labels); });
}

}  // namespace neuron_scheduler::embedded
