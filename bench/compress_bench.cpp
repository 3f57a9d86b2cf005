// SPDX-License-Identifier: Apache-2.0
// Speed and ratio of both reply compressions on octets shaped like a page of users, and of decrypting secret values.
// "ratio" is compressed size by plain size. One iteration is one reply of about 1 MiB.
#include <benchmark/benchmark.h>

#include "drsuapi/compress/compression.hpp"
#include "drsuapi/compress/mszip.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "drsuapi/compress/test_data.hpp"

namespace {

using namespace tributary;

const Bytes& page() {
  static const Bytes plain = test_data::reply_like(600, 1);
  return plain;
}

void report(benchmark::State& state, std::size_t compressed) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(page().size()));
  state.counters["ratio"] = static_cast<double>(compressed) / static_cast<double>(page().size());
}

void compress(benchmark::State& state, ReplyCompression algorithm) {
  std::size_t size = 0;
  for (auto _ : state) size = compress_reply(algorithm, page())->size();
  report(state, size);
}

void decompress(benchmark::State& state, ReplyCompression algorithm) {
  const auto blob = *compress_reply(algorithm, page());
  for (auto _ : state) benchmark::DoNotOptimize(decompress_reply(algorithm, blob, page().size()));
  report(state, blob.size());
}

/// MSZIP at each of zlib's levels: what kMszipLevelDefault was chosen by.
void mszip_level(benchmark::State& state) {
  std::size_t size = 0;
  for (auto _ : state) {
    MszipCompressor compressor(static_cast<int>(state.range(0)));
    Bytes out;
    for (std::size_t at = 0; at < page().size(); at += kMszipChunkSizeMax)
      (void)compressor.compress_chunk(ByteView(page()).subspan(at, std::min(kMszipChunkSizeMax, page().size() - at)),
                                      ByteView(page()).first(at), out);
    size = out.size();
  }
  report(state, size);
}

void decrypt_secret(benchmark::State& state) {
  const auto key = test_data::random_octets(32, 1);
  const auto payload = *encrypt_secret_value(key, {}, test_data::random_octets(static_cast<std::size_t>(state.range(0)), 2));
  for (auto _ : state) benchmark::DoNotOptimize(decrypt_secret_value(key, payload));
}

BENCHMARK_CAPTURE(compress, mszip, ReplyCompression::kMszip)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compress, win2k3, ReplyCompression::kWin2k3)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decompress, mszip, ReplyCompression::kMszip)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decompress, win2k3, ReplyCompression::kWin2k3)->Unit(benchmark::kMillisecond);
BENCHMARK(mszip_level)->DenseRange(1, 9)->Unit(benchmark::kMillisecond);
BENCHMARK(decrypt_secret)->Arg(16)->Arg(2048)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
