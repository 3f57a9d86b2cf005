// SPDX-License-Identifier: Apache-2.0
// Fuzzes the way of a DC's answer to the reader: decoded, decompressed, widened, remembered in a cookie, filtered, shown as JSON lines.
// The first octet chooses the byte order; the rest is the stub. Whatever comes, the lines are JSON.
#include <boost/json.hpp>

#include "base/assert.hpp"
#include "client/change_json.hpp"
#include "client/changes_cycle.hpp"

namespace {

using namespace tributary;

/// One attribute of every syntax, so that values are shown in every way.
std::shared_ptr<const client::SchemaNames> schema_names() {
  std::vector<ldap_client::Entry> entries;
  for (int i = 0; i <= 64; ++i) {
    ldap_client::Entry entry;
    const auto set = [&](const char* name, const std::string& value) { entry.attributes[name] = {to_bytes(as_bytes(value))}; };
    set("lDAPDisplayName", "attribute" + std::to_string(i));
    set("attributeID", "2.5.4." + std::to_string(i));
    set("attributeSyntax", "2.5.5." + std::to_string(i % 18));
    entries.push_back(std::move(entry));
  }
  return client::SchemaNames::from_entries(entries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto names = schema_names();
  auto page = client::decode_page(Bytes(data + 1, data + size), (data[0] & 1) != 0 ? std::endian::big : std::endian::little);
  if (!page) return 0;
  client::ChangesCookie before;
  before.nc_dn = "DC=lab";
  const auto after = client::cookie_after(before, *page->reply);
  if (after) client::drop_delivered(*page, {});
  std::string text;
  client::ChangeJson(names).append_page(text, *page->reply);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    boost::system::error_code error;
    (void)boost::json::parse(std::string_view(text).substr(begin, end - begin), error);
    TRIBUTARY_ASSERT(!error);
    begin = end + 1;
  }
  if (!after) return 0;
  const client::Delivered delivered(after->delivered.begin(), after->delivered.end());
  const std::size_t objects = page->reply->pObjects.size();
  client::drop_delivered(*page, delivered);
  TRIBUTARY_ASSERT(page->reply->pObjects.size() <= objects);
  return 0;
}
