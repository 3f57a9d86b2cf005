/* SPDX-License-Identifier: Apache-2.0
 *
 * printf() with the conversions of Windows: %S, %ls, %ws, %hs, %I64d, %I32u, %Iu, and l for 32 bits.
 */
#ifndef TRIBUTARY_COMPAT_FORMAT_H
#define TRIBUTARY_COMPAT_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct format_text {
  char* octets; /* UTF-8, terminated, for free(); null without memory */
  size_t size;
};

/* `wide`: %s and %c take wide text, as in the functions with w in their name; %S and %C the other kind. */
struct format_text format_windows(const char* format, bool wide, va_list arguments);

#endif
