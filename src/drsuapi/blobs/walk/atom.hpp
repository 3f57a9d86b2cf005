// SPDX-License-Identifier: Apache-2.0
// Atoms: the leaves of a packed structure. Atom<T> says, in one place, how many octets a T takes, how it is loaded and stored
// (little-endian unless the type says otherwise), and how it reads in JSON. Walkers are built on nothing else.
// JSON forms: docs/json/blob.md.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/ds_time.hpp"
#include "base/guid.hpp"
#include "base/win32.hpp"
#include "drsuapi/attid.hpp"
#include "drsuapi/blobs/walk/leaves.hpp"

namespace tributary::drsuapi::blobs {

template <class T>
struct Atom;

/// The JSON shapes that several atoms share. parse_*: the detail of the error says what was expected.
[[nodiscard]] Result<std::uint64_t> parse_unsigned(const json::value& value, std::uint64_t max);
[[nodiscard]] Result<std::int64_t> parse_signed(const json::value& value);
[[nodiscard]] Result<std::string_view> parse_string(const json::value& value);
/// {"value": n, "names": [...]}; parse also takes a bare number or a list of names and numbers.
[[nodiscard]] json::value bits_to_json(std::uint32_t bits, std::span<const Named> table);
[[nodiscard]] Result<std::uint32_t> parse_bits(const json::value& value, std::span<const Named> table);
/// {"value": n, "name": "..."}; parse also takes a bare number or a name.
[[nodiscard]] json::value choice_to_json(std::uint32_t choice, std::span<const Named> table);
[[nodiscard]] Result<std::uint32_t> parse_choice(const json::value& value, std::span<const Named> table, std::uint32_t max);
/// base64 under one agreed key: {"base64": "..."}.
[[nodiscard]] json::value octets_to_json(ByteView octets);
[[nodiscard]] Result<Bytes> parse_octets(const json::value& value);
/// A text that is UTF-8 as a JSON string, anything else as octets_to_json.
[[nodiscard]] json::value text_to_json(ByteView text);
[[nodiscard]] Result<Bytes> parse_text(const json::value& value);

template <std::integral T>
struct Atom<T> {
  static constexpr std::size_t octets = sizeof(T);
  using U = std::make_unsigned_t<T>;
  static T load(const std::uint8_t* at) { return static_cast<T>(load_le<U>(at)); }
  static void store(std::uint8_t* at, T v) { store_le<U>(at, static_cast<U>(v)); }
  static json::value to_json(T v) { return v; }
  static Result<T> parse(const json::value& value) {
    if constexpr (std::signed_integral<T>) {
      static_assert(sizeof(T) == 8, "the only signed fields are 64 bits wide");
      return parse_signed(value);
    } else {
      auto number = parse_unsigned(value, std::numeric_limits<T>::max());
      if (!number) return std::unexpected(number.error());
      return static_cast<T>(*number);
    }
  }
};

template <>
struct Atom<Guid> {
  static constexpr std::size_t octets = 16;
  static Guid load(const std::uint8_t* at);
  static void store(std::uint8_t* at, const Guid& v);
  static json::value to_json(const Guid& v);
  static Result<Guid> parse(const json::value& value);
};
template <class Tag>
struct Atom<StrongGuid<Tag>> {
  static constexpr std::size_t octets = 16;
  static StrongGuid<Tag> load(const std::uint8_t* at) { return {Atom<Guid>::load(at)}; }
  static void store(std::uint8_t* at, const StrongGuid<Tag>& v) { Atom<Guid>::store(at, v.value); }
  static json::value to_json(const StrongGuid<Tag>& v) { return Atom<Guid>::to_json(v.value); }
  static Result<StrongGuid<Tag>> parse(const json::value& value) {
    auto guid = Atom<Guid>::parse(value);
    if (!guid) return std::unexpected(guid.error());
    return StrongGuid<Tag>{*guid};
  }
};

template <>
struct Atom<Usn> {
  static constexpr std::size_t octets = 8;
  static Usn load(const std::uint8_t* at) { return {Atom<std::int64_t>::load(at)}; }
  static void store(std::uint8_t* at, Usn v) { Atom<std::int64_t>::store(at, v.value); }
  static json::value to_json(Usn v) { return v.value; }
  static Result<Usn> parse(const json::value& value);
};
template <>
struct Atom<DsTime> {
  static constexpr std::size_t octets = 8;
  static DsTime load(const std::uint8_t* at) { return {Atom<std::int64_t>::load(at)}; }
  static void store(std::uint8_t* at, DsTime v) { Atom<std::int64_t>::store(at, v.seconds); }
  static json::value to_json(DsTime v);
  static Result<DsTime> parse(const json::value& value);
};
template <>
struct Atom<FileTime> {
  static constexpr std::size_t octets = 8;
  static FileTime load(const std::uint8_t* at) { return {Atom<std::int64_t>::load(at)}; }
  static void store(std::uint8_t* at, FileTime v) { Atom<std::int64_t>::store(at, v.ticks); }
  static json::value to_json(FileTime v);
  static Result<FileTime> parse(const json::value& value);
};
/// The DWORD of a Win32 status, with its name in JSON.
template <>
struct Atom<Win32> {
  static constexpr std::size_t octets = 4;
  static Win32 load(const std::uint8_t* at) { return static_cast<Win32>(load_le<std::uint32_t>(at)); }
  static void store(std::uint8_t* at, Win32 v) { store_le(at, static_cast<std::uint32_t>(v)); }
  static json::value to_json(Win32 v);
  static Result<Win32> parse(const json::value& value);
};
template <>
struct Atom<Attid> {  // in JSON its lDAPDisplayName stands beside the number when the base schema has one
  static constexpr std::size_t octets = 4;
  static Attid load(const std::uint8_t* at) { return static_cast<Attid>(load_le<std::uint32_t>(at)); }
  static void store(std::uint8_t* at, Attid v) { store_le(at, static_cast<std::uint32_t>(v)); }
  static json::value to_json(Attid v);
  static Result<Attid> parse(const json::value& value);
};
template <>
struct Atom<BigEndian32> {
  static constexpr std::size_t octets = 4;
  static BigEndian32 load(const std::uint8_t* at) { return {load_be<std::uint32_t>(at)}; }
  static void store(std::uint8_t* at, BigEndian32 v) { store_be(at, v.value); }
  static json::value to_json(BigEndian32 v) { return v.value; }
  static Result<BigEndian32> parse(const json::value& value) {
    auto number = Atom<std::uint32_t>::parse(value);
    if (!number) return std::unexpected(number.error());
    return BigEndian32{*number};
  }
};
template <const auto& Table>
struct Atom<Bits<Table>> {
  static constexpr std::size_t octets = 4;
  static Bits<Table> load(const std::uint8_t* at) { return {load_le<std::uint32_t>(at)}; }
  static void store(std::uint8_t* at, Bits<Table> v) { store_le(at, v.value); }
  static json::value to_json(Bits<Table> v) { return bits_to_json(v.value, Table); }
  static Result<Bits<Table>> parse(const json::value& value) {
    auto bits = parse_bits(value, Table);
    if (!bits) return std::unexpected(bits.error());
    return Bits<Table>{*bits};
  }
};
template <const auto& Table, class U>
struct Atom<Choice<Table, U>> {
  static constexpr std::size_t octets = sizeof(U);
  static Choice<Table, U> load(const std::uint8_t* at) { return {load_le<U>(at)}; }
  static void store(std::uint8_t* at, Choice<Table, U> v) { store_le(at, v.value); }
  static json::value to_json(Choice<Table, U> v) { return choice_to_json(v.value, Table); }
  static Result<Choice<Table, U>> parse(const json::value& value) {
    auto choice = parse_choice(value, Table, std::numeric_limits<U>::max());
    if (!choice) return std::unexpected(choice.error());
    return Choice<Table, U>{static_cast<U>(*choice)};
  }
};
/// Octets of a fixed number that nobody interprets.
template <std::size_t N>
struct Atom<std::array<std::uint8_t, N>> {
  using T = std::array<std::uint8_t, N>;
  static constexpr std::size_t octets = N;
  static T load(const std::uint8_t* at) {
    T v;
    std::copy_n(at, N, v.begin());
    return v;
  }
  static void store(std::uint8_t* at, const T& v) { std::copy_n(v.begin(), N, at); }
  static json::value to_json(const T& v) { return octets_to_json(v); }
  static Result<T> parse(const json::value& value) {
    auto parsed = parse_octets(value);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->size() != N) return fail(win32::kErrorInvalidData, std::to_string(N) + " octets are expected");
    T v;
    std::copy_n(parsed->begin(), N, v.begin());
    return v;
  }
};

