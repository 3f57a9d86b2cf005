// SPDX-License-Identifier: Apache-2.0
// A DC's answer on its way to a C program: decoded, translated, laid out as the structures of ntdsapi.h, and then read as a program
// would read it, every text to its end. [MS-DRSR] 4.1.4, 4.1.5, 4.1.13. The first octet selects the operation.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "drsuapi/operations.hpp"
#include "ntdsapi.h"
#include "ntdsapi/c_layout.hpp"
#include "ntdsapi/repl_info.hpp"

namespace {

using namespace tributary;
using namespace tributary::ntdsapi;

std::size_t read_octets;  // what was read, so that it is read

struct Free {
  void operator()(void* block) const noexcept { std::free(block); }
};
using Block = std::unique_ptr<void, Free>;

template <class Char>
void read(const Char* text) {
  if (text != nullptr) read_octets += std::char_traits<Char>::length(text);
}

template <class Structure>
const Structure& as(const Block& block) {
  return *static_cast<const Structure*>(block.get());
}

void read_block(std::uint32_t type, const Block& block) {
  if (type == DS_REPL_INFO_NEIGHBORS) {
    const auto& all = as<DS_REPL_NEIGHBORSW>(block);
    for (DWORD i = 0; i < all.cNumNeighbors; ++i)
      for (const auto* text : {all.rgNeighbor[i].pszNamingContext, all.rgNeighbor[i].pszSourceDsaDN, all.rgNeighbor[i].pszSourceDsaAddress})
        read(text);
  } else if (type == DS_REPL_INFO_CURSORS_3_FOR_NC) {
    const auto& all = as<DS_REPL_CURSORS_3W>(block);
    for (DWORD i = 0; i < all.cNumCursors; ++i) read(all.rgCursor[i].pszSourceDsaDN);
  } else if (type == DS_REPL_INFO_METADATA_2_FOR_OBJ) {
    const auto& all = as<DS_REPL_OBJ_META_DATA_2>(block);
    for (DWORD i = 0; i < all.cNumEntries; ++i) read(all.rgMetaData[i].pszLastOriginatingDsaDN);
  } else if (type == DS_REPL_INFO_PENDING_OPS) {
    const auto& all = as<DS_REPL_PENDING_OPSW>(block);
    for (DWORD i = 0; i < all.cNumPendingOps; ++i) read(all.rgPendingOp[i].pszDsaAddress);
  } else if (type == DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE) {
    const auto& all = as<DS_REPL_ATTR_VALUE_META_DATA_2>(block);
    for (DWORD i = 0; i < all.cNumEntries; ++i)
      for (DWORD k = 0; all.rgMetaData[i].pbData != nullptr && k < all.rgMetaData[i].cbData; ++k) read_octets += all.rgMetaData[i].pbData[k];
  }
}

void repl_info(ByteView stub) {
  auto out = drsuapi::decode_out<drsuapi::IDL_DRSGetReplInfo>(stub);
  if (!out) return;
  const std::uint32_t type = out->msgOut.tag();
  for (const std::uint32_t made : {std::uint32_t{DS_REPL_INFO_METADATA_FOR_OBJ}, std::uint32_t{DS_REPL_INFO_CURSORS_3_FOR_NC}})
    if (substitute_of(made) == type)
      if (auto block = repl_info_block(made, from_substitute(made, out->msgOut, {}))) read_block(made, Block(*block));
  auto block = repl_info_block(type, std::move(out->msgOut));
  if (block) read_block(type, Block(*block));
}

void names(ByteView stub) {
  auto out = drsuapi::decode_out<drsuapi::IDL_DRSCrackNames>(stub);
  if (!out) return;
  const auto* reply = out->msgOut.get_if<1>();
  if (reply == nullptr || !reply->pResult) return;
  const Block wide(c_structure<char16_t>(*reply->pResult)), narrow(c_structure<char>(*reply->pResult));
  const auto& w = as<::DS_NAME_RESULTW>(wide);
  const auto& a = as<::DS_NAME_RESULTA>(narrow);
  for (DWORD i = 0; w.rItems != nullptr && i < w.cItems; ++i) {
    read(w.rItems[i].pName);
    read(a.rItems[i].pDomain);
  }
}

void dc_info(ByteView stub) {
  auto out = drsuapi::decode_out<drsuapi::IDL_DRSDomainControllerInfo>(stub);
  if (!out) return;
  if (const auto* reply = out->msgOut.get_if<2>(); reply != nullptr) {
    const Block block(c_array<char>(reply->rItems));
    for (std::size_t i = 0; i < reply->rItems.size(); ++i) read((&as<::DS_DOMAIN_CONTROLLER_INFO_2A>(block))[i].NtdsDsaObjectName);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView stub(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: repl_info(stub); break;
    case 1: names(stub); break;
    default: dc_info(stub); break;
  }
  return 0;
}
