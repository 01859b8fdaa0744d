#pragma once

#include "cluster/model/name_rules.hpp"

// The validators' short names for the forms of names.
namespace neuron_scheduler::embedded {

using model::check_dns_label;
using model::check_dns_subdomain;
using model::check_env_name;
using model::check_label_key;
using model::check_label_value;
using model::check_path_segment;
using model::check_port_name;
using model::Complaints;

}  // namespace neuron_scheduler::embedded
