// SPDX-License-Identifier: Apache-2.0
// Any octets as a PDU: what decodes is encoded again, and that decodes to the same; then the parts that have decoders of their own.
#include "base/assert.hpp"
#include "rpc/pdu.hpp"
#include "rpc/verification_trailer.hpp"

using namespace tributary;
using namespace tributary::rpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  if (const auto pdu = decode_pdu(octets)) {
    if (const auto once = encode_pdu(*pdu)) {
      const auto again = decode_pdu(*once);
      TRIBUTARY_ASSERT(again.has_value());
      TRIBUTARY_ASSERT(again->body.index() == pdu->body.index());
      if (const auto* bind = std::get_if<Bind>(&pdu->body)) TRIBUTARY_ASSERT(*bind == std::get<Bind>(again->body));
      if (const auto* ack = std::get_if<BindAck>(&pdu->body)) TRIBUTARY_ASSERT(*ack == std::get<BindAck>(again->body));
      if (const auto* nak = std::get_if<BindNak>(&pdu->body)) TRIBUTARY_ASSERT(*nak == std::get<BindNak>(again->body));
    }
    if (const auto* fault = std::get_if<Fault>(&pdu->body)) (void)fault_status(fault->body, pdu->header.byte_order());
  }
  const auto at = find_verification_trailer(octets);
  if (!at) return 0;
  TRIBUTARY_ASSERT(*at % 4 == 0 && *at < size);
  const auto trailer = decode_verification_trailer(octets.subspan(*at));
  if (!trailer || !(trailer->bitmask1 || trailer->pcontext || trailer->header2)) return 0;
  TRIBUTARY_ASSERT(decode_verification_trailer(encode_verification_trailer(*trailer)) == trailer);
  return 0;
}
