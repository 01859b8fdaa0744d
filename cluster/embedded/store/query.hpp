#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// %XX and, in queries, + decoded; nullopt: a % without two hex digits.
enum class Plus : std::uint8_t { kKept, kIsSpace };
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, Plus plus);

// The query part of a target, read as Go does: pairs that cannot be decoded are as if absent, and
// of equal names the first counts.
class Query {
 public:
  explicit Query(std::string_view text);

  [[nodiscard]] bool has(std::string_view name) const;
  // Empty if absent.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  // Absent, "0" and "false" are false; everything else is true, "" too.
  [[nodiscard]] bool flag(std::string_view name) const;
  // 400 if it is no integer.
  [[nodiscard]] Answer<std::optional<std::int64_t>> integer(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// The query parameter timeout of all but watches: 400 unless it is a duration as Go reads it. It is
// not waited for: every answer here comes at once.
[[nodiscard]] Answer<void> check_timeout(const Query& query);

}  // namespace neuron_scheduler::embedded
