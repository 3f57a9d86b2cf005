/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 and UTF-16 for the compatibility library, which is plain C: programs link it without a C++ runtime.
 * Malformed parts become U+FFFD.
 */
#ifndef TRIBUTARY_COMPAT_TEXT_H
#define TRIBUTARY_COMPAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <uchar.h>

size_t text_length16(const char16_t* text);

/* Converts `count` units. With a null `to` only counts. Returns how many bytes (units) the result has; writes at most `room` of them,
 * never a part of a character, no terminator. *malformed, when given, is set if something was replaced. */
size_t text_to_utf8(const char16_t* from, size_t count, char* to, size_t room, bool* malformed);
size_t text_to_utf16(const char* from, size_t count, char16_t* to, size_t room, bool* malformed);

/* A terminated copy, for free(); null without memory. */
char* text_utf8_of(const char16_t* from, size_t count);

#endif
