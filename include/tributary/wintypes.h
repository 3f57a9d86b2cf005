/* SPDX-License-Identifier: Apache-2.0
 *
 * The few Windows types that ntdsapi.h speaks in ([MS-DTYP] 2.2 and 2.3), with the sizes they have on Windows:
 * DWORD and LONG are 32 bits wide on every machine, whatever `long` is here.
 *
 * Text. WCHAR is one UTF-16 code unit. In C it is the type of u"..." literals, which with -fshort-wchar is also that of
 * L"..." literals. In C++ it is char16_t, or wchar_t where wchar_t has 16 bits (-fshort-wchar). CHAR text is UTF-8.
 *
 * This header must never need anything but the C library's own headers.
 */
#ifndef TRIBUTARY_WINTYPES_H
#define TRIBUTARY_WINTYPES_H

#include <stddef.h>
#include <stdint.h>
#if !defined(__cplusplus)
#include <uchar.h>
#endif

#ifndef WINAPI
#define WINAPI
#endif
#ifndef CALLBACK
#define CALLBACK
#endif
#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef unsigned char BYTE;
typedef unsigned char UCHAR;
typedef BYTE *PBYTE, *LPBYTE;
typedef int BOOL;
typedef BOOL *PBOOL, *LPBOOL;
typedef int WINBOOL;
typedef unsigned char BOOLEAN;
typedef short SHORT;
typedef unsigned short USHORT;
typedef unsigned short WORD;
typedef USHORT *PUSHORT;
typedef WORD *PWORD, *LPWORD;
typedef int INT;
typedef unsigned int UINT;
typedef int32_t LONG;
typedef LONG *PLONG, *LPLONG;
typedef uint32_t ULONG;
typedef ULONG *PULONG;
typedef uint32_t DWORD;
typedef DWORD *PDWORD, *LPDWORD;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG;
typedef unsigned long long DWORDLONG;
typedef unsigned long long DWORD64;
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;

typedef char CHAR;
typedef CHAR *LPSTR, *PSTR, *LPCH, *PCHAR;
typedef const CHAR *LPCSTR, *PCSTR, *LPCCH;
#if !defined(__cplusplus)
typedef char16_t WCHAR;
#elif defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#else
typedef char16_t WCHAR;
#endif
typedef WCHAR *LPWSTR, *PWSTR, *LPWCH, *PWCHAR;
typedef const WCHAR *LPCWSTR, *PCWSTR, *LPCWCH;

/* An opaque handle. Null is never a valid one. */
typedef void* HANDLE;
typedef HANDLE *PHANDLE, *LPHANDLE;

/* An update sequence number of one DSA: [MS-DRSR] 5.209. */
typedef LONGLONG USN;

/* 100 ns units since 1601-01-01T00:00:00Z in two halves: [MS-DTYP] 2.3.3. */
typedef struct _FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

/* [MS-DTYP] 2.3.4.1. In memory it is the packet form on a little-endian machine. */
#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
  uint32_t Data1;
  uint16_t Data2;
  uint16_t Data3;
  uint8_t Data4[8];
} GUID, *PGUID, *LPGUID;
#endif
typedef GUID UUID;

/* Credentials that DsBindWithCred and its kin accept: a SEC_WINNT_AUTH_IDENTITY of either width, or what
 * DsMakePasswordCredentials returned. Null means the caller's own credentials (the Kerberos cache). */
typedef void* RPC_AUTH_IDENTITY_HANDLE;

#define SEC_WINNT_AUTH_IDENTITY_ANSI 0x1u
#define SEC_WINNT_AUTH_IDENTITY_UNICODE 0x2u

/* Lengths are in characters without a terminator. The structure and its texts stay the caller's. */
typedef struct _SEC_WINNT_AUTH_IDENTITY_W {
  WCHAR* User;
  ULONG UserLength;
  WCHAR* Domain;
  ULONG DomainLength;
  WCHAR* Password;
  ULONG PasswordLength;
  ULONG Flags; /* SEC_WINNT_AUTH_IDENTITY_UNICODE */
} SEC_WINNT_AUTH_IDENTITY_W, *PSEC_WINNT_AUTH_IDENTITY_W;

typedef struct _SEC_WINNT_AUTH_IDENTITY_A {
  unsigned char* User;
  ULONG UserLength;
  unsigned char* Domain;
  ULONG DomainLength;
  unsigned char* Password;
  ULONG PasswordLength;
  ULONG Flags; /* SEC_WINNT_AUTH_IDENTITY_ANSI */
} SEC_WINNT_AUTH_IDENTITY_A, *PSEC_WINNT_AUTH_IDENTITY_A;

/* A replication schedule as DsReplicaAdd and DsReplicaModify take it ([MS-ADTS] 6.1.4.5): the header, then 168 bytes, one for
 * each hour of the week in UTC from Sunday 00:00; the low four bits of a byte are the quarters of that hour. */
#define SCHEDULE_INTERVAL 0
#define SCHEDULE_BANDWIDTH 1
#define SCHEDULE_PRIORITY 2
#define SCHEDULE_DATA_ENTRIES (7 * 24)

typedef struct _SCHEDULE_HEADER {
  ULONG Type;   /* SCHEDULE_INTERVAL; the others are ignored */
  ULONG Offset; /* of the 168 bytes, from the start of the SCHEDULE */
} SCHEDULE_HEADER, *PSCHEDULE_HEADER;

typedef struct _SCHEDULE {
  ULONG Size; /* in bytes, all of it */
  ULONG Bandwidth;
  ULONG NumberOfSchedules;
  SCHEDULE_HEADER Schedules[1];
} SCHEDULE, *PSCHEDULE;

/* NAME in the width that UNICODE selects; NAMEW and NAMEA exist always. */
#if defined(UNICODE)
#define TRIBUTARY_AW(name) name##W
#else
#define TRIBUTARY_AW(name) name##A
#endif
/* A literal of WCHARs: u"..." except where WCHAR is C++'s wchar_t. */
#if defined(__cplusplus) && defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#define TRIBUTARY_W(literal) L##literal
#else
#define TRIBUTARY_W(literal) u##literal
#endif

#endif
