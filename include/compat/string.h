/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's <string.h>, then the functions that Windows programs expect in it (tributary_crt.h).
 */
#pragma GCC system_header /* #include_next is an extension */
#include_next <string.h>
#ifndef TRIBUTARY_COMPAT_STRING_H
#define TRIBUTARY_COMPAT_STRING_H
#include "tributary_crt.h"
#endif
