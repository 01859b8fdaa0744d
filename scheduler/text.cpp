#include "scheduler/text.hpp"

namespace neuron_scheduler::scheduler {

std::string truncated(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kSuffix = " ...";
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t size = bytes_max - kSuffix.size();
  // Bytes 10xxxxxx continue a UTF-8 character: what would follow the cut must begin one.
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return std::string(text.substr(0, size)).append(kSuffix);
}

}  // namespace neuron_scheduler::scheduler
