#include "cmd/manifest/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cmd/manifest/print.hpp"

namespace neuron_scheduler::manifest {
namespace {

using testing::HasSubstr;

// --- One object: what texts mean; the wanted ones were compared with sigs.k8s.io/yaml 1.6.0

struct Meaning {
  const char* name;
  std::string text;
  const char* want;
};

void PrintTo(const Meaning& row, std::ostream* out) { *out << row.name; }

class ManifestMeaning : public testing::TestWithParam<Meaning> {};

TEST_P(ManifestMeaning, IsThatOfKubernetes) {
  const auto json = yaml_to_json(GetParam().text);
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(*json, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, ManifestMeaning,
    testing::Values(

        Meaning{"Booleans", "a: [yes, no, on, off, y, N, true, FALSE]\n",
                R"({"a":[true,false,true,false,true,false,true,false]})"},
        Meaning{"NoBooleans", "a: [tRue, yEs, 'yes', \"no\"]\n",
                R"({"a":["tRue","yEs","yes","no"]})"},
        Meaning{"Nulls", "a: [null, ~, Null, 'null']\nb:\n",
                R"({"a":[null,null,null,"null"],"b":null})"},
        Meaning{"Octal", "a: [0777, 0o17, 0O17, 08, '0777']\n", R"({"a":[511,15,15,8,"0777"]})"},
        Meaning{"Bases", "a: [0x1F, -0x1F, 0b101, 0xZZ]\n", R"({"a":[31,-31,5,"0xZZ"]})"},
        Meaning{"Underscores", "a: [1_000, 1__0, _1]\n", R"({"a":[1000,10,"_1"]})"},
        Meaning{"Floats", "a: [1.5, .5, 5., -.5, 1e3, 1.0, 1E-2]\n",
                R"({"a":[1.5E0,5E-1,5,-5E-1,1000,1,1E-2]})"},
        Meaning{"Bounds", "a: [9223372036854775807, 9223372036854775808, -9223372036854775808]\n",
                R"({"a":[9223372036854775807,9223372036854775808,-9223372036854775808]})"},
        Meaning{"TooBig", "a: [18446744073709551616, 1e400, -1e400]\n",
                R"({"a":[1.8446744073709552E19,"1e400","-1e400"]})"},
        Meaning{"NoNumbers", "a: [1:30, 0.1.2, 1Gi, 100m, 1e, 0x, -, .]\n",
                R"({"a":["1:30","0.1.2","1Gi","100m","1e","0x","-","."]})"},
        Meaning{"Dates", "a: [2026-11-01, 2026-11-01T00:00:00Z]\n",
                R"({"a":["2026-11-01","2026-11-01T00:00:00Z"]})"},
        Meaning{"Tags", "a: [!!str 5, !!int 5, !!float 5, !!bool yes]\n",
                R"({"a":["5",5,5,true]})"},
        Meaning{"Keys", "yes: 1\n08: 2\n'no': 3\n2.5: 4\n", R"({"true":1,"8":2,"no":3,"2.5":4})"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Structure, ManifestMeaning,
    testing::Values(
        Meaning{"Flow", "{a: 1, b: [x, {c: d}, ], \"e\":f}\n",
                R"({"a":1,"b":["x",{"c":"d"}],"e":"f"})"},
        Meaning{"ListUnderKey", "a:\n- b\n- c: 1\n  d: 2\n", R"({"a":["b",{"c":1,"d":2}]})"},
        Meaning{"ExplicitKey", "? a\n: b\n", R"({"a":"b"})"},
        Meaning{"Literal", "a: |\n  # x\n   y\n\n  z\nb: |-\n  c\n",
                R"({"a":"# x\n y\n\nz\n","b":"c"})"},
        Meaning{"LiteralAtTheEnd", "a: |\n  x", R"({"a":"x\n"})"},
        Meaning{"Folded", "a: >-\n  p\n  q\n\n  r\n", R"({"a":"p q\nr"})"},
        Meaning{"KeysAlone", "{a: 1, b}\n", R"({"a":1,"b":null})"},
        Meaning{"Quoted", "a: \"x\\u00e9\\n\\x41\"\nb: 'it''s'\n",
                "{\"a\":\"x\xC3\xA9\\nA\",\"b\":\"it's\"}"},
        Meaning{"Escapes", "a: \"\\N\\_\\L\\P\\xE9\\u1615\\N\"\n",
                "{\"a\":\"\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9\xE1\x98\x95\xC2\x85\"}"},
        Meaning{"Comments", "# a\na: x # y\nb: x#y\nc: '#'\n", R"({"a":"x","b":"x#y","c":"#"})"},
        Meaning{"Windows",
                "\xEF\xBB\xBF"
                "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
                R"({"a":1,"b":"x\ny\n"})"},
        Meaning{"Anchors", "a: &x {p: [1]}\nb: *x\nc: &y z\nd: *y\n",
                R"({"a":{"p":[1]},"b":{"p":[1]},"c":"z","d":"z"})"},
        Meaning{"MergeThenKey", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n",
                R"({"a":{"p":1,"q":2},"b":{"p":1,"q":3}})"},
        Meaning{"KeyThenMerge", "a: &x {p: 1, q: 2}\nb: {q: 3, <<: *x}\n",
                R"({"a":{"p":1,"q":2},"b":{"q":2,"p":1}})"},
        Meaning{"MergeOfSeveral", "a: &x {p: 1}\nb: &z {p: 2, q: 2}\nc: {<<: [*x, *z]}\n",
                R"({"a":{"p":1},"b":{"p":2,"q":2},"c":{"p":1,"q":2}})"},
        Meaning{"QuotedMergeKey", "a: {\"<<\": 1}\n", R"({"a":{"<<":1}})"},
        Meaning{"Json", " {\"a\": [1, 2.5, \"\\ud83d\\ude00\\/\"]}\n",
                "{\"a\":[1,2.5E0,\"\xF0\x9F\x98\x80/\"]}"},
        Meaning{"JsonNumbers", "{\"a\": [-1333333333333333333333333333333333333333333e40, 1e-400]}",
                R"({"a":[-1.3333333333333333E82,0E0]})"},
        Meaning{"JsonTooBig", "{\"a\": -1e400}\n", R"({"a":"-1e400"})"},
        Meaning{"JsonNearly", "{\"a\": 1, # comment\n 'b': x,}\n", R"({"a":1,"b":"x"})"},
        Meaning{"OneDocument", "---\n# c\n---\na: 1\n...\n---\n", R"({"a":1})"}),
    [](const auto& row) { return row.param.name; });

// --- Bad texts

class ManifestMistake : public testing::TestWithParam<Meaning> {};

TEST_P(ManifestMistake, IsNamedWithItsLine) {
  const auto documents = read_text(GetParam().text, "f.yaml");
  ASSERT_FALSE(documents);
  EXPECT_EQ(documents.error().message, GetParam().want);
}

constexpr const char* kPod = "apiVersion: v1\nkind: Pod\n";

std::string nested(std::size_t depth) {
  return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
}

// Each level stands for ten of the one before it.
std::string laughs() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) text += ", " + before;
    text += "]\n";
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, ManifestMistake,
    testing::Values(
        Meaning{"OpenQuote", "a: 1\nb: \"x\nc: d\n",
                "f.yaml:4: not YAML: a quotation is not closed"},
        Meaning{"OpenQuoteAtTheEnd", "a: 1\nb: 'x",
                "f.yaml:3: not YAML: a quotation is not closed"},
        Meaning{"OpenList", "a: [1, 2\nb: 3\n", "f.yaml:2: not YAML: a [ is not closed"},
        Meaning{"TwoColons", "a: b: c\n",
                "f.yaml:1: not YAML: a ':' where none can be (indentation, or quotes missing?)"},
        Meaning{"Tab", "a:\n\tb: 1\n",
                "f.yaml:2: not YAML: a ':' where none can be (indentation, or quotes missing?)"},
        Meaning{"LessIndented", "a:\n  b:\n    c: 1\n   d: 2\n",
                "f.yaml:4: not YAML: no key with ':' where one must be (indentation?)"},
        Meaning{"MoreIndented", "a: 1\n b: 2\n",
                "f.yaml:2: not YAML: a ':' where none can be (indentation, or quotes missing?)"},
        Meaning{"NoColon", "a: 1\nb\n",
                "f.yaml:2: not YAML: no key with ':' where one must be (indentation?)"},
        Meaning{"NoBlankAfterDash", "a:\n- 1\n-2\n",
                "f.yaml:3: not YAML: no key with ':' where one must be (indentation?)"},
        Meaning{"ListThenMap", "- a\nb: 1\n",
                "f.yaml:2: not YAML: this does not belong to what stands before it (indentation?)"},
        Meaning{"TwoRoots", "a\nb: 1\n",
                "f.yaml:2: not YAML: a ':' where none can be (indentation, or quotes missing?)"},
        Meaning{"EmptyItem", "a: [1,,2]\n", "f.yaml:1: not YAML: nothing between commas"},
        Meaning{"Percent", "a: 1\n%b: 2\n", "f.yaml:2: not YAML: a line must not begin with %"},
        Meaning{"Separator", "a: 1\n--- b: 2\n", "f.yaml:2: only a comment may follow ---"},
        Meaning{"UnknownAnchor", "a: *b\n",
                "f.yaml:1: not YAML: the referenced anchor is not defined"},
        Meaning{"OwnAnchor", "a: &b\n  - *b\n",
                "f.yaml:2: an alias of something that it is a part of"},
        Meaning{"Duplicate", "a: 1\nb: 2\n\"a\": 3\n", "f.yaml:3: the key \"a\" is there twice"},
        Meaning{"DuplicateByMeaning", "yes: 1\n\"true\": 2\n",
                "f.yaml:2: the key \"true\" is there twice"},
        Meaning{"DuplicateAfterMerge", "a: &x {p: 1}\nb: {<<: *x, p: 1, p: 2}\n",
                "f.yaml:2: the key \"p\" is there twice"},
        Meaning{"MergeOfText", "a: {<<: x}\n",
                "f.yaml:1: << takes a mapping or a list of mappings"},
        Meaning{"ListAsKey", "? [a]\n: b\n", "f.yaml:1: a key must be a string"},
        Meaning{"NullAsKey", "~: b\n", "f.yaml:1: a key is empty"},
        Meaning{"Infinite", "a: .inf\n", "f.yaml:1: \".inf\" is no value that JSON can hold"},
        Meaning{"Tag", "a: !!binary aGk=\n",
                "f.yaml:1: the tag \"tag:yaml.org,2002:binary\" is not supported with \"aGk=\""},
        Meaning{"TooDeep", nested(kDepthMax), "f.yaml:1: nested more than 64 deep"},
        Meaning{"FarTooDeep", nested(100'000), "f.yaml:1: nested more than 64 deep"},
        Meaning{"Laughs", laughs(),
                "f.yaml:6: anchors and aliases stand for more than 16777216 bytes together"},
        Meaning{"LongText", "a: 1\nb: \"" + std::string(3'000'000, 'x') + "\"\n",
                "f.yaml:2: a text, {} or [] of more than 2097152 bytes"},
        Meaning{"LongList", "a: 1\nb:\n - [" + std::string(3'000'000, '\n') + "]\n",
                "f.yaml:3: a text, {} or [] of more than 2097152 bytes"},
        Meaning{"Control", "a: 1\nb: \"\x1B[31m\"\n", "f.yaml:2: a control character (byte 27)"},
        Meaning{"Zero", std::string("a: b\0c\n", 7), "f.yaml:1: a control character (byte 0)"},
        Meaning{"NotUtf8", "a: 1\n\nb: \xC3(\n", "f.yaml:3: not UTF-8 (byte 195)"},
        Meaning{"Utf16",
                "\xFF\xFE"
                "a",
                "f.yaml:1: UTF-16; it must be UTF-8"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Objects, ManifestMistake,
    testing::Values(
        Meaning{"Text", "just text\n", "f.yaml:1: not an object, but the text \"just text\""},
        Meaning{"List", "# c\n- a\n", "f.yaml:2: not an object, but a list"},
        Meaning{"Number", "5\n", "f.yaml:1: not an object, but 5"},
        Meaning{"NoKind", std::string(kPod) + "---\n\napiVersion: v1\nmetadata: {}\n",
                "f.yaml:5: an object without kind"},
        Meaning{"NoVersion", "kind: Pod\n", "f.yaml:1: an object without apiVersion"},
        Meaning{"VersionNumber", "apiVersion: 1\nkind: Pod\n",
                "f.yaml:1: apiVersion must be a string, not empty"},
        Meaning{"ItemText",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- x\n",
                "f.yaml:6: items[1] is no object, but the text \"x\""},
        Meaning{"ItemWithoutKind", "apiVersion: v1\nkind: List\nitems:\n- {a: 1}\n",
                "f.yaml:4: an object without apiVersion"},
        Meaning{"ItemsText", "apiVersion: v1\nkind: List\nitems: x\n",
                "f.yaml:1: items must be a list"},
        Meaning{"JsonCut", "{\"apiVersion\": \"v1\",\n \"kind\": \"Po",
                "f.yaml:2: not JSON: ends in the middle of a value"},
        Meaning{"JsonDuplicate", "{\"apiVersion\": \"v1\",\n\"kind\": \"Pod\",\n\"kind\": \"Pod\"}",
                "f.yaml:3: the key \"kind\" is there twice"},
        Meaning{"JsonDeep", "{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}",
                "f.yaml:1: nested more than 64 deep"},
        Meaning{"JsonSecond", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n\n{\"a\" 1}\n",
                "f.yaml:3: not JSON: syntax error"},
        Meaning{"JsonThenYaml", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n---\na: [\n",
                "f.yaml:4: not YAML: a [ is not closed"}),
    [](const auto& row) { return row.param.name; });

// --- Documents

std::vector<std::string> kinds_and_lines(const std::string& text) {
  const auto documents = read_text(text, "f");
  if (!documents) return {documents.error().message};
  std::vector<std::string> list;
  for (const Document& document : *documents) {
    list.push_back(std::string(document.object.at("kind").as_string()) + '@' + document.place());
  }
  return list;
}

TEST(ManifestDocuments, AreFoundWithTheirLines) {
  using List = std::vector<std::string>;
  EXPECT_EQ(kinds_and_lines(""), List());
  EXPECT_EQ(kinds_and_lines("# nothing\n---\n---\nnull\n"), List());
  EXPECT_EQ(
      kinds_and_lines("---\n# Source: x\napiVersion: v1\nkind: A\n---  # next\n\napiVersion: v1\n"
                      "kind: B\n...\n# c\n---\nkind: C\napiVersion: v1\n"),
      (List{"A@f:3", "B@f:7", "C@f:12"}));
  EXPECT_EQ(kinds_and_lines(
                "{\"apiVersion\":\"v1\",\n\"kind\":\"A\"}{\"apiVersion\":\"v1\",\"kind\":\"B\"}\n"
                " {\n\"apiVersion\":\"v1\",\"kind\":\"C\"}"),
            (List{"A@f:1", "B@f:2", "C@f:3"}));
  EXPECT_EQ(
      kinds_and_lines("{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n---\napiVersion: v1\nkind: B\n"),
      (List{"A@f:1", "B@f:3"}));
}

TEST(ManifestDocuments, AreTakenOutOfLists) {
  using List = std::vector<std::string>;
  EXPECT_EQ(
      kinds_and_lines("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n"
                      "- kind: List\n  apiVersion: v1\n  items: [{apiVersion: v1, kind: B}]\n"),
      (List{"A@f:4", "B@f:6"}));
  EXPECT_EQ(kinds_and_lines("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[\n{},\n"
                            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}]}"),
            (List{"Pod@f:2", "Pod@f:3"}));
  EXPECT_EQ(kinds_and_lines("apiVersion: v1\nkind: List\nitems: null\n"), List());
  EXPECT_EQ(kinds_and_lines("apiVersion: v1\nkind: List\n"), List());
  // A kind of its own, whatever it is called.
  EXPECT_EQ(kinds_and_lines("apiVersion: a/v1\nkind: BlockList\n"), (List{"BlockList@f:1"}));
}

TEST(ManifestDocuments, AnObjectForABody) {
  EXPECT_EQ(*yaml_to_json("kind: List\nitems: [1]\n"), R"({"kind":"List","items":[1]})");
  EXPECT_EQ(yaml_to_json("").error().message, "line 1: no object");
  EXPECT_EQ(yaml_to_json("- a\n").error().message, "line 1: not an object");
  EXPECT_EQ(yaml_to_json("a: 1\n---\nb: 2\n").error().message, "line 3: more than one object");
  EXPECT_EQ(yaml_to_json("a: 1\na: 2\n").error().message, "line 2: the key \"a\" is there twice");
}

// --- Files

class ManifestFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/below.yaml");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + '/' + name, std::ios::binary) << text;
  }
  [[nodiscard]] std::vector<std::string> places(const std::string& path) const {
    std::istringstream in("apiVersion: v1\nkind: In\n");
    std::size_t left = kInputBytesMax;
    const auto documents = read_path(path, in, left);
    if (!documents) return {documents.error().message};
    std::vector<std::string> list;
    for (const Document& document : *documents) list.push_back(document.place());
    return list;
  }

  const std::string folder_ = testing::TempDir() + "manifest_files_test";
};

TEST_F(ManifestFiles, OfAFolderInOrderOfTheirNames) {
  for (const char* const name : {"b.yaml", "a.json", "c.yml", "d.txt", ".e.yaml"})
    write(name, kPod);
  write("a.json", R"({"apiVersion":"v1","kind":"Pod"})");
  EXPECT_EQ(places(folder_),
            (std::vector<std::string>{folder_ + "/.e.yaml:1", folder_ + "/a.json:1",
                                      folder_ + "/b.yaml:1", folder_ + "/c.yml:1"}));
  EXPECT_EQ(places(folder_ + "/d.txt"), (std::vector<std::string>{folder_ + "/d.txt:1"}));
  EXPECT_EQ(places("-"), (std::vector<std::string>{"-:1"}));
}

TEST_F(ManifestFiles, ThatCannotBeReadAreNamed) {
  EXPECT_EQ(places(folder_ + "/x"),
            (std::vector<std::string>{folder_ + "/x: no such file or folder"}));
  EXPECT_EQ(
      places(folder_),
      (std::vector<std::string>{folder_ + ": a folder without any file *.yaml, *.yml or *.json"}));
  write("bad.yaml", "a: [\n");
  EXPECT_THAT(places(folder_).front(), HasSubstr("/bad.yaml:2: not YAML: "));
  std::istringstream in(kPod);
  std::size_t left = 5;
  EXPECT_EQ(read_path("-", in, left).error().message,
            "-: more than 268435456 bytes of input in all");
}

TEST(ManifestDocuments, MayBeLargeInAll) {
  std::string text = "apiVersion: v1\nkind: List\nitems:\n";
  for (int i = 0; i < 2'000; ++i) {
    text += "- {apiVersion: v1, kind: A, data: \"" + std::string(2'000, 'x') + "\"}\n";
  }
  ASSERT_GT(text.size(), kYamlPartBytesMax);
  EXPECT_EQ(read_text(text, "f")->size(), 2'000U);
}

// --- Printing

TEST(ManifestPrint, KeepsWhatWasRead) {
  auto value = boost::json::parse(R"({
    "s": ["", "a", "yes", "1", "0x1", "~", "a: b", "#", "- x", "-", "a\nb", "\"q\"\\",
          "\u007f\u0085\u001b", "é😀", "<<", "null", "a#b", "x y", "%", "@",
          "2026-11-01", "1e3", ".5", "a/b.c-d_e"],
    "yes": {"": null, "e": {}, "f": [],
            "deep": [[1, [2, {"k": [{}]}]], {"a": [{"b": 1, "c": [true]}]}]},
    "n": [1, -1, 18446744073709551615, 1.5, 1e300, 1e-7], "m": {"x": {"y": {"z": "w"}}}})");
  value.as_object()[std::string(1500, 'k')] = {1, 2};
  const std::string yaml = to_yaml(value);
  const auto from_yaml = yaml_to_object(yaml);
  ASSERT_TRUE(from_yaml) << from_yaml.error().message << '\n' << yaml;
  EXPECT_EQ(boost::json::value(*from_yaml), value) << yaml;
  const std::string json = to_json(value);
  EXPECT_EQ(boost::json::parse(json), value) << json;
  const auto bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  EXPECT_TRUE(std::ranges::none_of(yaml + json, bad));
}

TEST(ManifestPrint, LooksAsKubectlPrints) {
  const auto value = boost::json::parse(
      R"({"a":{"b":[{"c":"d","e":"true"},"f",[1,2]],"g":[]},"h":"1","i":"x\ny"})");
  EXPECT_EQ(to_yaml(value),
            "a:\n  b:\n  - c: d\n    e: \"true\"\n  - f\n  - - 1\n    - 2\n  g: []\nh: \"1\"\n"
            "i: \"x\\ny\"\n");
  EXPECT_EQ(to_json(boost::json::parse(R"({"a":[1,{}],"b":{"c":null}})")),
            "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": {\n        \"c\": null\n  "
            "  }\n}\n");
  EXPECT_EQ(printable("a\x1B[31m\xC2\x9B"
                      "b\tc\xC3\xA9"),
            "a [31m b c\xC3\xA9");
}

}  // namespace
}  // namespace neuron_scheduler::manifest
