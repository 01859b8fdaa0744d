#include "cluster/embedded/store/body.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// Enough for any object of the served kinds, little enough for every recursion over it.
constexpr std::size_t kDepthMax = 64;
// More than a patch can make of it (json_patch.cpp).
constexpr std::size_t kStoredDepthMax = 256;

bool is_json(std::string_view content_type) {
  const std::string_view type = media_type(content_type);
  return type.empty() || type == "application/json";
}

Answer<json::value> parse(std::string_view text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error, own_storage(text.size()), body_parse_options());
  if (error) return bad_request(error.message());
  return parsed;
}

}  // namespace

json::parse_options body_parse_options() {
  json::parse_options options;
  options.max_depth = kDepthMax;
  return options;
}

json::parse_options stored_parse_options() {
  json::parse_options options;
  options.max_depth = kStoredDepthMax;
  return options;
}

json::storage_ptr own_storage(std::size_t text_bytes) {
  constexpr std::size_t kFirstMin = 1024;
  constexpr std::size_t kFirstMax = std::size_t{64} * 1024;
  // A tree of a usual object takes three times its text.
  return json::make_shared_resource<json::monotonic_resource>(
      std::clamp(text_bytes * 3, kFirstMin, kFirstMax));
}

std::string_view media_type(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

Answer<json::object> read_object(const FaceInfo& face, const ApiRequest& request) {
  if (!is_json(request.content_type)) return unsupported_body_type();
  if (request.body.size() > kBodyBytesMax) return body_too_large(kBodyBytesMax);
  if (request.body.empty()) {
    return unreadable_body(face, "unexpected end of JSON input", "<empty>");
  }
  auto parsed = parse(request.body);
  if (parsed.has_error()) return unreadable_body(face, parsed.error().message, request.body);
  if (parsed->is_null()) return json::object{};  // As Go decodes it.
  json::object* const object = parsed->if_object();
  if (object == nullptr) {
    return unreadable_body(face, "json: the body is not an object", request.body);
  }
  return std::move(*object);
}

Answer<json::value> read_patch(const ApiRequest& request) {
  if (request.body.size() > kBodyBytesMax) return body_too_large(kBodyBytesMax);
  auto parsed = parse(request.body);
  if (parsed.has_error()) return bad_request("invalid JSON patch");
  return parsed;
}

Answer<json::object> read_delete_options(const ApiRequest& request) {
  if (request.body.empty()) return json::object{};
  if (!is_json(request.content_type)) return unsupported_body_type();
  if (request.body.size() > kBodyBytesMax) return body_too_large(kBodyBytesMax);
  auto parsed = parse(request.body);
  json::object* const object = parsed.has_value() ? parsed->if_object() : nullptr;
  if (object == nullptr) {
    return bad_request(
        "couldn't get version/kind; json parse error: " +
        (parsed.has_error() ? parsed.error().message : std::string{"the body is not an object"}));
  }
  const std::string_view kind = text_in(*object, "kind");
  if (!kind.empty() && kind != "DeleteOptions") {
    return bad_request("no kind " + quoted(kind) + " is registered for version \"v1\"");
  }
  std::vector<std::string> warnings;
  const auto decoded = decode(delete_options_type(), FieldValidation::kIgnore, *object, warnings);
  if (decoded.has_error()) return decoded.error();
  return std::move(*object);
}

}  // namespace neuron_scheduler::embedded
