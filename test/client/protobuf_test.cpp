#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include "cluster/client/codec.hpp"
#include "cluster/client/protobuf_framing.hpp"
#include "cluster/client/protobuf_json.hpp"
#include "test/client/list_texts.hpp"
#include "test/client/protobuf_writer.hpp"

// What is wrong with protobuf and no JSON could say; the rest is in cluster_client_protobuf_test.
namespace neuron_scheduler::client::protobuf {
namespace {

using protozero::pbf_writer;

template <class Write>
std::string message(Write&& write) {
  std::string bytes;
  pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

std::string metadata_with(std::uint32_t field, const std::string& bytes) {
  return message([&](pbf_writer& pod) {
    pod.add_string(1, message([&](pbf_writer& metadata) { metadata.add_string(field, bytes); }));
  });
}

struct MessageCase {
  std::string name;
  std::string bytes;
  std::string want;  // Or what is wrong.
};
std::ostream& operator<<(std::ostream& out, const MessageCase& c) { return out << c.name; }

class ProtobufMessageTest : public testing::TestWithParam<MessageCase> {};

TEST_P(ProtobufMessageTest, AsJson) {
  const auto json = message_to_json(GetParam().bytes, "Pod");
  EXPECT_EQ(json ? *json : "! " + json.error().message, GetParam().want);
}

std::string twice(const std::string& bytes) { return bytes + bytes; }

std::string volumes(std::uint32_t source) {
  return message([&](pbf_writer& pod) {
    pod.add_string(2, message([&](pbf_writer& spec) {
                     spec.add_string(1, message([&](pbf_writer& volume) {
                                       volume.add_string(1, "v");
                                       volume.add_string(2, message([&](pbf_writer& of) {
                                                           of.add_string(source, "");
                                                         }));
                                     }));
                   }));
  });
}

std::string priority(std::int64_t value) {
  return message([&](pbf_writer& pod) {
    pod.add_string(2, message([&](pbf_writer& spec) { spec.add_int64(25, value); }));
  });
}

std::string created(std::int64_t seconds) {
  return metadata_with(8, message([&](pbf_writer& time) {
                         time.add_int64(1, seconds);
                         time.add_int32(2, 5);
                       }));
}

const MessageCase kMessages[] = {
    {"nothing", "", "{}"},
    {"text", metadata_with(1, "p"), R"({"metadata":{"name":"p"}})"},
    {"empty_text", metadata_with(1, ""), R"({"metadata":{}})"},
    {"quotes", metadata_with(1, "a\"\\\n\x01"), R"({"metadata":{"name":"a\"\\\u000a\u0001"}})"},
    {"utf8", metadata_with(1, "ä€😀"), R"({"metadata":{"name":"ä€😀"}})"},
    {"not_utf8", metadata_with(1, "a\xFF\xC3(\xED\xA0\x80\xE2\x82"),
     "{\"metadata\":{\"name\":\"a\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\"}}"},
    {"overlong", metadata_with(1, "\xC0\xAF\xF0\x80\x80\x80"),
     "{\"metadata\":{\"name\":\"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\"}}"},
    {"negative", priority(-7), R"({"spec":{"priority":-7}})"},
    {"known_volume", volumes(2), R"({"spec":{"volumes":[{"name":"v","emptyDir":{}}]}})"},
    {"unknown_volume", volumes(77), R"({"spec":{"volumes":[{"name":"v","field 77":{}}]}})"},
    {"time", created(1764504000), R"({"metadata":{"creationTimestamp":"2025-11-30T12:00:00Z"}})"},
    {"time_before_1970", created(-1),
     R"({"metadata":{"creationTimestamp":"1969-12-31T23:59:59Z"}})"},
    {"no_time", metadata_with(8, ""), R"({"metadata":{}})"},
    {"time_of_no_calendar", created(std::int64_t{1} << 62U),
     R"({"metadata":{"creationTimestamp":"4611686018427387904"}})"},
    {"map_entry_without_value",
     metadata_with(11, message([](pbf_writer& entry) { entry.add_string(1, "k"); })),
     R"({"metadata":{"labels":{"k":""}}})"},
    {"twice", twice(metadata_with(1, "p")),
     "! not what is expected in protobuf: the field metadata is there twice"},
    {"wrong_type", message([](pbf_writer& pod) { pod.add_int64(1, 5); }),
     "! not what is expected in protobuf: field 1 is of the wrong type"},
    {"cut", metadata_with(1, "abc").substr(0, 5), "! not protobuf: end of buffer exception"},
    {"group", "\x5B", "! not protobuf: unknown pbf field type exception"},
    {"no_field", std::string("\x02\x00", 2), "! not protobuf: invalid tag exception"},
};
INSTANTIATE_TEST_SUITE_P(Messages, ProtobufMessageTest, testing::ValuesIn(kMessages),
                         [](const auto& row) { return row.param.name; });

TEST(ProtobufMessageTest, JsonIsBounded) {
  const auto json = message_to_json(metadata_with(1, std::string(kJsonBytesMax, 'x')), "Pod");
  ASSERT_TRUE(json.has_error());
  EXPECT_EQ(json.error().message, "not what is expected in protobuf: an object is too large");
}

const std::string kItem =
    R"({"metadata":{"name":"a","namespace":"ns","uid":"u","resourceVersion":"3"}})";
const std::string kList =
    R"({"metadata":{"resourceVersion":"9"},"items":[)" + kItem + "," + kItem + "]}";

// How many items, then what stopped it.
std::string list_of(const std::string& bytes, std::size_t piece,
                    ListFramer::Limits limits = ListFramer::Limits()) {
  const auto texts = test::list_texts(ListFramer("Pod", limits), bytes, piece);
  return std::to_string(texts.size() - 1) + ' ' + texts.back();
}

// The envelope's first field.
std::string type_of(std::string_view kind) {
  return message([&](pbf_writer& envelope) {
    envelope.add_string(1, message([&](pbf_writer& type) {
                          type.add_string(1, "v1");
                          type.add_string(2, std::string(kind));
                        }));
  });
}

std::string enveloped(std::string_view kind, const std::string& list) {
  return std::string(kMagic) + type_of(kind) +
         message([&](pbf_writer& envelope) { envelope.add_string(2, list); });
}

struct ListCase {
  std::string name;
  std::string bytes;
  std::string want;
};
std::ostream& operator<<(std::ostream& out, const ListCase& c) { return out << c.name; }

class ProtobufListTest : public testing::TestWithParam<ListCase> {};

TEST_P(ProtobufListTest, SameWhateverThePieces) {
  for (const std::size_t piece : {1U, 3U, 64U, 100'000U}) {
    EXPECT_EQ(list_of(GetParam().bytes, piece), GetParam().want) << "pieces of " << piece;
  }
}

std::string whole() { return test::protobuf_list(kList, "Pod").value(); }

std::string of_length(std::uint64_t bytes) {
  return message([&](pbf_writer& list) { list.add_uint64(1, bytes); }).replace(0, 1, "\x12");
}

const ListCase kLists[] = {
    {"two", whole(), R"(2 end: {"resourceVersion":"9"})"},
    {"more_behind_it", whole() + "garbage", R"(2 end: {"resourceVersion":"9"})"},
    {"nothing_in_it", enveloped("PodList", ""), "0 end: "},
    {"cut", whole().substr(0, 100), "0 more"},
    {"no_magic", "k8x" + whole(), "0 !not a list in protobuf"},
    {"another_kind", enveloped("Status", ""), "0 !an object of kind \"Status\" instead of PodList"},
    {"no_kind", enveloped("", ""), "0 !an object of kind \"\" instead of PodList"},
    {"item_beyond_the_list", enveloped("PodList", of_length(100)),
     "0 !a field of the list is longer than the list"},
    {"header_beyond_the_list", enveloped("PodList", "\x12"),
     "0 !a list that ends in the middle of a field"},
    {"huge_item",
     std::string(kMagic) + type_of("PodList") + of_length(std::uint64_t{1} << 60U) +
         of_length(std::uint64_t{1} << 50U),
     "0 !an item of the list is too large"},
    {"endless_header", enveloped("PodList", std::string(30, '\xFF')), "0 !not a list in protobuf"},
    {"number_instead_of_items",
     enveloped("PodList", message([](pbf_writer& list) { list.add_uint64(2, 1); })),
     "0 !a list with a field of the wrong type"},
    {"large_envelope", std::string(kMagic) + message([](pbf_writer& envelope) {
                         envelope.add_string(1, std::string(5000, 'x'));
                       }),
     "0 !the envelope of the list is too large"},
    {"damaged_item",
     enveloped("PodList", message([](pbf_writer& list) { list.add_string(2, "\x0A\x7F"); })),
     "0 !not protobuf: end of buffer exception"},
};
INSTANTIATE_TEST_SUITE_P(Lists, ProtobufListTest, testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

TEST(ProtobufListTest, ItemsAndMetadataAreBounded) {
  ListFramer::Limits limits;
  limits.item_bytes_max = 10;
  EXPECT_EQ(list_of(whole(), 7, limits), "0 !an item of the list is too large");
  limits.item_bytes_max = 1000;
  limits.metadata_bytes_max = 2;
  EXPECT_EQ(list_of(whole(), 7, limits), "0 !the metadata of the list is too large");
}

// Of each event its JSON, then what stopped it.
std::string events_of(const std::string& bytes, std::size_t piece) {
  WatchFramer framer;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    framer.feed(part);
    while (true) {
      const auto step = framer.next();
      if (step == WatchFramer::Step::kNeedBytes) break;
      if (step == WatchFramer::Step::kBroken) return seen + "! " + framer.error();
      seen += framer.event() + " ";
    }
  }
  return seen + (framer.in_event() ? "cut" : "");
}

std::string framed(const std::string& event) {
  return std::string("\0\0\0", 3) + static_cast<char>(event.size()) + event;
}

std::string event(const std::string& type, const std::string& object) {
  return framed(message([&](pbf_writer& writer) {
    writer.add_string(1, type);
    writer.add_string(2, message([&](pbf_writer& raw) { raw.add_string(1, object); }));
  }));
}

class ProtobufWatchTest : public testing::TestWithParam<ListCase> {};

TEST_P(ProtobufWatchTest, SameWhateverThePieces) {
  for (const std::size_t piece : {1U, 3U, 64U, 100'000U}) {
    EXPECT_EQ(events_of(GetParam().bytes, piece), GetParam().want) << "pieces of " << piece;
  }
}

const ListCase kWatches[] = {
    {"two", event("ADDED", enveloped("Pod", "")) + event("ERROR", enveloped("Status", "")),
     R"({"type":"ADDED","object":{"kind":"Pod"}} {"type":"ERROR","object":{"kind":"Status"}} )"},
    {"no_object", event("ADDED", ""), R"({"type":"ADDED"} )"},
    {"nothing", framed(""), R"({"type":""} )"},
    {"cut", event("ADDED", enveloped("Pod", "")).substr(0, 20), "cut"},
    {"cut_length", std::string("\0\0", 2), "cut"},
    {"no_magic", event("ADDED", "{}"),
     "! not what is expected in protobuf: an object without its magic number"},
    {"another_kind", event("ADDED", enveloped("Secret", "")),
     "! not what is expected in protobuf: an object of kind \"Secret\""},
    {"too_long", std::string("\x01\0\0\x01", 4), "! a watch event is longer than 16777216 bytes"},
    {"damaged", framed("\x0A\x7F"), "! not protobuf: end of buffer exception"},
};
INSTANTIATE_TEST_SUITE_P(Watches, ProtobufWatchTest, testing::ValuesIn(kWatches),
                         [](const auto& row) { return row.param.name; });

TEST(ProtobufStatusTest, ARefusalIsReadInBothRepresentations) {
  const std::string json =
      R"({"kind":"Status","message":"bad","reason":"Invalid","code":422,"details":{)"
      R"("retryAfterSeconds":3,"causes":[{"field":"spec.x","message":"no"}]}})";
  const ApiStatus status = decode_status(422, test::protobuf_body(json).value());
  EXPECT_EQ(status.reason, "Invalid");
  EXPECT_EQ(status.message, "bad");
  EXPECT_EQ(status.causes, std::vector<std::string>{"spec.x: no"});
  EXPECT_EQ(status.retry_after, std::chrono::seconds{3});
  EXPECT_EQ(decode_status(500, std::string(kMagic) + "\x0A").code, 500);
}

}  // namespace
}  // namespace neuron_scheduler::client::protobuf
