// A list in pieces: the first byte gives their size, the rest is the stream. Whatever the pieces,
// the same must come out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cluster/client/codec.hpp"
#include "cluster/client/framing.hpp"
#include "cluster/client/protobuf_framing.hpp"
#include "test/client/list_texts.hpp"

namespace {

using neuron_scheduler::client::ListFramer;
using neuron_scheduler::test::list_texts;

ListFramer::Limits small() {
  ListFramer::Limits limits;
  limits.item_bytes_max = 512;
  limits.metadata_bytes_max = 128;
  limits.key_bytes_max = 32;
  limits.depth_max = 16;
  return limits;
}

void decode(const std::string& stream, std::size_t piece) {
  static const auto codec = neuron_scheduler::client::make_pod_codec({});
  const auto reader = codec->list_reader();
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const std::string part = stream.substr(at, piece);
    reader->feed(part);
    while (true) {
      const auto next = reader->next();
      if (next.has_error()) return;
      if (*next == nullptr) break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = std::size_t{data[0]} + 1;
  const auto same_in_pieces = [&](const auto& framer) {
    if (list_texts(framer, stream, piece) != list_texts(framer, stream, stream.size() + 1)) {
      std::abort();
    }
  };
  same_in_pieces(ListFramer(small()));
  same_in_pieces(neuron_scheduler::client::protobuf::ListFramer("Pod", small()));
  decode(stream, piece);
  return 0;
}
