#include "cluster/client/json_objects.hpp"

namespace neuron_scheduler::client::json {

using model::Namespace;

model::Result<model::NamespaceRef> decode_namespace(Document& document, const Value& root,
                                                    const model::AnnotationFilter& /*filter*/) {
  const Value metadata = root["metadata"];
  Namespace identity;
  identity.name = model::Name(object_name_of(metadata["name"]));
  identity.resource_version = metadata["resourceVersion"].text(kNameBytesMax);
  if (identity.name.empty()) {
    const std::string& problem = document.problem();
    return model::invalid("a namespace without metadata.name" +
                          (problem.empty() ? "" : " (" + problem + ")"));
  }
  Namespace read = identity;
  read_labels(metadata["labels"], read.labels);
  if (document.problem().empty()) return std::make_shared<const Namespace>(std::move(read));
  identity.decode_error = document.problem();
  document.forget_problem();
  return std::make_shared<const Namespace>(std::move(identity));
}

}  // namespace neuron_scheduler::client::json
