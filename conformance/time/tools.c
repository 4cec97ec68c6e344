// The other ends of the recorded servers, cheap enough not to matter.
//   tools answer MICROSECONDS FD        answers each byte on FD after a while
//   tools backend MICROSECONDS PORT     the same for every connection to a port
//   tools users N KEEP LATENCY_US SAMPLES PORT PATH
//       N users in a closed loop on 127.0.0.1; KEEP 0: a connection for each request. Prints latency and begin, nanoseconds.
//       The latency of a network is slept: to connect 3 ways, back 1 way; then the connection closes, 1 way later.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long delay_us, latency_us, samples;
static int port, keep;
static char request[512];
static int64_t *took, *since;
static atomic_long taken;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_us(long us) {
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    if (us > 0) nanosleep(&t, NULL);
}

static void *answer(void *arg) {
    int fd = (int)(intptr_t)arg;
    char byte;
    prctl(PR_SET_TIMERSLACK, 1);
    while (read(fd, &byte, 1) == 1) {
        sleep_us(delay_us);
        if (write(fd, &byte, 1) != 1) break;
    }
    close(fd);
    return NULL;
}

static struct sockaddr_in address(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return at;
}

static void backend(void) {
    int one = 1, fd, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = address();
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 100)) fail("listen");
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        pthread_t thread;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        pthread_create(&thread, NULL, answer, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

static int dial(void) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = address();
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&at, sizeof at)) fail("connect");
    return fd;
}

// Reads one response with a Content-Length.
static void receive(int fd) {
    char text[4096];
    size_t have = 0;
    for (;;) {
        ssize_t got = read(fd, text + have, sizeof text - 1 - have);
        if (got <= 0) fail("read");
        have += got;
        text[have] = 0;
        char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
        if (end && (!length || have >= (size_t)(end + 4 - text) + atol(length + 15))) break;
    }
    if (strncmp(text + 9, "200", 3)) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
}

static void *user(void *arg) {
    int fd = -1;
    (void)arg;
    prctl(PR_SET_TIMERSLACK, 1);
    for (;;) {
        int64_t begun = now_ns();
        sleep_us(latency_us * (keep && fd >= 0 ? 1 : 3));
        if (fd < 0) fd = dial();
        if (write(fd, request, strlen(request)) < 0) fail("write");
        receive(fd);
        sleep_us(latency_us);
        int64_t ended = now_ns();
        if (!keep) {
            sleep_us(latency_us);
            close(fd);
            fd = -1;
        }
        long at = atomic_fetch_add(&taken, 1) - 100;
        if (at >= samples) return NULL;
        if (at >= 0) {
            took[at] = ended - begun;
            since[at] = begun;
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 4) {
        delay_us = atol(argv[2]);
        port = atoi(argv[3]);
        if (!strcmp(argv[1], "answer")) answer((void *)(intptr_t)port);
        else backend();
        return 0;
    }
    if (argc != 8) return 2;
    int users = atoi(argv[2]);
    keep = atoi(argv[3]);
    latency_us = atol(argv[4]);
    samples = atol(argv[5]);
    port = atoi(argv[6]);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", argv[7], keep ? "" : "Connection: close\r\n");
    took = calloc(samples, sizeof *took);
    since = calloc(samples, sizeof *since);
    pthread_t threads[users];
    for (int i = 0; i < users; i += 1) pthread_create(&threads[i], NULL, user, NULL);
    for (int i = 0; i < users; i += 1) pthread_join(threads[i], NULL);
    for (long i = 0; i < samples; i += 1) printf("%lld %lld\n", (long long)took[i], (long long)since[i]);
    return 0;
}
