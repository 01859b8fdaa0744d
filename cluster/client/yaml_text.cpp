#include "cluster/client/yaml_text.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>

namespace neuron_scheduler::client {
namespace {

// Walks over a document before anything is built of it.
class Guard final : public YAML::EventHandler {
 public:
  [[nodiscard]] const std::string& problem() const { return problem_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, "aliases are not allowed");
  }
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    deeper(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    deeper(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void deeper(const YAML::Mark& mark) {
    if (++depth_ > kYamlDepthMax) fail(mark, "is nested too deeply");
  }
  void fail(const YAML::Mark& mark, const std::string& reason) {
    if (problem_.empty()) problem_ = "line " + std::to_string(mark.line + 1) + ": " + reason;
  }

  int depth_ = 0;
  std::string problem_;
};

bool is_number(const std::string& text) {
  double ignored = 0;
  return YAML::convert<double>::decode(YAML::Node(text), ignored);
}

bool is_boolean(const std::string& text) {
  return text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" ||
         text == "FALSE";
}

}  // namespace

model::Result<YamlDocument> parse_yaml(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Guard guard;
    if (!parser.HandleNextDocument(guard)) return model::invalid("is empty");
    if (!guard.problem().empty()) return model::invalid(guard.problem());
    Guard next;
    if (parser.HandleNextDocument(next)) return model::invalid("has more than one document");
    return YamlDocument{YAML::Load(std::string(text))};
  } catch (const YAML::Exception& error) {
    const std::string line =
        error.mark.is_null() ? "" : "line " + std::to_string(error.mark.line + 1) + ": ";
    return model::invalid(line + "not YAML: " + error.msg);
  }
}

YamlField::YamlField(const YAML::Node& node, std::string path, std::string& problem)
    : node_(node), path_(std::move(path)), problem_(&problem) {}

YamlField YamlField::operator[](const std::string& key) const {
  std::string path = path_.empty() ? key : path_ + "." + key;
  if (exists() && !node_.IsMap()) fail("must be a mapping");
  const bool has = exists() && node_.IsMap();
  const YAML::Node& map = node_;
  return {has ? map[key] : YAML::Node(), std::move(path), *problem_};
}

std::size_t YamlField::size() const {
  if (!exists()) return 0;
  if (node_.IsSequence()) return node_.size();
  fail("must be a list");
  return 0;
}

YamlField YamlField::at(std::size_t index) const {
  const YAML::Node& list = node_;
  return {list[index], path_ + "[" + std::to_string(index) + "]", *problem_};
}

std::string YamlField::text() const {
  if (!exists()) return {};
  const bool plain = node_.IsScalar() && node_.Tag() == "?";
  if (node_.IsScalar() && !(plain && (is_number(node_.Scalar()) || is_boolean(node_.Scalar())))) {
    return node_.Scalar();
  }
  fail("must be a string");
  return {};
}

bool YamlField::boolean() const {
  if (!exists()) return false;
  if (node_.IsScalar() && node_.Tag() == "?" && is_boolean(node_.Scalar())) {
    return node_.Scalar().front() == 't' || node_.Scalar().front() == 'T';
  }
  fail("must be true or false");
  return false;
}

void YamlField::fail(const std::string& reason) const {
  if (problem_->empty()) *problem_ = path_.empty() ? reason : path_ + ": " + reason;
}

}  // namespace neuron_scheduler::client
