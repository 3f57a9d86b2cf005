// SPDX-License-Identifier: Apache-2.0
// CMake ties a precompiled header to a program or library; this is the program.
int main() { return 0; }
