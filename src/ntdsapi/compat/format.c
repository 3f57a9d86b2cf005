/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over the format; numbers are left to the C library, text is transcoded here.
 */
#include "format.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* A field that is wider than this is cut: no program prints one, and a mistake must not eat the memory. */
#define FIELD_MAX 65536

struct out {
  struct format_text text;
  size_t room;
  bool failed;
};

static void append(struct out* out, const char* octets, size_t size) {
  if (out->failed) return;
  if (out->text.size + size + 1 > out->room) {
    const size_t room = (out->text.size + size + 1) * 2;
    char* grown = realloc(out->text.octets, room);
    if (grown == NULL) {
      out->failed = true;
      return;
    }
    out->text.octets = grown;
    out->room = room;
  }
  memcpy(out->text.octets + out->text.size, octets, size);
  out->text.size += size;
  out->text.octets[out->text.size] = '\0';
}

static void append_blanks(struct out* out, size_t count) {
  for (; count > 0; --count) append(out, " ", 1);
}

/* One conversion, taken apart. */
struct spec {
  char flags[8];
  bool left;
  int width;     /* -1: none */
  int precision; /* -1: none */
  enum { SIZE_NONE, SIZE_CHAR, SIZE_SHORT, SIZE_32, SIZE_64 } size;
  enum { TEXT_DEFAULT, TEXT_NARROW, TEXT_WIDE } text;
  char conversion;
};

static int read_number(const char** at) {
  int number = 0;
  for (; **at >= '0' && **at <= '9'; ++*at)
    if (number < FIELD_MAX) number = number * 10 + (**at - '0');
  return number < FIELD_MAX ? number : FIELD_MAX;
}

static void read_size(const char** at, struct spec* spec) {
  static const struct {
    const char* prefix;
    int size, text;
  } sizes[] = {{"I64", SIZE_64, TEXT_DEFAULT}, {"I32", SIZE_32, TEXT_DEFAULT}, {"hh", SIZE_CHAR, TEXT_NARROW}, {"ll", SIZE_64, TEXT_WIDE},
               {"h", SIZE_SHORT, TEXT_NARROW}, {"l", SIZE_32, TEXT_WIDE},      {"w", SIZE_NONE, TEXT_WIDE},    {"I", SIZE_64, TEXT_DEFAULT},
               {"z", SIZE_64, TEXT_DEFAULT},   {"t", SIZE_64, TEXT_DEFAULT},   {"j", SIZE_64, TEXT_DEFAULT},   {"L", SIZE_NONE, TEXT_DEFAULT}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    if (strncmp(*at, sizes[i].prefix, strlen(sizes[i].prefix)) != 0) continue;
    *at += strlen(sizes[i].prefix);
    spec->size = (__typeof__(spec->size))sizes[i].size;
    spec->text = (__typeof__(spec->text))sizes[i].text;
    return;
  }
}

/* A stand-in for va_list that functions can share. */
struct arguments {
  va_list list;
};

static int read_count(const char** at, struct arguments* arguments) {
  if (**at != '*') return read_number(at);
  ++*at;
  const int count = va_arg(arguments->list, int);
  return count > FIELD_MAX ? FIELD_MAX : count < -FIELD_MAX ? -FIELD_MAX : count;
}

static struct spec read_spec(const char** at, struct arguments* arguments) {
  struct spec spec = {.width = -1, .precision = -1};
  size_t flags = 0;
  for (; **at != '\0' && strchr("-+ #0", **at) != NULL; ++*at) {
    if (flags + 1 < sizeof spec.flags && strchr(spec.flags, **at) == NULL) spec.flags[flags++] = **at;
  }
  if (**at == '*' || (**at >= '1' && **at <= '9')) spec.width = read_count(at, arguments);
  if (spec.width < -1) {
    spec.width = -spec.width;
    if (strchr(spec.flags, '-') == NULL) spec.flags[flags++] = '-';
  }
  if (**at == '.') {
    ++*at;
    spec.precision = read_count(at, arguments);
  }
  spec.left = strchr(spec.flags, '-') != NULL;
  read_size(at, &spec);
  spec.conversion = **at;
  if (**at != '\0') ++*at;
  return spec;
}

/* Text of `columns` columns, padded to the width. */
static void append_field(struct out* out, const struct spec* spec, const char* octets, size_t size, size_t columns) {
  const size_t width = spec->width > 0 ? (size_t)spec->width : 0;
  const size_t blanks = width > columns ? width - columns : 0;
  if (!spec->left) append_blanks(out, blanks);
  append(out, octets, size);
  if (spec->left) append_blanks(out, blanks);
}

static void append_wide(struct out* out, const struct spec* spec, const char16_t* text, size_t count) {
  char* octets = text_utf8_of(text, count);
  if (octets == NULL) {
    out->failed = true;
    return;
  }
  append_field(out, spec, octets, strlen(octets), count);
  free(octets);
}

