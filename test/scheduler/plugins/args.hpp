#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>

#include "scheduler/args.hpp"

// Arguments of plugins, as JSON.
namespace neuron_scheduler::test {

// What is wrong with them, by make(reader) and with unknown keys; a line each.
template <class Make>
std::vector<std::string> errors_of(std::string_view json, const Make& make) {
  const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()));
  scheduler::ArgsReader args(value.get_object(), "args");
  (void)make(args);
  args.refuse_unknown();
  return args.errors();
}

// The plugin of good arguments.
template <class Make>
auto made_of(std::string_view json, const Make& make) {
  const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()));
  scheduler::ArgsReader args(value.get_object(), "args");
  return make(args);
}

}  // namespace neuron_scheduler::test
