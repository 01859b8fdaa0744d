#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/embedded/store/names.hpp"
#include "cluster/embedded/store/status.hpp"

namespace neuron_scheduler::embedded {

// Where a value is: "spec.containers[0].resources.limits[cpu]". A chain on the stack that becomes
// text only when something is wrong there; a part must not outlive the one that it was made from,
// nor the names in it.
class Path {
 public:
  explicit Path(std::string_view root) : name_(root) {}
  [[nodiscard]] Path child(std::string_view name) const { return {this, name, 0, Kind::kChild}; }
  [[nodiscard]] Path index(std::size_t index) const { return {this, {}, index, Kind::kIndex}; }
  [[nodiscard]] Path key(std::string_view key) const { return {this, key, 0, Kind::kKey}; }
  [[nodiscard]] std::string text() const;

 private:
  enum class Kind : std::uint8_t { kChild, kIndex, kKey };
  Path(const Path* up, std::string_view name, std::size_t index, Kind kind)
      : up_(up), name_(name), index_(index), kind_(kind) {}

  const Path* up_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  Kind kind_ = Kind::kChild;
};

// What is wrong with an object, worded as apimachinery's pkg/util/validation/field does.
class Causes {
 public:
  void required(const Path& path, std::string_view detail = {});
  void forbidden(const Path& path, std::string_view detail);
  // value as it is shown: quoted() for texts, plain for numbers and flags, JSON for the rest.
  void invalid(const Path& path, const std::string& value, std::string_view detail);
  void duplicate(const Path& path, const std::string& value, std::string_view detail = {});
  void not_found(const Path& path, std::string_view value);
  void too_long(const Path& path, std::size_t bytes_max);
  void not_supported(const Path& path, std::string_view value,
                     std::span<const std::string_view> supported);
  // Each complaint as an invalid() of the text.
  void complain(const Path& path, std::string_view value, const Complaints& complaints);

  [[nodiscard]] bool empty() const { return causes_.empty(); }
  // What is added now is dropped: there are kCausesMax, or 1 MiB of messages.
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::vector<Cause> take() { return std::move(causes_); }

 private:
  void add(const Path& path, std::string_view reason, std::string message, std::string_view detail);

  std::vector<Cause> causes_;
  std::size_t bytes_ = 0;  // Of the messages.
};

}  // namespace neuron_scheduler::embedded
