#include "cluster/client/framing.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test/client/list_texts.hpp"

namespace neuron_scheduler::client {
namespace {

std::vector<std::string> list_texts(const std::string& bytes, std::size_t piece,
                                    ListFramer::Limits limits = {}) {
  return test::list_texts(ListFramer(limits), bytes, piece);
}

struct ListCase {
  std::string name;
  std::string bytes;
  std::vector<std::string> want;
};

std::ostream& operator<<(std::ostream& out, const ListCase& c) { return out << c.name; }

class ListFramerTest : public testing::TestWithParam<ListCase> {};

TEST_P(ListFramerTest, SameWhateverThePieces) {
  const ListCase& c = GetParam();
  for (std::size_t piece = 1; piece <= c.bytes.size() + 1; ++piece) {
    EXPECT_EQ(list_texts(c.bytes, piece), c.want) << "pieces of " << piece;
  }
}

const std::string kNotAList = "!not a list of objects in JSON";

const ListCase kLists[] = {
    {"compact",
     R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},)"
     R"("items":[{"a":1},{"b":[2,{}]}]})"
     "\n",
     {R"({"a":1})", R"({"b":[2,{}]})", R"(end: {"resourceVersion":"7"})"}},
    {"pretty",
     "{\n  \"metadata\": {\n    \"resourceVersion\": \"7\"\n  },\n  \"items\": [\n    {\n      "
     "\"a\": 1\n    },\n    {}\n  ]\n}\n",
     {"{\n      \"a\": 1\n    }", "{}", "end: {\n    \"resourceVersion\": \"7\"\n  }"}},
    {"metadata_after_items", R"({"items":[{}],"metadata":{"x":{}}})", {"{}", R"(end: {"x":{}})"}},
    {"no_items", R"({"metadata":{},"items":[]})", {"end: {}"}},
    {"null_items", R"({"metadata":{},"items":null})", {"end: {}"}},
    {"without_metadata", R"({"items":[]})", {"end: "}},
    {"brackets_and_escapes_in_strings",
     R"({"items":[{"a":"}]\"{\\"},{"b\\":"]"}],"z":"\\\"}"})",
     {R"({"a":"}]\"{\\"})", R"({"b\\":"]"})", "end: "}},
    {"other_values_are_skipped",
     R"({"a":null,"b":[1,[2],{"items":[3]}],"c":-1.5e3 ,"d":true,"e":"","items":[]})",
     {"end: "}},
    {"unicode",
     "{\"items\":[{\"a\":\"\xE2\x82\xAC\\u0022\"}]}",
     {"{\"a\":\"\xE2\x82\xAC\\u0022\"}", "end: "}},
    {"not_json", "<html>", {kNotAList}},
    {"array", "[]", {kNotAList}},
    {"items_no_array", R"({"items":{}})", {kNotAList}},
    {"item_no_object", R"({"items":[1]})", {kNotAList}},
    {"items_twice", R"({"items":[],"items":[]})", {kNotAList}},
    {"missing_comma", R"({"items":[{}{}]})", {"{}", kNotAList}},
    {"trailing_comma", R"({"items":[{},]})", {"{}", kNotAList}},
    {"missing_colon", R"({"items"[]})", {kNotAList}},
    {"metadata_no_object", R"({"metadata":"x"})", {kNotAList}},
    {"unquoted_key", R"({items:[]})", {kNotAList}},
    {"no_list", R"({"kind":"Status","code":500})", {"!no list: it has no items"}},
    {"empty_object", "{}", {"!no list: it has no items"}},
    {"cut", R"({"items":[{"a":1},{"b")", {R"({"a":1})", "more"}},
    {"bytes_after_the_end_do_not_matter", R"({"items":[]}}})", {"end: "}},
};

INSTANTIATE_TEST_SUITE_P(Texts, ListFramerTest, testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

// Blocks of 64 bytes are looked at as a whole: every shape must be found wherever it lies in them.
TEST(ListFramerBlocksTest, EveryShapeAtEveryPlace) {
  const std::string shapes[] = {
      R"("\\\"}")",           R"("{[")", R"("]}")",      R"("\\\\")", "[[[]]]",
      R"({"a":{"b":["}"]}})", R"("")",   R"("\\\\\"{")",
  };
  for (const std::string& shape : shapes) {
    for (std::size_t before = 0; before < 140; ++before) {
      const std::string item = R"({"x":")" + std::string(before, 'x') + R"(","y":)" + shape +
                               R"(,"z":")" + std::string(139 - before, 'z') + "\"}";
      const std::string bytes = R"({"items":[)" + item + "," + item + R"(],"metadata":{}})";
      const std::vector<std::string> want{item, item, "end: {}"};
      ASSERT_EQ(list_texts(bytes, 1), want) << item;
      ASSERT_EQ(list_texts(bytes, 100), want) << item;
      ASSERT_EQ(list_texts(bytes, 10'000), want) << item;
    }
  }
}

