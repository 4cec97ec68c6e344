/* Preloaded into Node while recording: getaddrinfo of "20ms" sleeps 20 ms and then answers 127.0.0.1, so that a name lookup
   takes as long as the program says and no CPU. Anything else goes to the real function. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
  char *end = NULL;
  long ms = name ? strtol(name, &end, 10) : 0;
  if (!name || end == name || strcmp(end, "ms") != 0) return real(name, service, hints, result);
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
  return real("127.0.0.1", service, hints, result);
}
