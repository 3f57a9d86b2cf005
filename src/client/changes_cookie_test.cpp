// SPDX-License-Identifier: Apache-2.0
// The cookie's text: what goes in comes out, it is readable, and nothing that was edited wrongly is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "client/changes.hpp"

namespace tributary::client {
namespace {

ChangesCookie sample() {
  ChangesCookie cookie;
  cookie.nc_dn = "DC=lab,DC=\"example\"";
  cookie.invocation_id = InvocationId{"e24d201a-4fd6-11d1-a3da-0000f875ae0d"_guid};
  cookie.usn_vector = {3812, 1, 3813};
  cookie.cycle_complete = true;
  cookie.flags = kReaderFlags;
  cookie.partial_attribute_set = {0, 0x90001, 0xFFFFFFFF};
  cookie.up_to_dateness.rgCursors.push_back({"e24d201a-4fd6-11d1-a3da-0000f875ae0d"_guid, 3813});
  cookie.up_to_dateness.rgCursors.push_back({"00000000-0000-0000-0000-000000000001"_guid, INT64_MAX});
  cookie.delivered = {1, UINT64_MAX};
  return cookie;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(ChangesCookie, ComesBackAsItWas) {
  for (const auto& cookie : {sample(), [] {
         ChangesCookie bare;
         bare.nc_dn = "DC=lab";
         return bare;
       }()}) {
    const auto decoded = ChangesCookie::decode(cookie.encode());
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(*decoded, cookie);
  }
}

TEST(ChangesCookie, IsReadableAndSaysWhatItIs) {
  const auto text = sample().encode();
  EXPECT_THAT(text, testing::HasSubstr("\"format\": \"tributary-changes-cookie\",\n  \"version\": 1,\n"));
  EXPECT_THAT(text, testing::HasSubstr("{\"invocation_id\": \"e24d201a-4fd6-11d1-a3da-0000f875ae0d\", \"usn\": 3813}"));
  EXPECT_THAT(text, testing::EndsWith("\n  ],\n  \"delivered\": \"AQAAAAAAAAD//////////w==\"\n}\n"));
}

TEST(ChangesCookie, RefusesWhatItDidNotWrite) {
  const auto good = sample().encode();
  const std::pair<std::string_view, std::string> cases[] = {
      {"not JSON", ""},
      {"not JSON", good.substr(0, good.size() - 3)},
      {"not an object", "[]"},
      {"another kind", replaced(good, "tributary-changes-cookie", "something")},
      {"another kind", "{}"},
      {"version", replaced(good, "\"version\": 1", "\"version\": 2")},
      {"version", replaced(good, "\"version\": 1", "\"version\": \"1\"")},
      {"nc is empty", replaced(good, "\"nc\": \"DC=lab,DC=\\\"example\\\"\"", "\"nc\": \"\"")},
      {"nc is no text", replaced(good, "\"nc\": \"DC=lab,DC=\\\"example\\\"\"", "\"nc\": 5")},
      {"nc is missing", replaced(good, "\"nc\"", "\"naming_context\"")},
      {"invocation_id is no GUID", replaced(good, "e24d201a-4fd6", "e24d201a-4fdX")},
      {"usn_vector is no object", replaced(good, "\"usn_vector\": {\"high_obj_update\": 3812, \"reserved\": 1, \"high_prop_update\": 3813}", "\"usn_vector\": 3")},
      {"high_obj_update is no number", replaced(good, "\"high_obj_update\": 3812", "\"high_obj_update\": -1")},
      {"reserved is missing", replaced(good, "\"reserved\"", "\"Reserved\"")},
      {"a member is not known", replaced(good, "\"reserved\": 1", "\"reserved\": 1, \"more\": 2")},
      {"cycle_complete is neither", replaced(good, "\"cycle_complete\": true", "\"cycle_complete\": 1")},
      {"flags is no number", replaced(good, "\"flags\": ", "\"flags\": 9999999999")},
      {"partial_attribute_set is no list", replaced(good, "[0, 589825, 4294967295]", "7")},
      {"partial_attribute_set holds", replaced(good, "[0, 589825,", "[-1, 589825,")},
      {"partial_attribute_set holds", replaced(good, "[0, 589825,", "[\"cn\", 589825,")},
      {"a cursor is no object", replaced(good, "{\"invocation_id\": \"e24d201a-4fd6-11d1-a3da-0000f875ae0d\", \"usn\": 3813}", "4")},
      {"usn is no number", replaced(good, "\"usn\": 3813", "\"usn\": 3813.5")},
      {"up_to_dateness is missing", replaced(good, "\"up_to_dateness\"", "\"upToDateness\"")},
      {"delivered is no list", replaced(good, "AQAAAAAAAAD//////////w==", "AQAAAAAAAAD//////////w")},
      {"delivered is no list", replaced(good, "AQAAAAAAAAD//////////w==", "AQAAAA==")},
      {"a member is not known", replaced(good, "\"flags\"", "\"comment\": \"mine\",\n  \"flags\"")},
  };
  for (const auto& [why, text] : cases) {
    const auto decoded = ChangesCookie::decode(text);
    ASSERT_FALSE(decoded) << why << ": " << text;
    EXPECT_EQ(decoded.error().code, win32::kErrorInvalidData) << why;
    EXPECT_THAT(decoded.error().detail, testing::HasSubstr(std::string(why)));
  }
}

TEST(ChangesCookie, SurvivesDeepAndEndlessText) {
  EXPECT_FALSE(ChangesCookie::decode(std::string(100'000, '[')));
  EXPECT_FALSE(ChangesCookie::decode(std::string((std::size_t{64} << 20) + 1, ' ')));
}

}  // namespace
}  // namespace tributary::client
