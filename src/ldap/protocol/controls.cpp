// SPDX-License-Identifier: Apache-2.0
// The values of controls ([MS-ADTS] 3.1.1.3.4.1; RFC 2696, RFC 2891, draft-ietf-ldapext-ldapv3-vlv). Trailing elements are ignored as in
// messages. Values only.
#include "ldap/protocol/controls.hpp"

#include <algorithm>
#include <utility>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "ldap/protocol/ber.hpp"

namespace tributary::ldap {
namespace {

constexpr std::size_t kSortKeysMax = 64;
constexpr std::uint32_t kSdFlagsAll = 15;

std::unexpected<Error> malformed(const Control& control, std::string_view what) {
  return fail(win32::kErrorInvalidParameter, "the value of control " + to_printable(control.oid, 64) + ' ' + std::string(what), Phase::kLdap);
}

/// A number that is meant to be one of 32 bits without sign: some clients write flags with the highest bit as five octets, others as a
/// negative number.
std::optional<std::uint32_t> flags_in(std::optional<ByteView> content) {
  if (!content) return std::nullopt;
  if (content->size() == 5 && content->front() == 0) return load_be<std::uint32_t>(content->data() + 1);
  const auto number = number_in(*content);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}
std::optional<std::uint32_t> count_in(std::optional<ByteView> content) {
  const auto number = content ? number_in(*content) : std::nullopt;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// The elements of the SEQUENCE that the value is.
std::optional<BerReader> sequence_of(BerScratch& scratch, const Control& control) {
  if (!control.value) return std::nullopt;
  const auto whole = scratch.peek(*control.value);
  if (!whole || whole->tag != kSequence) return std::nullopt;
  return BerReader(scratch, whole->content);
}

/// SEQUENCE { INTEGER }; without a value the default, if there is one.
Result<std::uint32_t> read_flags(const Control& control, std::optional<std::uint32_t> by_default) {
  if ((!control.value || control.value->empty()) && by_default) return *by_default;
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  const auto flags = in ? flags_in(in->take(kInteger)) : std::nullopt;
  if (!flags) return malformed(control, "is not a SEQUENCE of an INTEGER");
  return *flags;
}

OwnedControl finished(std::string_view oid, BerElement* ber) { return {.oid = std::string(oid), .critical = false, .value = to_bytes(written(ber))}; }

}  // namespace

const Control* find_control(std::span<const Control> controls, std::string_view oid) noexcept {
  const auto found = std::ranges::find(controls, oid, &Control::oid);
  return found == controls.end() ? nullptr : &*found;
}

Result<PagedResults> read_paged_results(const Control& control) {
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  if (!in) return malformed(control, "is no SEQUENCE");
  const auto size = count_in(in->take(kInteger));
  const auto cookie = in->take(kOctetString);
  if (!size || !cookie) return malformed(control, "has no page size or no cookie");
  return PagedResults{.size = *size, .cookie = to_bytes(*cookie)};
}

OwnedControl write_paged_results(const PagedResults& control) {
  const auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{i", static_cast<ber_int_t>(control.size & 0x7FFF'FFFF)));
  put_octets(ber.get(), control.cookie);
  must_write(ber_printf(ber.get(), "}"));
  return finished(oid::kPagedResults, ber.get());
}

Result<std::vector<SortKey>> read_sort(const Control& control) {
  BerScratch scratch;
  auto list = sequence_of(scratch, control);
  if (!list) return malformed(control, "is no SEQUENCE");
  std::vector<SortKey> keys;
  while (!list->at_end()) {
    const auto item = list->take(kSequence);
    if (!item || keys.size() == kSortKeysMax) return malformed(control, "is no list of sort keys");
    BerReader in(scratch, *item);
    const auto attribute = in.text();
    if (!attribute) return malformed(control, "has a sort key without an attribute");
    const auto rule = in.text(0x80);
    const auto reverse = in.boolean(0x81);
    if (in.broken()) return malformed(control, "has a sort key whose lengths do not hold");
    keys.push_back({.attribute = *attribute, .matching_rule = rule.value_or(std::string_view()), .reverse = reverse.value_or(false)});
  }
  if (keys.empty()) return malformed(control, "has no sort key");
  return keys;
}

OwnedControl write_sort_response(ResultCode code, std::string_view attribute) {
  const auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{e", ber_int_t{std::to_underlying(code)}));
  if (!attribute.empty()) put_text(ber.get(), attribute, 0x80);
  must_write(ber_printf(ber.get(), "}"));
  return finished(oid::kServerSortResponse, ber.get());
}

Result<VlvRequest> read_vlv(const Control& control) {
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  if (!in) return malformed(control, "is no SEQUENCE");
  VlvRequest request;
  const auto before = count_in(in->take(kInteger)), after = count_in(in->take(kInteger));
  if (!before || !after) return malformed(control, "has no beforeCount or no afterCount");
  request.before = *before;
  request.after = *after;
  if (const auto by_offset = in->take(0xA0)) {
    BerReader place(scratch, *by_offset);
    const auto offset = count_in(place.take(kInteger)), count = count_in(place.take(kInteger));
    if (!offset || !count) return malformed(control, "has no offset or no contentCount");
    request.target = VlvRequest::ByOffset{.offset = *offset, .content_count = *count};
  } else if (const auto value = in->take(0x81)) {
    request.target = *value;
  } else {
    return malformed(control, "has no target");
  }
  request.context = in->take(kOctetString);
  if (in->broken()) return malformed(control, "has lengths that do not hold");
  return request;
}

OwnedControl write_vlv_response(std::uint32_t position, std::uint32_t count, ResultCode code, ByteView context) {
  const auto ber = make_ber_writer();
  const auto number = [](std::uint32_t value) { return static_cast<ber_int_t>(std::min(value, std::uint32_t{0x7FFF'FFFF})); };
  must_write(ber_printf(ber.get(), "{iie", number(position), number(count), ber_int_t{std::to_underlying(code)}));
  if (!context.empty()) put_octets(ber.get(), context);
  must_write(ber_printf(ber.get(), "}"));
  return finished(oid::kVlvResponse, ber.get());
}

Result<std::uint32_t> read_extended_dn(const Control& control) { return read_flags(control, 0); }
Result<std::uint32_t> read_sd_flags(const Control& control) { return read_flags(control, kSdFlagsAll); }
Result<std::uint32_t> read_search_options(const Control& control) { return read_flags(control, std::nullopt); }
Result<std::uint32_t> read_number(const Control& control) { return read_flags(control, std::nullopt); }

Result<DirSync> read_dirsync(const Control& control) {
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  if (!in) return malformed(control, "is no SEQUENCE");
  const auto flags = flags_in(in->take(kInteger)), octets_max = flags_in(in->take(kInteger));
  const auto cookie = in->take(kOctetString);
  if (!flags || !octets_max || !cookie) return malformed(control, "has no flags, size or cookie");
  return DirSync{.flags = *flags, .octets_max = *octets_max, .cookie = to_bytes(*cookie)};
}

OwnedControl write_dirsync(bool more, std::uint32_t octets_max, ByteView cookie) {
  const auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{ii", ber_int_t{more}, static_cast<ber_int_t>(octets_max)));
  put_octets(ber.get(), cookie);
  must_write(ber_printf(ber.get(), "}"));
  return finished(oid::kDirSync, ber.get());
}

Result<std::string_view> read_asq(const Control& control) {
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  const auto attribute = in ? in->text() : std::nullopt;
  if (!attribute) return malformed(control, "names no attribute");
  return *attribute;
}

OwnedControl write_asq_response(ResultCode code) {
  const auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{e}", ber_int_t{std::to_underlying(code)}));
  return finished(oid::kAsq, ber.get());
}

Result<std::string> read_verify_name(const Control& control) {
  BerScratch scratch;
  auto in = sequence_of(scratch, control);
  const auto flags = in ? in->number() : std::nullopt;
  const auto name = in ? in->take(kOctetString) : std::nullopt;
  if (!flags || !name || name->size() % 2 != 0) return malformed(control, "has no flags or no name in UTF-16");
  std::u16string units(name->size() / 2, u'\0');
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(load_le<std::uint16_t>(name->data() + 2 * i));
  while (!units.empty() && units.back() == u'\0') units.pop_back();
  auto text = to_utf8(units);
  if (!text) return malformed(control, "has a name that is no UTF-16");
  return std::move(*text);
}

}  // namespace tributary::ldap
