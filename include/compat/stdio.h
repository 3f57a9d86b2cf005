/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's <stdio.h>, then the functions that Windows programs expect in it (tributary_crt.h).
 */
#pragma GCC system_header /* #include_next is an extension */
#include_next <stdio.h>
#ifndef TRIBUTARY_COMPAT_STDIO_H
#define TRIBUTARY_COMPAT_STDIO_H
#include "tributary_crt.h"
#endif