/// A week of quarter hours, as 7 strings of hex digits in JSON; the layouts differ in how many octets an hour has.
/// {"sunday": "0f0f...", "monday": ...}: REPLTIMES has one digit an hour, SCHEDULE two.
[[nodiscard]] json::value week_to_json(ByteView octets);
[[nodiscard]] Result<Bytes> parse_week(const json::value& value, std::size_t octets);
template <std::size_t N>
struct Week {
  std::array<std::uint8_t, N> octets{};
  friend constexpr bool operator==(const Week&, const Week&) = default;
};
template <std::size_t N>
struct Atom<Week<N>> {
  static constexpr std::size_t octets = N;
  static Week<N> load(const std::uint8_t* at) { return {Atom<std::array<std::uint8_t, N>>::load(at)}; }
  static void store(std::uint8_t* at, const Week<N>& v) { std::copy_n(v.octets.begin(), N, at); }
  static json::value to_json(const Week<N>& v) { return week_to_json(v.octets); }
  static Result<Week<N>> parse(const json::value& value) {
    auto parsed = parse_week(value, N);
    if (!parsed) return std::unexpected(parsed.error());
    Week<N> v;
    std::copy_n(parsed->begin(), N, v.octets.begin());
    return v;
  }
};

template <class T>
concept IsAtom = requires { Atom<T>::octets; };

}  // namespace tributary::drsuapi::blobs
