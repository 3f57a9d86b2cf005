/* SPDX-License-Identifier: Apache-2.0
 *
 * For programs that were written for Windows and find this folder first: ntdsapi.h with <windows.h> and <rpc.h> before it.
 */
#ifndef TRIBUTARY_COMPAT_NTDSAPI_H
#define TRIBUTARY_COMPAT_NTDSAPI_H

#include "../ntdsapi.h"
#include "rpc.h"
#include "windows.h"

#endif
