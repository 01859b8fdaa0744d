// A watch in pieces: the first byte gives their size, the rest is the stream. Whatever the pieces,
// the same must come out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cluster/client/codec.hpp"

namespace {

std::string read(const std::string& stream, std::size_t piece) {
  static const auto codec = neuron_scheduler::client::make_pod_codec({});
  const auto reader = codec->watch_reader();
  std::string seen;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const std::string part = stream.substr(at, piece);
    reader->feed(part);
    while (true) {
      const auto next = reader->next();
      if (next.has_error()) return seen + next.error().message;
      if (!next->has_value()) break;
      const auto& event = **next;
      seen += std::to_string(static_cast<int>(event.type)) + event.resource_version;
      if (event.object) seen += event.object->name + event.object->decode_error.str();
    }
  }
  return seen + (reader->cut() ? "..." : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(stream, std::size_t{data[0]} + 1) != read(stream, stream.size() + 1)) std::abort();
  return 0;
}
