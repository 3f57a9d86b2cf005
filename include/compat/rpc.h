/* SPDX-License-Identifier: Apache-2.0
 *
 * What C programs that were written for Windows against ntdsapi need of <rpc.h>: UUIDs as text, and the statuses (winerror.h).
 * The functions are in libntdsapi_compat.
 */
#ifndef TRIBUTARY_COMPAT_RPC_H
#define TRIBUTARY_COMPAT_RPC_H

#include "windows.h"

#define RPC_ENTRY
typedef LONG RPC_STATUS;
typedef unsigned char* RPC_CSTR;
typedef unsigned short* RPC_WSTR;
#if defined(UNICODE)
typedef RPC_WSTR RPC_TSTR;
#else
typedef RPC_CSTR RPC_TSTR;
#endif

#define RPC_C_AUTHN_NONE 0
#define RPC_C_AUTHN_GSS_NEGOTIATE 9
#define RPC_C_AUTHN_WINNT 10
#define RPC_C_AUTHN_GSS_KERBEROS 16

#ifdef __cplusplus
extern "C" {
#endif

/* Either case, without braces. RPC_S_INVALID_STRING_UUID otherwise; a null text is the nil UUID. */
RPC_STATUS RPC_ENTRY UuidFromStringW(RPC_WSTR StringUuid, UUID* Uuid);
RPC_STATUS RPC_ENTRY UuidFromStringA(RPC_CSTR StringUuid, UUID* Uuid);
/* Lower case, without braces; freed by RpcStringFree. */
RPC_STATUS RPC_ENTRY UuidToStringW(const UUID* Uuid, RPC_WSTR* StringUuid);
RPC_STATUS RPC_ENTRY UuidToStringA(const UUID* Uuid, RPC_CSTR* StringUuid);
RPC_STATUS RPC_ENTRY RpcStringFreeW(RPC_WSTR* String);
RPC_STATUS RPC_ENTRY RpcStringFreeA(RPC_CSTR* String);
/* A random UUID (RFC 4122 version 4). */
RPC_STATUS RPC_ENTRY UuidCreate(UUID* Uuid);
RPC_STATUS RPC_ENTRY UuidCreateNil(UUID* NilUuid);
/* *Status receives RPC_S_OK. A null pointer is the nil UUID. */
int RPC_ENTRY UuidEqual(UUID* Uuid1, UUID* Uuid2, RPC_STATUS* Status);
int RPC_ENTRY UuidIsNil(UUID* Uuid, RPC_STATUS* Status);
signed int RPC_ENTRY UuidCompare(UUID* Uuid1, UUID* Uuid2, RPC_STATUS* Status);
#define UuidFromString TRIBUTARY_AW(UuidFromString)
#define UuidToString TRIBUTARY_AW(UuidToString)
#define RpcStringFree TRIBUTARY_AW(RpcStringFree)

#ifdef __cplusplus
}
#endif

#endif
