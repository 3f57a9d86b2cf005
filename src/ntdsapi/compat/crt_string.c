/* SPDX-License-Identifier: Apache-2.0
 *
 * The string functions of tributary_crt.h, over UTF-16 units. Case is that of ASCII letters.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compat/tributary_crt.h"
#include "text.h"

static char16_t lower(char16_t c) { return c >= u'A' && c <= u'Z' ? (char16_t)(c + (u'a' - u'A')) : c; }

static int compare(const char16_t* a, const char16_t* b, size_t count, bool ignore_case) {
  for (size_t i = 0; i < count; ++i) {
    const char16_t x = ignore_case ? lower(a[i]) : a[i];
    const char16_t y = ignore_case ? lower(b[i]) : b[i];
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) return 0;
  }
  return 0;
}

size_t tributary_crt_wcslen(const char16_t* text) { return text_length16(text); }
size_t tributary_crt_wcsnlen(const char16_t* text, size_t count) {
  size_t length = 0;
  while (length < count && text[length] != 0) ++length;
  return length;
}
int tributary_crt_wcscmp(const char16_t* a, const char16_t* b) { return compare(a, b, SIZE_MAX, false); }
int tributary_crt_wcsncmp(const char16_t* a, const char16_t* b, size_t count) { return compare(a, b, count, false); }
int tributary_crt__wcsicmp(const char16_t* a, const char16_t* b) { return compare(a, b, SIZE_MAX, true); }
int tributary_crt__wcsnicmp(const char16_t* a, const char16_t* b, size_t count) { return compare(a, b, count, true); }

char16_t* tributary_crt_wcscpy(char16_t* to, const char16_t* from) {
  memcpy(to, from, (text_length16(from) + 1) * sizeof *to);
  return to;
}
char16_t* tributary_crt_wcsncpy(char16_t* to, const char16_t* from, size_t count) {
  const size_t length = tributary_crt_wcsnlen(from, count);
  memcpy(to, from, length * sizeof *to);
  memset(to + length, 0, (count - length) * sizeof *to);
  return to;
}
char16_t* tributary_crt_wcscat(char16_t* to, const char16_t* from) {
  tributary_crt_wcscpy(to + text_length16(to), from);
  return to;
}
char16_t* tributary_crt_wcsncat(char16_t* to, const char16_t* from, size_t count) {
  const size_t length = text_length16(to);
  const size_t more = tributary_crt_wcsnlen(from, count);
  memcpy(to + length, from, more * sizeof *to);
  to[length + more] = 0;
  return to;
}

/* What does not fit leaves an empty text and ERANGE, where Windows would end the program. */
int tributary_crt_wcscpy_s(char16_t* to, size_t room, const char16_t* from) {
  if (to == NULL || room == 0) return EINVAL;
  to[0] = 0;
  if (from == NULL) return EINVAL;
  if (text_length16(from) >= room) return ERANGE;
  tributary_crt_wcscpy(to, from);
  return 0;
}
int tributary_crt_wcscat_s(char16_t* to, size_t room, const char16_t* from) {
  if (to == NULL || room == 0) return EINVAL;
  const size_t length = tributary_crt_wcsnlen(to, room);
  if (length == room) return EINVAL;
  const int result = tributary_crt_wcscpy_s(to + length, room - length, from);
  if (result != 0) to[0] = 0;
  return result;
}

char16_t* tributary_crt_wcschr(const char16_t* text, char16_t c) {
  for (;; ++text) {
    if (*text == c) return (char16_t*)(uintptr_t)text;
    if (*text == 0) return NULL;
  }
}
char16_t* tributary_crt_wcsrchr(const char16_t* text, char16_t c) {
  for (size_t at = text_length16(text) + 1; at-- > 0;)
    if (text[at] == c) return (char16_t*)(uintptr_t)(text + at);
  return NULL;
}
char16_t* tributary_crt_wcsstr(const char16_t* text, const char16_t* part) {
  const size_t length = text_length16(part);
  for (;; ++text) {
    if (compare(text, part, length, false) == 0) return (char16_t*)(uintptr_t)text;
    if (*text == 0) return NULL;
  }
}
char16_t* tributary_crt__wcsdup(const char16_t* text) {
  const size_t octets = (text_length16(text) + 1) * sizeof *text;
  char16_t* copy = malloc(octets);
  return copy == NULL ? NULL : memcpy(copy, text, octets);
}

/* Numbers are ASCII: the text up to the first other character goes to the C library. */
#define NUMBER_MAX 128

static size_t ascii_prefix(const char16_t* text, char narrow[NUMBER_MAX]) {
  size_t length = 0;
  while (length + 1 < NUMBER_MAX && text[length] > 0 && text[length] < 0x80) {
    narrow[length] = (char)text[length];
    ++length;
  }
  narrow[length] = '\0';
  return length;
}

int tributary_crt_wcstol(const char16_t* text, char16_t** end, int base) {
  char narrow[NUMBER_MAX];
  char* stop = narrow;
  ascii_prefix(text, narrow);
  const long long value = strtoll(narrow, &stop, base);
  if (end != NULL) *end = (char16_t*)(uintptr_t)(text + (stop - narrow));
  return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int)value;
}
unsigned long long tributary_crt__wcstoui64(const char16_t* text, char16_t** end, int base) {
  char narrow[NUMBER_MAX];
  char* stop = narrow;
  ascii_prefix(text, narrow);
  const unsigned long long value = strtoull(narrow, &stop, base);
  if (end != NULL) *end = (char16_t*)(uintptr_t)(text + (stop - narrow));
  return value;
}
unsigned int tributary_crt_wcstoul(const char16_t* text, char16_t** end, int base) {
  const unsigned long long value = tributary_crt__wcstoui64(text, end, base);
  return value > UINT32_MAX && value < UINT64_MAX - INT32_MAX ? UINT32_MAX : (uint32_t)value;
}
int tributary_crt__wtoi(const char16_t* text) { return tributary_crt_wcstol(text, NULL, 10); }

char16_t* tributary_crt_fgetws(char16_t* buffer, int count, FILE* stream) {
  if (count <= 0) return NULL;
  /* A unit of UTF-16 is at most three octets of UTF-8; what does not fit a buffer of units stays unread. */
  char* line = malloc((size_t)count);
  if (line == NULL || fgets(line, count, stream) == NULL) {
    free(line);
    return NULL;
  }
  const size_t length = text_to_utf16(line, strlen(line), buffer, (size_t)count - 1, NULL);
  buffer[length] = 0;
  free(line);
  return buffer;
}
