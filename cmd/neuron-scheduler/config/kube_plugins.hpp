#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "scheduler/args.hpp"

namespace neuron_scheduler::config {

// Why a plugin of this name cannot be enabled; empty: it is built.
[[nodiscard]] std::string why_not_enabled(std::string_view name);

// Whether the name is one of ours or of kube-scheduler's own plugins.
[[nodiscard]] bool is_known_plugin(std::string_view name);

// Reads the arguments of a plugin that kube-scheduler has and we have not: everything but its
// defaults is a mistake.
void check_defaults(std::string_view name, scheduler::ArgsReader& args);

// Takes away what is as kube-scheduler's default: it asks for nothing, whether we read it or not.
void drop_defaults(std::string_view name, boost::json::object& args);

}  // namespace neuron_scheduler::config
