#include "scheduler/shared_args.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "scheduler/profile.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using model::Name;
using testing::ElementsAre;
using testing::HasSubstr;

ProfileConfig profile(std::string name, const char* args = nullptr, std::string path = {}) {
  ProfileConfig config = default_profile_config();
  config.scheduler_name = std::move(name);
  if (args != nullptr) config.args["Neuron"] = {boost::json::parse(args).get_object(), path};
  return config;
}

ProfileConfig without_neuron(std::string name) {
  ProfileConfig config = profile(std::move(name));
  std::erase_if(config.plugins, [](const auto& choice) { return choice.name == "Neuron"; });
  return config;
}

std::string error_of(const std::vector<ProfileConfig>& profiles) {
  const auto shared = SharedPlugins::read(profiles);
  return shared ? "" : shared.error().message;
}

TEST(SharedPlugins, ProfilesMustAgree) {
  const char* const wrap = R"({"ringWrap": true, "deviceResource": "a.example/d"})";
  EXPECT_EQ(error_of({profile("a"), profile("b", "{}")}), "");
  EXPECT_EQ(error_of({profile("a"), profile("b", R"({"ringWrap": false})")}), "");
  EXPECT_EQ(error_of({profile("a", wrap), profile("b", wrap)}), "");
  EXPECT_EQ(error_of({profile("a", wrap), without_neuron("b")}), "");
  EXPECT_EQ(error_of({profile("a"), profile("b", wrap, "profiles[1].pluginConfig[0].args")}),
            "profiles[1].pluginConfig[0].args.ringWrap: Invalid value: true: profile \"a\" has "
            "false, and all profiles must agree on it\n"
            "profiles[1].pluginConfig[0].args.deviceResource: Invalid value: \"a.example/d\": "
            "profile \"a\" has \"aws.amazon.com/neuron\", and all profiles must agree on it");
  EXPECT_EQ(error_of({profile("a", R"({"placement": "Connected"})"), profile("b")}),
            "profile \"b\": Neuron placement: Invalid value: \"Aligned\": profile \"a\" has "
            "\"Connected\", and all profiles must agree on it");
  // What one profile decides alone is no matter of the others; nor are mistakes.
  EXPECT_EQ(error_of({profile("a"), profile("b", R"({"nodePolicy": "spread"})")}), "");
  EXPECT_EQ(error_of({profile("a", wrap), profile("b", R"({"ringWrap": 7})")}), "");
}

TEST(SharedPlugins, ResourcesAreThoseOfTheArguments) {
  const std::vector<ProfileConfig> profiles{
      without_neuron("a"),
      profile("b", R"({"deviceResource": "a.example/d", "deviceAliases": []})")};
  const auto shared = SharedPlugins::read(profiles);
  ASSERT_TRUE(shared);
  EXPECT_THAT(shared->owned_resources("Neuron"),
              ElementsAre(Name("a.example/d"), Name("aws.amazon.com/neuroncore")));
  EXPECT_TRUE(shared->owned_resources("NodeResourcesFit").empty());
  EXPECT_EQ(shared->aggregate_factories().size(), 1u);
  for (const auto& one : profiles) EXPECT_TRUE(Profile::make(one, *shared));
}

TEST(SharedPlugins, ADisagreementIsNoScheduler) {
  const auto made = SharedPlugins::read(
      std::vector<ProfileConfig>{profile("a"), profile("b", R"({"unhealthyDevices": "Allow"})")});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, model::Errc::kInvalid);
  EXPECT_THAT(made.error().message, HasSubstr("unhealthyDevices"));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
