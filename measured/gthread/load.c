/* A load generator for one server: load PORT PATH open RATE WARMUP SECONDS SEED LATENCIES | load PORT PATH closed USERS SECONDS
 * | load spin.
 *
 * Open: Poisson arrivals, drawn beforehand; each is sent at its time, on the idle connection used last, or a new one, and
 * its latency counts from the intended time to the last byte. Prints a line: sent after the warm-up, good answers, failures,
 * seconds, p50, p90, p99, mean latency, p99 lag of sending (ms), connections opened. Latencies in microseconds go to a file.
 * Closed: USERS connections that ask again at once: requests per second. spin: ms that a fixed piece of work takes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 4096 };
typedef struct { int fd, got; int64_t intended; int measured, busy; char buf[4096]; } Conn;
static Conn conns[MAX];
static int idle[MAX], idles, opened, ep, port;
static char request[256];
static int request_len;

static int64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000LL + t.tv_nsec; }

static uint64_t state;
static double uniform(void) {
    state += 0x9E3779B97F4A7C15ull;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return (((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static int by_size(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }

static int open_conn(void) {
    int c = 0;
    while (c < MAX && conns[c].fd) c++;
    if (c == MAX) { fprintf(stderr, "too many connections\n"); exit(1); }
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (connect(fd, (struct sockaddr *)&a, sizeof a)) { perror("connect"); exit(1); }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    conns[c] = (Conn){ .fd = fd };
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.u32 = c };
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    opened++;
    return c;
}

static void close_conn(int c) {
    close(conns[c].fd);
    conns[c].fd = 0;
    for (int i = 0; i < idles; i++) if (idle[i] == c) { memmove(idle + i, idle + i + 1, (idles - i - 1) * sizeof *idle); idles--; break; }
}

static void ask(int64_t intended, int measured) {
    int c = idles ? idle[--idles] : open_conn();
    conns[c].intended = intended, conns[c].measured = measured, conns[c].busy = 1, conns[c].got = 0;
    if (write(conns[c].fd, request, request_len) != request_len) conns[c].busy = 2; /* fails: seen when it is read */
}

/* 1: a whole answer; 0: not yet; -1: the connection is gone. */
static int answer(int c) {
    Conn *k = &conns[c];
    ssize_t n = read(k->fd, k->buf + k->got, sizeof k->buf - 1 - k->got);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n <= 0) return -1;
    k->buf[k->got += n] = 0;
    char *end = strstr(k->buf, "\r\n\r\n"), *len = strcasestr(k->buf, "content-length:");
    if (!end || !len) return 0;
    if (k->got < end + 4 - k->buf + atoi(len + 15)) return 0;
    if (strncmp(k->buf, "HTTP/1.1 200", 12)) { fprintf(stderr, "%.60s\n", k->buf); return -1; }
    return 1;
}

int main(int argc, char **argv) {
    if (argc == 2) {
        int64_t t = now();
        volatile uint64_t x = 1;
        for (int i = 0; i < 60000000; i++) x = x * 6364136223846793005ull + 1;
        printf("%.3f\n", (now() - t) / 1e6);
        return 0;
    }
    port = atoi(argv[1]);
    ep = epoll_create1(0);
    int closed = !strcmp(argv[3], "closed");
    double rate = atof(argv[4]), warm = closed ? 1 : atof(argv[5]), secs = atof(argv[closed ? 5 : 6]);
    int keep = !getenv("CLOSE");
    request_len = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: %s\r\n\r\n", argv[2], keep ? "keep-alive" : "close");
    struct epoll_event ev[256];
    if (closed) {
        int64_t start = now(), from = start + (int64_t)(warm * 1e9), until = from + (int64_t)(secs * 1e9);
        long done = 0;
        for (int i = 0; i < rate; i++) ask(start, 0);
        while (now() < until) {
            int n = epoll_wait(ep, ev, 256, 100);
            for (int i = 0; i < n; i++) {
                int c = ev[i].data.u32, a = answer(c);
                if (a < 0) close_conn(c);
                if (a > 0) { if (keep) idle[idles++] = c; else close_conn(c); done += now() >= from; }
                if (a) ask(0, 0);
            }
        }
        printf("%.2f\n", done / secs);
        return 0;
    }
    state = strtoull(argv[7], 0, 10) * 1000003;
    int max = (int)(rate * (warm + secs) * 1.5) + 1000, count = 0;
    int64_t *at = malloc(max * sizeof *at);
    double t = 0, *lag = calloc(max, sizeof *lag), *lat = calloc(max, sizeof *lat);
    while ((t += -log(uniform()) / rate) < warm + secs && count < max) at[count++] = (int64_t)(t * 1e9);
    int tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event te = { .events = EPOLLIN, .data.u32 = MAX };
    epoll_ctl(ep, EPOLL_CTL_ADD, tfd, &te);
    int64_t start = now() + 10000000, from = (int64_t)(warm * 1e9);
    int next = 0, pending = 0, lats = 0, lags = 0, sent = 0, failed = 0;
    while (next < count || pending) {
        while (next < count && start + at[next] <= now()) {
            int m = at[next] >= from;
            if (m) lag[lags++] = (now() - start - at[next]) / 1e6, sent++;
            ask(start + at[next], m);
            pending++, next++;
        }
        if (next < count) {
            int64_t w = start + at[next];
            struct itimerspec s = { .it_value = { w / 1000000000, w % 1000000000 } };
            timerfd_settime(tfd, TFD_TIMER_ABSTIME, &s, 0);
        }
        int n = epoll_wait(ep, ev, 256, 10000);
        if (n == 0 && next == count) { failed += pending; break; }
        for (int i = 0; i < n; i++) {
            int c = ev[i].data.u32;
            if (c == MAX) { uint64_t x; if (read(tfd, &x, 8) < 0) {} continue; }
            int was = conns[c].busy, a = answer(c);
            if (!a) continue;
            if (was) {
                pending--;
                if (a > 0) { if (conns[c].measured) lat[lats++] = (now() - conns[c].intended) / 1e6; }
                else failed += conns[c].measured;
                conns[c].busy = 0;
            }
            if (a > 0 && keep) idle[idles++] = c; else close_conn(c);
        }
    }
    double mean = 0;
    FILE *f = fopen(argv[8], "w");
    for (int i = 0; i < lats; i++) { mean += lat[i] / lats; fprintf(f, "%.0f\n", lat[i] * 1e3); }
    fclose(f);
    qsort(lat, lats, sizeof *lat, by_size), qsort(lag, lags, sizeof *lag, by_size);
    printf("%d %d %d %.3f %.3f %.3f %.3f %.3f %.3f %d\n", sent, lats, failed, secs, lat[lats / 2], lat[lats * 9 / 10], lat[lats * 99 / 100], mean, lag[lags * 99 / 100], opened);
    return 0;
}
