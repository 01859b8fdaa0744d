#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

// The labelSelector and fieldSelector of a request (apimachinery pkg/labels, pkg/fields).
namespace neuron_scheduler::embedded {

class LabelSelector {
 public:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kAbsent, kGreater, kLess };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
    std::int64_t bound = 0;  // kGreater, kLess

    [[nodiscard]] bool matches(const boost::json::object* labels) const;
  };

  // The text is already percent-decoded; empty selects everything. 400 if it cannot be parsed.
  [[nodiscard]] static Answer<LabelSelector> parse(std::string_view text);

  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  // object: the whole object; its metadata.labels are looked at.
  [[nodiscard]] bool matches(const boost::json::object& object) const;

 private:
  std::vector<Requirement> requirements_;
};

class FieldSelector {
 public:
  // 400 for a text that cannot be parsed and for a field that this face does not select by.
  [[nodiscard]] static Answer<FieldSelector> parse(Face face, std::string_view text);

  [[nodiscard]] bool empty() const { return terms_.empty(); }
  // object: in the stored form, which for events is that of Face::kCoreEvents.
  [[nodiscard]] bool matches(const boost::json::object& object) const;
  // The value that the field must have; nullopt if it is not fixed: for choosing by an index
  // ("metadata.name", "metadata.namespace", "spec.nodeName").
  [[nodiscard]] std::optional<std::string_view> required(std::string_view field) const;

 private:
  struct Term {
    std::string_view field;  // Of a table in field_selector.cpp.
    std::string value;
    bool equal = true;
  };

  std::vector<Term> terms_;
};

}  // namespace neuron_scheduler::embedded
