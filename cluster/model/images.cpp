#include "cluster/model/images.hpp"

#include <string>

namespace neuron_scheduler::model {

Name normalized_image_name(std::string_view name) {
  const auto colon = name.rfind(':');
  const auto slash = name.rfind('/');
  const bool tagged =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return tagged ? Name(name) : Name(std::string(name) + ":latest");
}

void ImageCounts::add(const std::vector<NodeImage>& images) {
  for (const auto& [name, size] : images) {
    const auto [place, is_new] = images_.try_emplace(name, Image{size, 0});
    ++place->second.nodes;
  }
}

void ImageCounts::remove(const std::vector<NodeImage>& images) {
  for (const auto& image : images) {
    const auto found = images_.find(image.name);
    if (found != images_.end() && --found->second.nodes == 0) images_.erase(found);
  }
}

const ImageCounts::Image* ImageCounts::find(const Name& name) const {
  const auto found = images_.find(name);
  return found == images_.end() ? nullptr : &found->second;
}

}  // namespace neuron_scheduler::model
