// SPDX-License-Identifier: Apache-2.0
// A walker that gives every field a value of its own and remembers, in the order of the fields, how Samba's ndrdump will print it.
// For the judge only: what it knows of Samba is how its tool formats numbers, strings, times, SIDs and octets.
#pragma once

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "base/ds_time.hpp"
#include "base/guid.hpp"
#include "base/sid.hpp"
#include "base/utf.hpp"
#include "drsuapi/types.hpp"
#include "ndr/types.hpp"

namespace tributary::drsuapi::judge {

/// One field: any of these texts must be printed after those of the fields before it.
struct Mark {
  std::string path;
  std::vector<std::string> texts;
};

class Marker {
 public:
  /// `tag`: the arm of the outermost union.
  explicit Marker(std::optional<std::uint32_t> tag) : tag_(tag) {}
  template <class T>
  void fill(T& v) {
    describe(*this, v);
  }
  [[nodiscard]] const std::vector<Mark>& marks() const noexcept { return marks_; }

  // The verbs, in the order of ndr.hpp.
  template <ndr::Scalar T>
  void scalar(std::string_view name, T& v, ndr::Range range = {}) {
    if (name == "SidLen") {
      v = kSidLen;
    } else if (name == "timeLastSyncSuccess" || name.ends_with("CreationTime")) {
      // DEVIATION: Samba's IDL has 100 ns units in timeLastSyncSuccess, [MS-DRSR] 5.203 has seconds.
      const auto time = next_time();
      v = static_cast<T>(to_file_time(time).ticks);
      return mark(name, {printed(time)});
    } else if (sizeof(T) == 8 && (name.starts_with("time") || name.starts_with("dstime"))) {
      const auto time = next_time();
      v = static_cast<T>(time.seconds);
      return mark(name, {printed(time), fmt::format("({})", time.seconds)});
    } else if (name == "ActualNtStatus") {
      v = static_cast<T>(0xC0000022);
      return mark(name, {"NT_STATUS_ACCESS_DENIED"});
    } else if (range.max != ~std::uint64_t{0}) {
      v = static_cast<T>(range.max);
    } else {
      v = static_cast<T>((std::uint64_t{1} << (8 * sizeof(T) - 2)) + ++number_);
    }
    mark_number(name, static_cast<std::make_unsigned_t<T>>(v));
  }
  void scalar(std::string_view name, Guid& v) { item(name, v); }
  template <class E>
    requires std::is_enum_v<E>
  void enumeration(std::string_view name, E& v, ndr::Range range = {}) {
    v = static_cast<E>(std::max<std::uint64_t>(range.min, 2));
    mark_number(name, static_cast<std::uint32_t>(v));
  }
  template <class F>
  void derived(std::string_view name, F&& value) {
    derived_at_ = marks_.size();
    mark(name, {});
    derived_ = value;
  }
  template <ndr::Scalar T, std::size_t N>
  void fixed(std::string_view name, std::array<T, N>& v) {
    for (auto& element : v) element = static_cast<T>(++number_);
    mark_octets(name, ByteView(v.data(), N));
  }
  template <class T>
  void count(std::string_view name, Seq<T>& v, ndr::Range = {}) {
    v.resize(ndr::Scalar<T> ? 4 : 2);
    mark_number(name, v.size());
  }
  void terminated_count(std::string_view name, Seq<char16_t>& v) {
    v = Seq<char16_t>(next_text<char16_t>());
    mark_number(name, v.size());
    marks_[derived_at_].texts = {fmt::format("({})", derived_())};
  }
  template <class T>
  void conformant_array(std::string_view name, Seq<T>& v) {
    elements(name, v);
  }
  void conformant_terminated(std::string_view name, Seq<char16_t>& v, ndr::Range = {}) {
    mark(name, {"'" + to_utf8_lossy(std::u16string_view(v.data(), v.size())) + "'"});
  }
  template <class T>
  void unique_array(std::string_view name, Seq<T>& v) {
    elements(name, v);
  }
  template <class T, class U>
  void parallel_array(std::string_view name, Seq<T>& v, Seq<U>& other) {
    v.resize(other.size());
    elements(name, v);
  }
  template <class C>
  void unique_string(std::string_view name, std::optional<std::basic_string<C>>& v) {
    ref_string(name, v.emplace());
  }
  template <class C>
  void ref_string(std::string_view name, std::basic_string<C>& v) {
    v = next_text<C>();
    mark(name, {"'" + std::string(v.begin(), v.end()) + "'"});
  }
  void unique_string_array(std::string_view name, Seq<WString>& v) {
    for (auto& string : v) unique_string(name, string);
  }
  void counted_string(std::string_view name, WString& v) { unique_string(name, v); }
  void nested(std::string_view name, NT4SID& v) {
    Sid sid{.identifier_authority = {0, 0, 0, 0, 0, 5}, .sub_authority_count = 5, .sub_authority = {21, ++number_, 2, 3, 500}};
    const Bytes octets = encode_sid(sid);
    std::copy(octets.begin(), octets.end(), v.Data.begin());
    mark(name, {to_string(sid)});
  }
  void nested(std::string_view name, FILETIME& v) {
    const auto time = next_time();
    const auto ticks = static_cast<std::uint64_t>(to_file_time(time).ticks);
    v = {static_cast<std::uint32_t>(ticks), static_cast<std::uint32_t>(ticks >> 32)};
    mark(name, {printed(time)});
  }
  template <class T>
  void nested(std::string_view name, T& v) {
    within(name, [&] { item({}, v); });
  }
  template <class T>
  void unique(std::string_view name, Unique<T>& v) {
    within(name, [&] { item({}, v); });
  }
  template <class T>
  void ref(std::string_view name, T& v) {
    nested(name, v);
  }
  template <class T>
  void linked_list(std::string_view name, Seq<T>& v) {
    v.resize(2);
    elements(name, v);
  }
  template <class T>
  void list_head(std::string_view name, Seq<T>& v) {
    linked_list(name, v);
  }
  template <class... A>
  void switch_value(std::string_view name, ndr::Union<A...>& v) {
    if (tag_) v.select(*tag_);
    tag_.reset();
    mark(name, {fmt::format("({})", v.tag()), fmt::format("{}", static_cast<std::int32_t>(v.tag()))});
  }
  template <class... A>
  void union_of(std::string_view name, ndr::Union<A...>& v) {
    within(name, [&] { v.visit([&](auto& arm) { item({}, arm); }); });
  }
  template <class... A>
  void unique_switch(std::string_view name, std::uint32_t& tag, Unique<ndr::Union<A...>>& v) {
    tag = v.emplace().tag();
    mark_number(name, tag);
  }
  template <class... A>
  void unique_union(std::string_view name, Unique<ndr::Union<A...>>& v) {
    union_of(name, *v);
  }

