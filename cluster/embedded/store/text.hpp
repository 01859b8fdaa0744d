#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// Texts as Go writes them, and looking into JSON.
namespace neuron_scheduler::embedded {

// As Go's %q: in double quotes; quotes, backslashes, control characters and broken UTF-8 escaped.
[[nodiscard]] std::string quoted(std::string_view text);
// What is no UTF-8 becomes U+FFFD, byte by byte, as Go's JSON encoder writes it.
[[nodiscard]] std::string valid_utf8(std::string_view text);
[[nodiscard]] std::string join(std::span<const std::string> texts, std::string_view separator);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trimmed(std::string_view text);  // Of spaces and tabs.

// Members of objects: null (or empty) where the member is missing or of another type. They are gone
// once the object itself is written to, even where that member existed: Boost.JSON 1.81 reserves
// room before it looks.
[[nodiscard]] const boost::json::object* object_in(const boost::json::object& object,
                                                   std::string_view key);
[[nodiscard]] boost::json::object* object_in(boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::array* array_in(const boost::json::object& object,
                                                 std::string_view key);
[[nodiscard]] boost::json::array* array_in(boost::json::object& object, std::string_view key);
[[nodiscard]] std::string_view text_in(const boost::json::object& object, std::string_view key);
[[nodiscard]] std::string_view text_of(const boost::json::value& value);
[[nodiscard]] std::int64_t integer_in(const boost::json::object& object, std::string_view key,
                                      std::int64_t otherwise = 0);
[[nodiscard]] bool flag_in(const boost::json::object& object, std::string_view key);
// Calls with each element that is an object, and its index.
template <class Visit>
void each_object(const boost::json::object& object, std::string_view key, const Visit& visit) {
  const boost::json::array* items = array_in(object, key);
  if (items == nullptr) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (const auto* item = (*items)[i].if_object()) visit(*item, i);
  }
}

}  // namespace neuron_scheduler::embedded
