#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/api.hpp"

namespace neuron_scheduler::embedded {

// Lists a collection page by page and then watches it, through the Api. When the watch ends it
// resumes; when the history is gone it lists again.
class Follower {
 public:
  struct Sink {
    // type: ADDED, MODIFIED or DELETED; objects of a list come as ADDED.
    std::function<void(std::string_view type, const boost::json::object& object)> on_object;
    // A list begins: what it does not name until it ends is gone.
    std::function<void()> on_list_begin;
    std::function<void()> on_list_end;
  };

  // path_and_query: of the collection, with its selectors. api must outlive it.
  Follower(Api& api, std::string path_and_query, Sink sink);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // One page of the list, or at most about bytes_max of the watch. False: there may be more.
  bool read(std::size_t bytes_max);

 private:
  bool read_page();
  void start_watch();
  bool read_lines(std::size_t bytes_max);
  // False: the watch is over with it.
  bool take_line(std::string_view line);
  [[nodiscard]] ApiAnswer get(const std::string& parameters);

  Api& api_;
  std::string target_;
  Sink sink_;
  bool lists_ = true;
  std::string continue_;  // Empty: at the first page.
  std::string version_;
  std::optional<WatchId> watch_;
  std::string lines_;
};

}  // namespace neuron_scheduler::embedded
