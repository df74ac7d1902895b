// libFuzzer comes with the compiler, but without a header. https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
#include <stddef.h>
#include <stdint.h>

// Runs what the command line says and calls back with each input. Comes back only when there is nothing left to do.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
