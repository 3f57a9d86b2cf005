/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's <fcntl.h>, then the file modes of Windows.
 */
#pragma GCC system_header /* #include_next is an extension */
#include_next <fcntl.h>
#ifndef TRIBUTARY_COMPAT_FCNTL_H
#define TRIBUTARY_COMPAT_FCNTL_H
#include "io.h"
#endif
