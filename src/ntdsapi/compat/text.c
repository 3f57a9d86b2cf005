/* SPDX-License-Identifier: Apache-2.0
 *
 * Transcoding character by character. [Unicode] 3.9: what replaces malformed parts.
 */
#include "text.h"

#include <stdint.h>
#include <stdlib.h>

#define REPLACEMENT 0xFFFDu

size_t text_length16(const char16_t* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

/* The character at `*at`, which moves behind it. */
static uint32_t next_of_utf16(const char16_t* from, size_t count, size_t* at, bool* malformed) {
  const uint32_t first = from[(*at)++];
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first < 0xDC00 && *at < count && from[*at] >= 0xDC00 && from[*at] <= 0xDFFF)
    return 0x10000u + ((first - 0xD800u) << 10) + (from[(*at)++] - 0xDC00u);
  if (malformed != NULL) *malformed = true;
  return REPLACEMENT;
}

static uint32_t next_of_utf8(const unsigned char* from, size_t count, size_t* at, bool* malformed) {
  const uint32_t first = from[(*at)++];
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 && first < 0xF0 ? 2 : first >= 0xC2 && first < 0xE0 ? 1 : 0;
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  uint32_t c = first & (0x3Fu >> more);
  int taken = 0;
  while (taken < more && *at < count && (from[*at] & 0xC0) == 0x80) {
    c = c << 6 | (from[(*at)++] & 0x3Fu);
    ++taken;
  }
  if (more != 0 && taken == more && c >= least[more] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF)) return c;
  if (malformed != NULL) *malformed = true;
  return REPLACEMENT;
}

static size_t put_utf8(uint32_t c, char out[4]) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  const size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; --i) {
    out[i] = (char)(0x80 | (c & 0x3F));
    c >>= 6;
  }
  out[0] = (char)((0xF0u << (4 - size)) | c);
  return size;
}

size_t text_to_utf8(const char16_t* from, size_t count, char* to, size_t room, bool* malformed) {
  size_t size = 0;
  bool full = to == NULL;
  for (size_t at = 0; at < count;) {
    char encoded[4];
    const size_t octets = put_utf8(next_of_utf16(from, count, &at, malformed), encoded);
    full = full || size + octets > room;
    for (size_t i = 0; !full && i < octets; ++i) to[size + i] = encoded[i];
    size += octets;
  }
  return size;
}

size_t text_to_utf16(const char* from, size_t count, char16_t* to, size_t room, bool* malformed) {
  size_t size = 0;
  bool full = to == NULL;
  for (size_t at = 0; at < count;) {
    const uint32_t c = next_of_utf8((const unsigned char*)from, count, &at, malformed);
    const size_t units = c < 0x10000 ? 1 : 2;
    full = full || size + units > room;
    if (!full && units == 1) to[size] = (char16_t)c;
    if (!full && units == 2) {
      to[size] = (char16_t)(0xD800 + ((c - 0x10000) >> 10));
      to[size + 1] = (char16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    size += units;
  }
  return size;
}

char* text_utf8_of(const char16_t* from, size_t count) {
  const size_t size = text_to_utf8(from, count, NULL, 0, NULL);
  char* text = malloc(size + 1);
  if (text == NULL) return NULL;
  text_to_utf8(from, count, text, size, NULL);
  text[size] = '\0';
  return text;
}
