#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/query.hpp"
#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/status.hpp"

// The options of requests, read and checked as a real server does (apimachinery
// pkg/apis/meta/internalversion/validation, pkg/apis/meta/v1/validation).
namespace neuron_scheduler::embedded {

struct ListOptions {
  enum class Match : std::uint8_t { kUnset, kExact, kNotOlderThan };

  std::optional<std::uint64_t> resource_version;
  Match match = Match::kUnset;
  std::size_t limit = 0;  // 0: none.
  std::string_view continuation;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<bool> send_initial_events;
  bool bookmarks = false;
};

// Of get and watch a real server answers a resourceVersion that is no number with a plain 500.
enum class ListUse : std::uint8_t { kList, kWatch, kGet };
[[nodiscard]] Answer<std::optional<std::uint64_t>> read_resource_version(const Query& query,
                                                                         ListUse use);
// The views are into the query. streamed_lists: as ApiOptions has it.
[[nodiscard]] Answer<ListOptions> read_list_options(const Query& query, ListUse use,
                                                    bool streamed_lists);

struct WriteOptions {
  bool dry_run = false;
  FieldValidation validation = FieldValidation::kWarn;
};
// kind: CreateOptions, UpdateOptions or PatchOptions.
[[nodiscard]] Answer<WriteOptions> read_write_options(const Query& query, std::string_view kind);

struct DeleteOptions {
  bool dry_run = false;
  std::optional<std::int64_t> grace_seconds;
  std::optional<std::string> uid;
  std::optional<std::string> resource_version;
};
// From the body, or, if there is none, from the query. What becomes of dependents (propagation) is
// checked, and is nothing to this server, which owns none.
[[nodiscard]] Answer<DeleteOptions> read_delete_options(const boost::json::object& body,
                                                        const Query& query);

}  // namespace neuron_scheduler::embedded
