// SPDX-License-Identifier: Apache-2.0
// Attribute values of real domain controllers (tests/golden/*/blobs.json, see the README there): each decodes, its JSON encodes
// back to the same octets, and the fields say what Samba's own reader says.
#include <fstream>
#include <map>
#include <sstream>

#include "drsuapi/blobs/test_support.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

json::array golden() {
  const std::ifstream file(TRIBUTARY_SOURCE_DIR "/tests/golden/samba-4.17/blobs.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_array();
}

/// The values of one attribute, with Samba's print of each where there is one.
struct Value {
  Bytes octets;
  std::string print;
};
std::vector<Value> values_of(std::string_view attribute) {
  std::vector<Value> values;
  for (const auto& entry : golden()) {
    if (entry.at("attribute") != json::string_view(attribute.data(), attribute.size())) continue;
    const auto* prints = entry.as_object().if_contains("samba_print");
    const auto& stored = entry.at("values").as_array();
    for (std::size_t i = 0; i < stored.size(); ++i)
      values.push_back({from_base64(stored[i].as_string()).value(), prints == nullptr ? "" : std::string(prints->at(i).as_string())});
  }
  return values;
}

/// Every "name : value" of a print, in order; of "TEXT (0x1f)" and "0x1f (31)" the number.
std::vector<std::string> fields(const std::string& print, const std::string& name) {
  std::vector<std::string> found;
  std::istringstream lines(print);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || line.substr(0, line.find_last_not_of(' ', colon - 1) + 1) != name) continue;
    auto value = line.substr(std::min(line.size(), colon + 2));
    if (const auto open = value.rfind('('); open != std::string::npos && value.back() == ')')
      value = std::to_string(std::stoull(value.substr(open + 1, value.size() - open - 2), nullptr, 0));
    found.push_back(value);
  }
  return found;
}

std::string shown(const json::value& value) {
  if (value.is_object()) return shown(value.at("value"));
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}
std::vector<std::string> column(const json::value& list, json::string_view name) {
  std::vector<std::string> found;
  for (const auto& item : list.as_array()) found.push_back(shown(item.at(name)));
  return found;
}
using Texts = std::vector<std::string>;

TEST(Golden, EveryValueOfSambaComesBackByteForByte) {
  const std::pair<const char*, std::size_t> attributes[] = {
      {"repsFrom", 17}, {"repsTo", 5},  {"replUpToDateVector", 12}, {"replPropertyMetaData", 39}, {"partialAttributeSet", 1},
      {"prefixMap", 2}, {"schedule", 5}};
  for (const auto& [attribute, at_least] : attributes) {
    const auto values = values_of(attribute);
    EXPECT_GE(values.size(), at_least) << attribute;
    for (const auto& value : values) {
      const auto json = expect_roundtrip(attribute, value.octets);
      EXPECT_FALSE(json.contains("unknown")) << attribute;
      EXPECT_FALSE(json.contains("trailing")) << attribute;
    }
  }
  for (const auto& value : values_of("member")) expect_roundtrip("extendedDn", value.octets);
}

TEST(Golden, RepsFromAndRepsToSayWhatSambaReads) {
  std::size_t compared = 0;
  for (const auto* attribute : {"repsFrom", "repsTo"}) {
    for (const auto& [octets, print] : values_of(attribute)) {
      if (print.empty()) continue;
      ++compared;
      const auto json = expect_roundtrip(attribute, octets);
      EXPECT_EQ(fields(print, "version"), Texts{shown(json.at("dwVersion"))});
      EXPECT_EQ(fields(print, "consecutive_sync_failures"), Texts{shown(json.at("cConsecutiveFailures"))});
      if (const auto address = fields(print, "dns_name"); !address.empty())
        EXPECT_EQ(address, Texts{"'" + shown(json.at("otherDra").at("mtx_name")) + "'"});
      else
        EXPECT_EQ(fields(print, "dns_name2").back(), "'" + shown(json.at("otherDra").at("pszInstance")) + "'");
      EXPECT_EQ(fields(print, "replica_flags"), Texts{shown(json.at("ulReplicaFlags"))});
      EXPECT_EQ(fields(print, "tmp_highest_usn"), Texts{shown(json.at("usnVec").at("usnHighObjUpdate"))});
      EXPECT_EQ(fields(print, "highest_usn"), Texts{shown(json.at("usnVec").at("usnHighPropUpdate"))});
      EXPECT_EQ(fields(print, "source_dsa_obj_guid"), Texts{shown(json.at("uuidDsaObj"))});
      EXPECT_EQ(fields(print, "source_dsa_invocation_id"), Texts{shown(json.at("uuidInvocId"))});
    }
  }
  EXPECT_GT(compared, 10u);
}

TEST(Golden, UpToDateVectorsSayWhatSambaReads) {
  std::size_t cursors = 0;
  for (const auto& [octets, print] : values_of("replUpToDateVector")) {
    const auto json = expect_roundtrip("replUpToDateVector", octets);
    EXPECT_EQ(fields(print, "source_dsa_invocation_id"), column(json.at("rgCursors"), "uuidDsa"));
    EXPECT_EQ(fields(print, "highest_usn"), column(json.at("rgCursors"), "usnHighPropUpdate"));
    cursors += json.at("rgCursors").as_array().size();
  }
  EXPECT_GT(cursors, 10u);
}

TEST(Golden, StampsSayWhatSambaReads) {
  std::size_t stamps = 0;
  for (const auto& [octets, print] : values_of("replPropertyMetaData")) {
    if (print.empty()) continue;
    const auto json = expect_roundtrip("replPropertyMetaData", octets);
    const auto& list = json.at("rgMetaData");
    EXPECT_EQ(fields(print, "attid"), column(list, "attrTyp"));
    EXPECT_EQ(fields(print, "originating_invocation_id"), column(list, "uuidDsaOriginating"));
    EXPECT_EQ(fields(print, "originating_usn"), column(list, "usnOriginating"));
    EXPECT_EQ(fields(print, "local_usn"), column(list, "usnLocalChange"));
    auto versions = column(list, "dwVersion");
    versions.insert(versions.begin(), "1");  // the vector's own
    EXPECT_EQ(fields(print, "version"), versions);
    stamps += list.as_array().size();
  }
  EXPECT_GT(stamps, 100u);
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
