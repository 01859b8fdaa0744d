#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cluster/client/framing.hpp"

namespace neuron_scheduler::test {

// What a framer makes of a list that comes in pieces of this size: its items, then "!reason" if it
// broke, "end: metadata" if it ended, "more" if it wants more.
template <class Framer>
std::vector<std::string> list_texts(Framer framer, const std::string& bytes, std::size_t piece) {
  using Step = client::ListFramer::Step;
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    framer.feed(part);
    while (true) {
      const auto step = framer.next();
      if (step == Step::kNeedBytes) break;
      if (step == Step::kBroken) {
        texts.push_back("!" + framer.error());
        return texts;
      }
      if (step == Step::kEnd) {
        texts.push_back("end: " + framer.metadata());
        return texts;
      }
      texts.push_back(framer.item());
    }
  }
  texts.emplace_back("more");
  return texts;
}

}  // namespace neuron_scheduler::test