static bool takes_wide(const struct spec* spec, bool wide) {
  const bool swapped = spec->conversion == 'S' || spec->conversion == 'C';
  return spec->text == TEXT_WIDE || (spec->text == TEXT_DEFAULT && wide != swapped);
}

static void append_string(struct out* out, const struct spec* spec, bool wide, struct arguments* arguments) {
  const size_t most = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
  if (takes_wide(spec, wide)) {
    const char16_t* text = va_arg(arguments->list, const char16_t*);
    if (text == NULL) text = u"(null)";
    size_t count = 0;
    while (count < most && text[count] != 0) ++count;
    append_wide(out, spec, text, count);
  } else {
    const char* text = va_arg(arguments->list, const char*);
    if (text == NULL) text = "(null)";
    const size_t size = strnlen(text, most);
    append_field(out, spec, text, size, size);
  }
}

static void append_character(struct out* out, const struct spec* spec, bool wide, struct arguments* arguments) {
  const int c = va_arg(arguments->list, int);
  if (takes_wide(spec, wide)) {
    const char16_t unit = (char16_t)c;
    append_wide(out, spec, &unit, 1);
  } else {
    const char octet = (char)c;
    append_field(out, spec, &octet, 1, 1);
  }
}

/* Puts the conversion together again for the C library. */
static void rebuild(const struct spec* spec, const char* size, char conversion, char* format, size_t room) {
  char width[16] = "", precision[16] = "";
  if (spec->width >= 0) snprintf(width, sizeof width, "%d", spec->width);
  if (spec->precision >= 0) snprintf(precision, sizeof precision, ".%d", spec->precision);
  snprintf(format, room, "%%%s%s%s%s%c", spec->flags, width, precision, size, conversion);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void append_number(struct out* out, const struct spec* spec, struct arguments* arguments) {
  const bool is_signed = spec->conversion == 'd' || spec->conversion == 'i';
  uint64_t bits = spec->size == SIZE_64 ? va_arg(arguments->list, uint64_t) : va_arg(arguments->list, uint32_t);
  if (spec->size == SIZE_CHAR) bits = is_signed ? (uint64_t)(int8_t)bits : (uint8_t)bits;
  if (spec->size == SIZE_SHORT) bits = is_signed ? (uint64_t)(int16_t)bits : (uint16_t)bits;
  if ((spec->size == SIZE_NONE || spec->size == SIZE_32) && is_signed) bits = (uint64_t)(int32_t)bits;
  char format[64];
  rebuild(spec, "ll", spec->conversion, format, sizeof format);
  char* field = NULL;
  const int size = asprintf(&field, format, bits);
  if (size < 0) {
    out->failed = true;
    return;
  }
  append(out, field, (size_t)size);
  free(field);
}

static void append_double(struct out* out, const struct spec* spec, struct arguments* arguments) {
  char format[64];
  rebuild(spec, "", spec->conversion, format, sizeof format);
  char* field = NULL;
  const int size = asprintf(&field, format, va_arg(arguments->list, double));
  if (size < 0) {
    out->failed = true;
    return;
  }
  append(out, field, (size_t)size);
  free(field);
}

#pragma GCC diagnostic pop

/* Sixteen digits in upper case, as on 64-bit Windows. */
static void append_pointer(struct out* out, const struct spec* spec, struct arguments* arguments) {
  char digits[24];
  const int size = snprintf(digits, sizeof digits, "%016llX", (unsigned long long)(uintptr_t)va_arg(arguments->list, void*));
  append_field(out, spec, digits, (size_t)size, (size_t)size);
}

static void convert(struct out* out, const struct spec* spec, bool wide, struct arguments* arguments) {
  switch (spec->conversion) {
    case 's':
    case 'S': append_string(out, spec, wide, arguments); return;
    case 'c':
    case 'C': append_character(out, spec, wide, arguments); return;
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': append_number(out, spec, arguments); return;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A': append_double(out, spec, arguments); return;
    case 'p': append_pointer(out, spec, arguments); return;
    case '\0': return;
    default: append(out, &spec->conversion, 1); return; /* %% and what nobody knows; %n is never honoured */
  }
}

struct format_text format_windows(const char* format, bool wide, va_list list) {
  struct out out = {{NULL, 0}, 0, false};
  struct arguments arguments;
  va_copy(arguments.list, list);
  append(&out, "", 0);
  for (const char* at = format; *at != '\0' && !out.failed;) {
    const size_t literal = strcspn(at, "%");
    append(&out, at, literal);
    at += literal;
    if (*at != '%') continue;
    ++at;
    const struct spec spec = read_spec(&at, &arguments);
    convert(&out, &spec, wide, &arguments);
  }
  va_end(arguments.list);
  if (out.failed) {
    free(out.text.octets);
    out.text = (struct format_text){NULL, 0};
  }
  return out.text;
}
