/* SPDX-License-Identifier: Apache-2.0
 *
 * So that programs which start Winsock before they call ntdsapi compile; sockets here need no start.
 */
#ifndef TRIBUTARY_COMPAT_WINSOCK2_H
#define TRIBUTARY_COMPAT_WINSOCK2_H

#include "windows.h"

typedef struct WSAData {
  WORD wVersion;
  WORD wHighVersion;
} WSADATA, *LPWSADATA;

static inline int WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData) {
  lpWSAData->wVersion = wVersionRequested;
  lpWSAData->wHighVersion = wVersionRequested;
  return 0;
}
static inline int WSACleanup(void) { return 0; }

#endif
