// SPDX-License-Identifier: Apache-2.0
// Secret values ([MS-DRSR] 4.1.10.6.17) and pickled types ([MS-RPCE] 2.2.6, 2.2.7) from a hostile peer. Input: one octet
// whose low six bits are the size of the session key, the key, then the payload.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "drsuapi/compress/pickle.hpp"
#include "drsuapi/compress/secrets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary;
  (void)read_pickle({data, size});
  if (size == 0) return 0;
  const auto rest = ByteView(data, size).subspan(1);
  const auto key = rest.first(std::min<std::size_t>(rest.size(), data[0] & 63));
  const auto payload = rest.subspan(key.size());
  const auto clear = decrypt_secret_value(key, payload);
  if (clear) {
    SecretSalt salt;
    std::copy_n(payload.begin(), salt.size(), salt.begin());
    const auto again = encrypt_secret_value(key, salt, clear->view());
    TRIBUTARY_ASSERT(again.has_value() && std::ranges::equal(*again, payload));
  }
  const auto hashes = remove_rid_layer(data[0], payload);
  if (hashes) TRIBUTARY_ASSERT(std::ranges::equal(apply_rid_layer(data[0], hashes->view())->view(), payload));
  return 0;
}
