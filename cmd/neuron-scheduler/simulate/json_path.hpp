#pragma once

#include <initializer_list>
#include <string_view>

#include <boost/json/object.hpp>

// Reading and changing objects whose fields may have any type.
namespace neuron_scheduler::simulate {

using Path = std::initializer_list<std::string_view>;

// Null: there is nothing, or null, or something on the way there is no object.
[[nodiscard]] const boost::json::value* find(const boost::json::object& object, Path path);
// "" if there is no text.
[[nodiscard]] std::string_view text_at(const boost::json::object& object, Path path);
// Null: no object.
[[nodiscard]] const boost::json::object* object_at(const boost::json::object& object, Path path);
// Null: no list.
[[nodiscard]] const boost::json::array* list_at(const boost::json::object& object, Path path);
// The object in a field, made if there is nothing or null; null if something else is there.
[[nodiscard]] boost::json::object* make_object(boost::json::object& object, std::string_view key);
// The same with a list.
[[nodiscard]] boost::json::array* make_list(boost::json::object& object, std::string_view key);
// Sets a field unless something other than null is there.
void set_default(boost::json::object& object, std::string_view key, boost::json::value value);

}  // namespace neuron_scheduler::simulate
