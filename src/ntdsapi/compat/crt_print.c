/* SPDX-License-Identifier: Apache-2.0
 *
 * The printing functions of tributary_crt.h. Results are counts of characters of the function's width, or -1.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "compat/tributary_crt.h"
#include "format.h"
#include "text.h"

/* --- to a stream --- */

static int put_narrow(FILE* stream, const char* format, va_list arguments) {
  const struct format_text text = format_windows(format, false, arguments);
  if (text.octets == NULL) return -1;
  const size_t written = fwrite(text.octets, 1, text.size, stream);
  const int result = written == text.size ? (int)text.size : -1;
  free(text.octets);
  return result;
}

static int put_wide(FILE* stream, const char16_t* format, va_list arguments) {
  char* narrow = text_utf8_of(format, text_length16(format));
  if (narrow == NULL) return -1;
  const struct format_text text = format_windows(narrow, true, arguments);
  free(narrow);
  if (text.octets == NULL) return -1;
  const size_t written = fwrite(text.octets, 1, text.size, stream);
  const int result = written == text.size ? (int)text_to_utf16(text.octets, text.size, NULL, 0, NULL) : -1;
  free(text.octets);
  return result;
}

int tributary_crt_vfprintf(FILE* stream, const char* format, va_list arguments) { return put_narrow(stream, format, arguments); }
int tributary_crt_vprintf(const char* format, va_list arguments) { return put_narrow(stdout, format, arguments); }
int tributary_crt_vfwprintf(FILE* stream, const char16_t* format, va_list arguments) { return put_wide(stream, format, arguments); }
int tributary_crt_vwprintf(const char16_t* format, va_list arguments) { return put_wide(stdout, format, arguments); }

int tributary_crt_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = put_narrow(stdout, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt_fprintf(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = put_narrow(stream, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt_wprintf(const char16_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = put_wide(stdout, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt_fwprintf(FILE* stream, const char16_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = put_wide(stream, format, arguments);
  va_end(arguments);
  return result;
}

int tributary_crt_fputws(const char16_t* text, FILE* stream) {
  char* narrow = text_utf8_of(text, text_length16(text));
  if (narrow == NULL) return -1;
  const int result = fputs(narrow, stream) < 0 ? -1 : 0;
  free(narrow);
  return result;
}
int tributary_crt__putws(const char16_t* text) { return tributary_crt_fputws(text, stdout) < 0 || putchar('\n') < 0 ? -1 : 0; }
wint_t tributary_crt_fputwc(char16_t c, FILE* stream) {
  const char16_t text[] = {c, 0};
  return tributary_crt_fputws(text, stream) < 0 ? WEOF : c;
}

/* --- into a buffer --- */

int tributary_crt_vsnprintf(char* buffer, size_t count, const char* format, va_list arguments) {
  const struct format_text text = format_windows(format, false, arguments);
  if (text.octets == NULL) return -1;
  if (count > 0) {
    const size_t kept = text.size < count ? text.size : count - 1;
    memcpy(buffer, text.octets, kept);
    buffer[kept] = '\0';
  }
  free(text.octets);
  return (int)text.size;
}
int tributary_crt_snprintf(char* buffer, size_t count, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = tributary_crt_vsnprintf(buffer, count, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt_sprintf(char* buffer, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = tributary_crt_vsnprintf(buffer, SIZE_MAX, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt__snprintf(char* buffer, size_t count, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const struct format_text text = format_windows(format, false, arguments);
  va_end(arguments);
  if (text.octets == NULL) return -1;
  memcpy(buffer, text.octets, text.size < count ? text.size + 1 : count);
  const int result = text.size <= count ? (int)text.size : -1;
  free(text.octets);
  return result;
}

/* Formats into UTF-16; at most `room` units. The length of the whole, or SIZE_MAX. */
static size_t into_wide(char16_t* buffer, size_t room, const char16_t* format, va_list arguments) {
  char* narrow = text_utf8_of(format, text_length16(format));
  if (narrow == NULL) return SIZE_MAX;
  const struct format_text text = format_windows(narrow, true, arguments);
  free(narrow);
  if (text.octets == NULL) return SIZE_MAX;
  const size_t length = text_to_utf16(text.octets, text.size, buffer, room, NULL);
  free(text.octets);
  return length;
}

int tributary_crt_vswprintf(char16_t* buffer, size_t count, const char16_t* format, va_list arguments) {
  if (count == 0) return -1;
  const size_t length = into_wide(buffer, count - 1, format, arguments);
  const bool fits = length < count;
  buffer[fits ? length : count - 1] = 0;
  return fits ? (int)length : -1;
}
int tributary_crt_swprintf(char16_t* buffer, size_t count, const char16_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = tributary_crt_vswprintf(buffer, count, format, arguments);
  va_end(arguments);
  return result;
}
int tributary_crt__snwprintf(char16_t* buffer, size_t count, const char16_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const size_t length = into_wide(buffer, count, format, arguments);
  va_end(arguments);
  if (length < count) buffer[length] = 0;
  return length <= count ? (int)length : -1;
}
