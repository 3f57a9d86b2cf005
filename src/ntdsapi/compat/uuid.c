/* SPDX-License-Identifier: Apache-2.0
 *
 * The UUID functions of include/compat/rpc.h. [MS-DTYP] 2.3.4.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>

#include "compat/rpc.h"


#define UUID_CHARACTERS 36

static int hex_value(unsigned c) {
  if (c >= '0' && c <= '9') return (int)(c - '0');
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? (int)(c - 'a') + 10 : -1;
}

/* From exactly 36 characters and a terminator, which `at` reads. */
static RPC_STATUS parse(unsigned (*at)(const void* text, size_t i), const void* text, UUID* uuid) {
  if (uuid == NULL) return RPC_S_INVALID_ARG;
  if (text == NULL) return UuidCreateNil(uuid);
  BYTE octets[16] = {0};
  size_t digits = 0;
  for (size_t i = 0; i < UUID_CHARACTERS; ++i) {
    const unsigned c = at(text, i);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const int value = dash ? (c == '-' ? 0 : -1) : hex_value(c);
    if (value < 0) return RPC_S_INVALID_STRING_UUID; /* also at an early terminator */
    if (dash) continue;
    octets[digits / 2] = (BYTE)(octets[digits / 2] << 4 | value);
    ++digits;
  }
  if (at(text, UUID_CHARACTERS) != 0) return RPC_S_INVALID_STRING_UUID;
  uuid->Data1 = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
  uuid->Data2 = (uint16_t)(octets[4] << 8 | octets[5]);
  uuid->Data3 = (uint16_t)(octets[6] << 8 | octets[7]);
  memcpy(uuid->Data4, octets + 8, sizeof uuid->Data4);
  return RPC_S_OK;
}

static unsigned at_wide(const void* text, size_t i) { return ((const unsigned short*)text)[i]; }
static unsigned at_narrow(const void* text, size_t i) { return ((const unsigned char*)text)[i]; }

RPC_STATUS UuidFromStringW(RPC_WSTR StringUuid, UUID* Uuid) { return parse(at_wide, StringUuid, Uuid); }
RPC_STATUS UuidFromStringA(RPC_CSTR StringUuid, UUID* Uuid) { return parse(at_narrow, StringUuid, Uuid); }

RPC_STATUS UuidToStringA(const UUID* Uuid, RPC_CSTR* StringUuid) {
  if (StringUuid == NULL) return RPC_S_INVALID_ARG;
  const UUID nil = {0};
  const UUID* from = Uuid == NULL ? &nil : Uuid;
  char* text = malloc(UUID_CHARACTERS + 1);
  if (text == NULL) return RPC_S_OUT_OF_MEMORY;
  const BYTE* d = from->Data4;
  snprintf(text, UUID_CHARACTERS + 1, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", from->Data1, from->Data2, from->Data3, d[0], d[1],
           d[2], d[3], d[4], d[5], d[6], d[7]);
  *StringUuid = (RPC_CSTR)text;
  return RPC_S_OK;
}
RPC_STATUS UuidToStringW(const UUID* Uuid, RPC_WSTR* StringUuid) {
  if (StringUuid == NULL) return RPC_S_INVALID_ARG;
  RPC_CSTR narrow = NULL;
  const RPC_STATUS status = UuidToStringA(Uuid, &narrow);
  if (status != RPC_S_OK) return status;
  unsigned short* wide = malloc((UUID_CHARACTERS + 1) * sizeof *wide);
  for (size_t i = 0; wide != NULL && i <= UUID_CHARACTERS; ++i) wide[i] = narrow[i];
  free(narrow);
  *StringUuid = wide;
  return wide == NULL ? RPC_S_OUT_OF_MEMORY : RPC_S_OK;
}
RPC_STATUS RpcStringFreeW(RPC_WSTR* String) {
  if (String == NULL) return RPC_S_INVALID_ARG;
  free(*String);
  *String = NULL;
  return RPC_S_OK;
}
RPC_STATUS RpcStringFreeA(RPC_CSTR* String) {
  if (String == NULL) return RPC_S_INVALID_ARG;
  free(*String);
  *String = NULL;
  return RPC_S_OK;
}

RPC_STATUS UuidCreate(UUID* Uuid) {
  if (Uuid == NULL) return RPC_S_INVALID_ARG;
  if (getrandom(Uuid, sizeof *Uuid, 0) != (ssize_t)sizeof *Uuid) return RPC_S_UUID_NO_ADDRESS;
  Uuid->Data3 = (uint16_t)((Uuid->Data3 & 0x0FFF) | 0x4000);
  Uuid->Data4[0] = (BYTE)((Uuid->Data4[0] & 0x3F) | 0x80);
  return RPC_S_OK;
}
RPC_STATUS UuidCreateNil(UUID* NilUuid) {
  if (NilUuid == NULL) return RPC_S_INVALID_ARG;
  memset(NilUuid, 0, sizeof *NilUuid);
  return RPC_S_OK;
}

signed int UuidCompare(UUID* Uuid1, UUID* Uuid2, RPC_STATUS* Status) {
  const UUID nil = {0};
  const UUID* a = Uuid1 == NULL ? &nil : Uuid1;
  const UUID* b = Uuid2 == NULL ? &nil : Uuid2;
  if (Status != NULL) *Status = RPC_S_OK;
  if (a->Data1 != b->Data1) return a->Data1 < b->Data1 ? -1 : 1;
  if (a->Data2 != b->Data2) return a->Data2 < b->Data2 ? -1 : 1;
  if (a->Data3 != b->Data3) return a->Data3 < b->Data3 ? -1 : 1;
  const int tail = memcmp(a->Data4, b->Data4, sizeof a->Data4);
  return tail < 0 ? -1 : tail > 0 ? 1 : 0;
}
int UuidEqual(UUID* Uuid1, UUID* Uuid2, RPC_STATUS* Status) { return UuidCompare(Uuid1, Uuid2, Status) == 0; }
int UuidIsNil(UUID* Uuid, RPC_STATUS* Status) { return UuidCompare(Uuid, NULL, Status) == 0; }
