// SPDX-License-Identifier: Apache-2.0
// Speed of the codec on the hot path: a GetNCChanges V6 reply of 1,000 objects shaped like users (30 attributes of one value, their
// stamps, a parent) and 1,000 link values. "items" are objects. Decoding is measured owned and into an arena.
#include <benchmark/benchmark.h>

#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"

namespace {

using namespace tributary;
using namespace tributary::drsuapi;

constexpr std::uint32_t kObjects = 1000;
constexpr std::uint32_t kAttributes = 30;

DSNAME user(std::uint32_t i) {
  Guid guid;
  store_le(guid.octets.data(), i + 1);
  return *make_dsname("CN=user" + std::to_string(i) + ",OU=People of the Laboratory,DC=lab,DC=example", guid,
                      Sid{.identifier_authority = {0, 0, 0, 0, 0, 5}, .sub_authority_count = 5, .sub_authority = {21, 1, 2, 3, 1000 + i}});
}

IDL_DRSGetNCChanges::Out reply() {
  IDL_DRSGetNCChanges::Out out;
  auto& v6 = out.msgOut.emplace<6>();
  v6.pNC = *dsname_from_dn("DC=lab,DC=example");
  v6.cNumObjects = kObjects;
  for (std::uint32_t i = 0; i < kObjects; ++i) {
    auto& object = v6.pObjects.emplace_back();
    object.Entinf.pName = user(i);
    object.pParentGuid = Guid{};
    auto& stamps = object.pMetaDataExt.emplace().rgMetaData;
    for (std::uint32_t a = 0; a < kAttributes; ++a) {
      auto& attribute = object.Entinf.AttrBlock.pAttr.emplace_back();
      attribute.attrTyp = 0x90000 + a;
      auto& value = attribute.AttrVal.pAVal.emplace_back();
      value.pVal.resize(4 + 3 * a % 60);
      stamps.push_back({.dwVersion = 1, .timeChanged = 13'400'000'000, .uuidDsaOriginating = {}, .usnOriginating = i});
    }
    auto& link = v6.rgValues.emplace_back();
    link.pObject = user(i);
    link.Aval.pVal.resize(160);
  }
  return out;
}

void report(benchmark::State& state, std::size_t octets) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kObjects);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(octets));
  state.counters["octets"] = static_cast<double>(octets);
}

void encode_reply(benchmark::State& state, ndr::Syntax syntax) {
  const auto out = reply();
  std::size_t octets = 0;
  for (auto _ : state) {
    const Bytes stub = encode_out<IDL_DRSGetNCChanges>(out, syntax);
    benchmark::DoNotOptimize(stub.data());
    octets = stub.size();
  }
  report(state, octets);
}

void decode_reply(benchmark::State& state, bool into_arena) {
  const Bytes stub = encode_out<IDL_DRSGetNCChanges>(reply());
  ndr::Arena arena;
  for (auto _ : state) {
    {
      const auto out = decode_out<IDL_DRSGetNCChanges>(stub, {.arena = into_arena ? &arena : nullptr});
      if (!out) return state.SkipWithError(out.error().detail.c_str());
      benchmark::DoNotOptimize(&*out);
    }
    arena.release();
  }
  report(state, stub.size());
}

BENCHMARK_CAPTURE(encode_reply, ndr20, ndr::Syntax::kNdr20)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_reply, ndr64, ndr::Syntax::kNdr64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_reply, owned, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_reply, arena, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
