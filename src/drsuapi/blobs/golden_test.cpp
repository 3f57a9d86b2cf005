// SPDX-License-Identifier: Apache-2.0
// Attribute values of real domain controllers (tests/golden/*/blobs.json, see the README there): each decodes, and its JSON
// encodes back to the same octets.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "drsuapi/blobs/registry.hpp"

namespace tributary::drsuapi::blobs {
namespace {

namespace json = boost::json;

json::value load(const std::string& path) {
  const std::ifstream file(std::string(TRIBUTARY_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

/// Attribute -> values, over all DCs and objects.
std::map<std::string, std::vector<Bytes>> values_by_attribute(const std::string& path) {
  std::map<std::string, std::vector<Bytes>> values;
  for (const auto& entry : load(path).as_array())
    for (const auto& value : entry.at("values").as_array())
      values[std::string(entry.at("attribute").as_string())].push_back(from_base64(value.as_string()).value());
  return values;
}

TEST(Golden, EveryValueOfSambaComesBackByteForByte) {
  const auto values = values_by_attribute("tests/golden/samba-4.17/blobs.json");
  for (const std::string attribute :
       {"repsFrom", "repsTo", "replUpToDateVector", "replPropertyMetaData", "partialAttributeSet", "prefixMap", "schedule", "member"}) {
    const auto* type = blob_type(attribute == "member" ? "extendedDn" : attribute);
    ASSERT_NE(type, nullptr) << attribute;
    ASSERT_TRUE(values.contains(attribute)) << attribute;
    for (const auto& octets : values.at(attribute)) {
      const auto decoded = type->decode(octets);
      ASSERT_TRUE(decoded) << attribute << ": " << decoded.error().detail << "\n" << to_hex(octets);
      const auto text = json::serialize(*decoded);
      const auto encoded = type->encode(json::parse(text));
      ASSERT_TRUE(encoded) << attribute << ": " << encoded.error().detail << "\n" << text;
      EXPECT_EQ(to_hex(*encoded), to_hex(octets)) << text;
    }
  }
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
