#include "cluster/embedded/server/warnings.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/embedded/server_fixture.hpp"

namespace neuron_scheduler::embedded {
namespace {

std::string field(const std::string& text) { return "Warning: 299 - \"" + text + "\"\r\n"; }

// Different texts of so many characters.
std::vector<std::string> texts(std::size_t count, std::size_t characters) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i) + "-";
    made.push_back(number + std::string(characters - number.size(), 'x'));
  }
  return made;
}

std::string fields_of(const std::vector<std::string>& all, std::size_t count, std::size_t cut) {
  std::string fields;
  for (std::size_t i = 0; i < count; ++i) fields += field(all[i].substr(0, cut));
  return fields;
}

struct WarningCase {
  std::string name;
  std::vector<std::string> texts;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const WarningCase& c) { return out << c.name; }

class WarningFieldsTest : public ::testing::TestWithParam<WarningCase> {};

TEST_P(WarningFieldsTest, AreWrittenAsARealServerDoes) {
  EXPECT_EQ(warning_fields(GetParam().texts), GetParam().want);
}

std::string repeated(const std::string& text, int times) {
  std::string made;
  for (int i = 0; i < times; ++i) made += text;
  return made;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WarningFieldsTest,
    ::testing::Values(
        WarningCase{"None", {}, ""}, WarningCase{"Some", {"b", "a"}, field("b") + field("a")},
        WarningCase{"TheSameTwice", {"a", "b", "a"}, field("a") + field("b")},
        WarningCase{"Empty", {""}, ""},
        WarningCase{
            "Quotes", {R"(unknown field "spec.a\b")"}, field(R"(unknown field \"spec.a\\b\")")},
        WarningCase{"ANewHeader", {"a\r\nSet-Cookie: b", "c"}, field("c")},
        WarningCase{"Delete", {"a\x7f"}, ""}, WarningCase{"AControlOfTwoBytes", {"\xc2\x85"}, ""},
        WarningCase{"NoControlOfTwoBytes", {"\xc2\xa0"}, field("\xc2\xa0")},
        WarningCase{"NoUtf8", {"a\xff", "\xc2"}, ""},
        WarningCase{"OneLong", {std::string(4'096, 'x')}, field(std::string(4'096, 'x'))},
        WarningCase{"OneTooLong", {std::string(4'097, 'x')}, field(std::string(256, 'x'))},
        WarningCase{"NoCharacterIsCutInTwo",
                    {repeated("\xe2\x82\xac", 5'000)},
                    field(repeated("\xe2\x82\xac", 256))},
        WarningCase{"AsManyAsFit", texts(16, 256), fields_of(texts(16, 256), 16, 256)},
        WarningCase{"TooMany", texts(10'000, 100), fields_of(texts(41, 100), 41, 100)},
        WarningCase{"TooManyThatAreLong", texts(100, 300), fields_of(texts(16, 300), 16, 256)}),
    [](const auto& row) { return row.param.name; });

using WarningsTest = test::ServerTest;

TEST_F(WarningsTest, AreSentWithTheAnswer) {
  serve();
  const std::string body = test::pod_json("a", R"(,"noSuch":1)");
  const std::string answer = call("POST", std::string(test::kPods) + "?fieldValidation=Warn", body);
  EXPECT_NE(answer.find("\r\n" + field(R"(unknown field \"metadata.noSuch\")")), std::string::npos)
      << answer;
}

}  // namespace
}  // namespace neuron_scheduler::embedded
