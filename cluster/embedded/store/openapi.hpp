#pragma once

#include <string>
#include <string_view>

namespace neuron_scheduler::embedded {

// The OpenAPI documents, made from the schema: /openapi/v2, /openapi/v3 and one for each group and
// version below it. They say what kubectl asks them for: which kinds there are, that
// fieldValidation is taken (so that it leaves validation to the server), and the fields' types; no
// descriptions. Null: there is no such document. It lives as long as the program.
[[nodiscard]] const std::string* openapi_document(std::string_view path);

}  // namespace neuron_scheduler::embedded
