/* SPDX-License-Identifier: Apache-2.0
 *
 * main() for a program that has wmain(): the linker takes this object from the archive when nobody else defines main.
 * Arguments and environment become UTF-16.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

extern char** environ;
int wmain(int argc, char16_t* argv[], char16_t* envp[]);

static char16_t** wide_array(char* const* texts) {
  size_t count = 0;
  while (texts[count] != NULL) ++count;
  char16_t** wide = calloc(count + 1, sizeof *wide);
  if (wide == NULL) return NULL;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = strlen(texts[i]);
    const size_t length = text_to_utf16(texts[i], size, NULL, 0, NULL);
    wide[i] = calloc(length + 1, sizeof **wide);
    if (wide[i] == NULL) return NULL;
    text_to_utf16(texts[i], size, wide[i], length, NULL);
  }
  return wide;
}

/* They live until the process ends, as argv does. */
static char16_t** wide_argv;
static char16_t** wide_environment;

int main(int argc, char** argv) {
  wide_argv = wide_array(argv);
  wide_environment = wide_array(environ);
  if (wide_argv == NULL || wide_environment == NULL) {
    fputs("no memory for the arguments\n", stderr);
    return EXIT_FAILURE;
  }
  return wmain(argc, wide_argv, wide_environment);
}