 private:
  static constexpr std::uint32_t kSidLen = 28;
  static constexpr std::int64_t kFirstTime = 1'790'000'000;  // of unix: in 2026

  template <class T>
  void item(std::string_view name, T& v) {
    if constexpr (ndr::Scalar<T>) {
      scalar(name, v);
    } else if constexpr (std::same_as<T, Guid>) {
      ++number_;
      for (std::size_t i = 0; i < v.octets.size(); ++i) v.octets[i] = static_cast<std::uint8_t>(i == 15 ? number_ : 0xA0 + i);
      mark(name, {to_string(v)});
    } else if constexpr (ndr::is_unique<T>::value) {
      if (depth_ == kDepthMax) return mark(name, {"NULL"});
      ++depth_;
      item(name, v.emplace());
      --depth_;
    } else if constexpr (std::same_as<T, NT4SID>) {
      nested(name, v);
    } else {
      describe(*this, v);
    }
  }
  template <class T>
  void elements(std::string_view name, Seq<T>& v) {
    if constexpr (std::same_as<T, char>) {
      const auto text = next_text<char>();
      v = Seq<char>(text.substr(0, 4));
      mark(name, {fmt::format("{}", std::string(v.begin(), v.end()))});
    } else if constexpr (sizeof(T) == 1) {
      for (auto& element : v) element = static_cast<std::uint8_t>(0x90 + ++number_ % 0x60);
      mark_octets(name, v.span());
    } else {
      within(name, [&] {
        for (auto& element : v) item({}, element);
      });
    }
  }
  template <class F>
  void within(std::string_view name, F&& f) {
    const std::size_t length = path_.size();
    if (!name.empty()) path_.append(path_.empty() ? "" : ".").append(name);
    f();
    path_.resize(length);
  }

  void mark(std::string_view name, std::vector<std::string> texts) {
    marks_.push_back({path_ + (path_.empty() || name.empty() ? "" : ".") + std::string(name), std::move(texts)});
  }
  /// As a number, an enumeration that has no such value, a WERROR, or a field that Samba takes for an IPv4 address or an NTSTATUS.
  void mark_number(std::string_view name, std::uint64_t value) {
    mark(name, {fmt::format("({})", value), fmt::format("(0x{:X})", value), fmt::format("DOS code 0x{:08x}", value)});
    if (name.starts_with("IPAddr"))
      marks_.back().texts = {fmt::format(": {}.{}.{}.{}", value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, value >> 24)};
    if (name == "errCode" && value == 0x40000001) marks_.back().texts = {"NT_STATUS_THREAD_WAS_SUSPENDED", "(1073741825)"};
  }
  /// As a dotted OID's octets, as a dump, or one by one.
  void mark_octets(std::string_view name, ByteView octets) {
    std::string packed, dumped = "[0000]", single;
    for (const auto octet : octets) {
      packed += fmt::format("{:02X}", octet);
      if (dumped.size() < 24) dumped += fmt::format(" {:02X}", octet);
    }
    single = fmt::format("0x{:02x} ({})", octets.front(), octets.front());
    mark(name, {packed, dumped, single});
  }
  template <class C>
  std::basic_string<C> next_text() {
    const auto text = fmt::format("text-{}", ++number_);
    return {text.begin(), text.end()};
  }
  DsTime next_time() { return ds_time_from_unix(kFirstTime + 60 * ++number_); }
  static std::string printed(DsTime time) {
    const std::time_t seconds = unix_from_ds_time(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &parts);
    return text;
  }

  static constexpr int kDepthMax = 3;
  std::optional<std::uint32_t> tag_;
  std::uint32_t number_ = 0;
  int depth_ = 0;
  std::string path_;
  std::vector<Mark> marks_;
  std::size_t derived_at_ = 0;
  std::function<std::uint32_t()> derived_;
};

}  // namespace tributary::drsuapi::judge
