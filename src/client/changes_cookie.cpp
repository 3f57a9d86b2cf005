// SPDX-License-Identifier: Apache-2.0
// ChangesCookie as text: JSON with a format name and a version, one cursor a line. What it holds is described at the type.
// Reading is strict: a cookie that somebody edited wrongly must not make a reader miss changes.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/win32.hpp"
#include "client/changes.hpp"

namespace tributary::client {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "tributary-changes-cookie";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kTextMax = std::size_t{64} << 20;  // half a million cursors; no forest has that many DSA incarnations

std::unexpected<Error> wrong(const std::string& what) { return fail(win32::kErrorInvalidData, "changes cookie: " + what); }

/// The members of one object; finish() finds those that nobody asked for.
class Members {
 public:
  Members(const json::object& object, Error& error) : object_(object), error_(error) {}

  const json::value* take(std::string_view name) {
    ++taken_;
    const auto* const found = object_.if_contains(name);
    if (found == nullptr) blame(name, "is missing");
    return found;
  }
  std::string text(std::string_view name) {
    const auto* const value = take(name);
    if (value != nullptr && !value->is_string()) blame(name, "is no text");
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto* const value = take(name);
    if (value == nullptr) return least;
    const auto* const number = value->if_int64();
    if (number == nullptr || *number < least || *number > most) {
      blame(name, "is no number in its range");
      return least;
    }
    return *number;
  }
  std::int64_t usn(std::string_view name) { return number(name, 0, INT64_MAX); }
  bool boolean(std::string_view name) {
    const auto* const value = take(name);
    if (value != nullptr && !value->is_bool()) blame(name, "is neither true nor false");
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  Guid guid(std::string_view name) {
    const auto parsed = parse_guid(text(name));
    if (!parsed) blame(name, "is no GUID");
    return parsed.value_or(Guid{});
  }
  const json::array* list(std::string_view name) {
    const auto* const value = take(name);
    if (value != nullptr && !value->is_array()) blame(name, "is no list");
    return value != nullptr ? value->if_array() : nullptr;
  }
  void finish() {
    if (object_.size() > taken_) blame("a member", "is not known");
  }
  void blame(std::string_view name, std::string_view how) {
    if (error_.code == Win32::kSuccess) error_ = wrong(fmt::format("{} {}", name, how)).error();
  }

 private:
  const json::object& object_;
  Error& error_;
  std::size_t taken_ = 0;
};

drsuapi::USN_VECTOR read_usn_vector(Members& members, Error& error) {
  drsuapi::USN_VECTOR vector;
  const auto* const value = members.take("usn_vector");
  if (value == nullptr) return vector;
  if (!value->is_object()) return members.blame("usn_vector", "is no object"), vector;
  Members fields(value->get_object(), error);
  vector.usnHighObjUpdate = fields.usn("high_obj_update");
  vector.usnReserved = fields.usn("reserved");
  vector.usnHighPropUpdate = fields.usn("high_prop_update");
  fields.finish();
  return vector;
}

void read_cursors(ChangesCookie& cookie, Members& members, Error& error) {
  const auto* const list = members.list("up_to_dateness");
  if (list == nullptr) return;
  if (list->size() > drsuapi::kCursorsMax) return members.blame("up_to_dateness", "is too long");
  for (const auto& item : *list) {
    if (!item.is_object()) return members.blame("a cursor", "is no object");
    Members fields(item.get_object(), error);
    const Guid dsa = fields.guid("invocation_id");
    cookie.up_to_dateness.rgCursors.push_back({dsa, fields.usn("usn")});
    fields.finish();
  }
}

void read_attributes(ChangesCookie& cookie, Members& members) {
  const auto* const list = members.list("partial_attribute_set");
  if (list == nullptr) return;
  for (const auto& item : *list) {
    const auto* const attid = item.if_int64();
    if (attid == nullptr || *attid < 0 || *attid > UINT32_MAX) return members.blame("partial_attribute_set", "holds what is no attribute");
    cookie.partial_attribute_set.push_back(static_cast<std::uint32_t>(*attid));
  }
}

void read_delivered(ChangesCookie& cookie, Members& members) {
  const auto octets = from_base64(members.text("delivered"));
  if (!octets || octets->size() % sizeof(std::uint64_t) != 0 || octets->size() / sizeof(std::uint64_t) > ChangesCookie::kDeliveredMax)
    return members.blame("delivered", "is no list of fingerprints");
  cookie.delivered.resize(octets->size() / sizeof(std::uint64_t));
  for (std::size_t i = 0; i < cookie.delivered.size(); ++i) cookie.delivered[i] = load_le<std::uint64_t>(octets->data() + i * sizeof(std::uint64_t));
}

std::string delivered_text(const std::vector<std::uint64_t>& delivered) {
  Bytes octets(delivered.size() * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < delivered.size(); ++i) store_le<std::uint64_t>(octets.data() + i * sizeof(std::uint64_t), delivered[i]);
  return to_base64(octets);
}

}  // namespace

std::string ChangesCookie::encode() const {
  std::string out = fmt::format(
      "{{\n  \"format\": \"{}\",\n  \"version\": {},\n  \"nc\": {},\n  \"invocation_id\": \"{}\",\n"
      "  \"usn_vector\": {{\"high_obj_update\": {}, \"reserved\": {}, \"high_prop_update\": {}}},\n"
      "  \"cycle_complete\": {},\n  \"flags\": {},\n  \"partial_attribute_set\": [",
      kFormat, kVersion, json::serialize(json::string(nc_dn)), to_string(invocation_id), usn_vector.usnHighObjUpdate, usn_vector.usnReserved,
      usn_vector.usnHighPropUpdate, cycle_complete, flags);
  for (std::size_t i = 0; i < partial_attribute_set.size(); ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", partial_attribute_set[i]);
  out += "],\n  \"up_to_dateness\": [";
  for (std::size_t i = 0; i < up_to_dateness.rgCursors.size(); ++i) {
    const auto& cursor = up_to_dateness.rgCursors[i];
    out += fmt::format("{}\n    {{\"invocation_id\": \"{}\", \"usn\": {}}}", i == 0 ? "" : ",", to_string(cursor.uuidDsa), cursor.usnHighPropUpdate);
  }
  out += up_to_dateness.rgCursors.empty() ? "]," : "\n  ],";
  return out + fmt::format("\n  \"delivered\": \"{}\"\n}}\n", delivered_text(delivered));
}

Result<ChangesCookie> ChangesCookie::decode(std::string_view text) {
  if (text.size() > kTextMax) return wrong("the text is too long");
  boost::system::error_code unreadable;
  const json::value parsed = json::parse(text, unreadable);
  if (unreadable) return wrong("not JSON: " + unreadable.message());
  if (!parsed.is_object()) return wrong("not an object");
  Error error;
  Members members(parsed.get_object(), error);
  if (members.text("format") != kFormat) return wrong("this is another kind of file");
  if (members.number("version", 1, INT64_MAX) != kVersion) return wrong("a version that this program does not know");
  ChangesCookie cookie;
  cookie.nc_dn = members.text("nc");
  if (cookie.nc_dn.empty()) members.blame("nc", "is empty");
  cookie.invocation_id = InvocationId{members.guid("invocation_id")};
  cookie.usn_vector = read_usn_vector(members, error);
  cookie.cycle_complete = members.boolean("cycle_complete");
  cookie.flags = static_cast<std::uint32_t>(members.number("flags", 0, UINT32_MAX));
  read_attributes(cookie, members);
  read_cursors(cookie, members, error);
  read_delivered(cookie, members);
  members.finish();
  if (error.code != Win32::kSuccess) return std::unexpected(std::move(error));
  return cookie;
}

}  // namespace tributary::client
