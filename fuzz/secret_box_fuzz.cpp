// SPDX-License-Identifier: Apache-2.0
// Fuzzes what opens sealed secrets: octets that nobody sealed never open, whatever they are, and a sealed value opens to what it was made of.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "must_hold.hpp"
#include "security/secret_box.hpp"

using namespace tributary;
using namespace tributary::security;

namespace {

SecretBox make_box() {
  char folder[] = "/tmp/tributary-secret-box-fuzz-XXXXXX";
  must_hold(::mkdtemp(folder) != nullptr, "no folder for the key file");
  const std::string path = std::string(folder) + "/key";
  auto box = SecretBox::create(path);
  must_hold(box.has_value(), "no key file");
  std::remove(path.c_str());
  ::rmdir(folder);
  return std::move(*box);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SecretBox box = make_box();
  const ByteView octets(data, size);
  must_hold(!box.unseal({}, 1, octets), "what nobody sealed was opened");
  auto sealed = box.seal({}, 1, octets);
  must_hold(sealed && box.unseal({}, 1, *sealed) == to_bytes(octets), "a sealed value does not open");
  // The right key under whatever else the input says.
  if (size >= SecretBox::kOverheadOctets) {
    Bytes forged = to_bytes(octets);
    std::copy_n(sealed->begin(), 9, forged.begin());
    must_hold(!box.unseal({}, 1, forged), "a forged value was opened");
  }
  return 0;
}