TEST(ListFramerLimitsTest, DepthIsBoundedInBlocksToo) {
  ListFramer::Limits limits;
  limits.depth_max = 100;
  const auto nested = [](std::size_t depth) {
    return R"({"items":[{"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}]}";
  };
  EXPECT_EQ(list_texts(nested(99), 10'000, limits).back(), "end: ");
  EXPECT_EQ(list_texts(nested(100), 10'000, limits).back(),
            "!a value of the list is nested too deeply");
}

TEST(ListFramerLimitsTest, ItemsAreBounded) {
  ListFramer::Limits limits;
  limits.item_bytes_max = 10;
  EXPECT_EQ(list_texts(R"({"items":[{"a":"123"}]})", 3, limits),
            (std::vector<std::string>{"!an item of the list is too large"}));
  EXPECT_EQ(list_texts(R"({"items":[{"a":"12"}]})", 3, limits),
            (std::vector<std::string>{R"({"a":"12"})", "end: "}));
}

TEST(ListFramerLimitsTest, MetadataKeysAndDepthAreBounded) {
  ListFramer::Limits limits;
  limits.metadata_bytes_max = 4;
  limits.key_bytes_max = 8;
  limits.depth_max = 3;
  EXPECT_EQ(list_texts(R"({"metadata":{"a":1}})", 100, limits).back(),
            "!the metadata of the list is too large");
  EXPECT_EQ(list_texts(R"({"a23456789":1})", 100, limits).back(), kNotAList);
  EXPECT_EQ(list_texts(R"({"items":[{"a":[[[]]]}]})", 100, limits).back(),
            "!a value of the list is nested too deeply");
  EXPECT_EQ(list_texts(R"({"items":[{"a":[[]]}]})", 100, limits).back(), "end: ");
}

std::vector<std::string> lines_of(LineFramer& framer, const std::string& bytes, std::size_t piece) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    framer.feed(part);
    while (true) {
      const auto step = framer.next();
      if (step == LineFramer::Step::kNeedBytes) break;
      if (step == LineFramer::Step::kTooLong) {
        lines.emplace_back("!");
        return lines;
      }
      lines.push_back(framer.line());
    }
  }
  return lines;
}

TEST(LineFramerTest, SameWhateverThePieces) {
  const std::string bytes = "{\"a\":1}\n\n \r\n{}\r\nx\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    LineFramer framer;
    EXPECT_EQ(lines_of(framer, bytes, piece), (std::vector<std::string>{"{\"a\":1}", "{}\r", "x"}))
        << piece;
    EXPECT_FALSE(framer.in_line());
  }
}

TEST(LineFramerTest, KnowsThatALineIsCut) {
  LineFramer framer;
  EXPECT_TRUE(lines_of(framer, "{}\n{\"type\"", 3).size() == 1);
  EXPECT_TRUE(framer.in_line());
}

TEST(LineFramerTest, AnOversizedLineIsAnErrorForGood) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    LineFramer framer(5);
    EXPECT_EQ(lines_of(framer, "12345\n123456\n1\n", piece),
              (std::vector<std::string>{"12345", "!"}));
    framer.feed("1\n");
    EXPECT_EQ(framer.next(), LineFramer::Step::kTooLong);
  }
}

TEST(LineFramerTest, AnEndlessLineTakesBoundedMemory) {
  LineFramer framer(1000);
  const std::string part(400, 'x');
  for (int i = 0; i < 2; ++i) {
    framer.feed(part);
    EXPECT_EQ(framer.next(), LineFramer::Step::kNeedBytes);
  }
  framer.feed(part);
  EXPECT_EQ(framer.next(), LineFramer::Step::kTooLong);
  EXPECT_EQ(framer.line().size(), 0U);
}

}  // namespace
}  // namespace neuron_scheduler::client
