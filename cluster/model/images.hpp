#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

// One of the names by which a node knows an image that it has.
struct NodeImage {
  Name name;
  std::int64_t size_bytes = 0;
  friend bool operator==(const NodeImage&, const NodeImage&) = default;
};

// A pod's image as nodes name it: without tag and digest it is the tag `latest`.
[[nodiscard]] Name normalized_image_name(std::string_view name);

// Which images the cluster's nodes have, and how many nodes have each.
class ImageCounts {
 public:
  struct Image {
    std::int64_t size_bytes = 0;  // As the first of these nodes gave it.
    std::size_t nodes = 0;
  };

  // One node's images; none of a list has a name twice, and remove() gets what add() got.
  void add(const std::vector<NodeImage>& images);
  void remove(const std::vector<NodeImage>& images);

  // Null: no node has it. Valid until the next change.
  [[nodiscard]] const Image* find(const Name& name) const;
  [[nodiscard]] std::size_t size() const { return images_.size(); }

 private:
  std::unordered_map<Name, Image> images_;
};

}  // namespace neuron_scheduler::model
