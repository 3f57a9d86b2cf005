/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's <wchar.h>, then the functions that Windows programs expect in it (tributary_crt.h).
 */
#pragma GCC system_header /* #include_next is an extension */
#include_next <wchar.h>
#ifndef TRIBUTARY_COMPAT_WCHAR_H
#define TRIBUTARY_COMPAT_WCHAR_H
#include "tributary_crt.h"
#endif
