/* Load on a Modbus TCP server: each connection asks for ten holding registers, waits for the answer, and asks again.
 * load PORT CONNECTIONS MILLISECONDS prints requests, seconds and the latency's p50 and p99 in µs as JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1024, REQUEST_BYTES = 12, RESPONSE_BYTES = 29, SLOWEST_US = 1000000, CONNECT_TRIES = 500 };

struct connection {
    int socket;
    uint16_t transaction;
    size_t received;
    double asked_us;
    uint8_t response[RESPONSE_BYTES];
};

static struct connection connections[MAX_CONNECTIONS];
static uint32_t latencies[SLOWEST_US + 1];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int connected(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (int attempt = 0; attempt < CONNECT_TRIES; attempt++) {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        if (s < 0) fail("socket");
        if (connect(s, (struct sockaddr *)&address, sizeof address) == 0) {
            int on = 1;
            setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return s;
        }
        close(s);
        usleep(20000); /* the server is still starting */
    }
    fail("connect");
    return -1;
}

static void ask(struct connection *c) {
    uint8_t request[REQUEST_BYTES] = { 0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10 };
    c->transaction++;
    request[0] = c->transaction >> 8;
    request[1] = c->transaction & 0xff;
    c->received = 0;
    c->asked_us = now_us();
    if (send(c->socket, request, sizeof request, 0) != sizeof request) fail("send");
}

/* Returns 1 when an answer is whole. */
static int receive(struct connection *c) {
    ssize_t got = recv(c->socket, c->response + c->received, RESPONSE_BYTES - c->received, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) fail("recv");
    c->received += got;
    if (c->received < RESPONSE_BYTES) return 0;
    const uint8_t *r = c->response;
    if ((r[0] << 8 | r[1]) != c->transaction || r[5] != 23 || r[7] != 3 || r[8] != 20) {
        fputs("that is no answer\n", stderr);
        exit(1);
    }
    return 1;
}

static int percentile(long requests, double share) {
    long rest = (long)(requests * share);
    for (int us = 0; us <= SLOWEST_US; us++) {
        rest -= latencies[us];
        if (rest < 0) return us;
    }
    return SLOWEST_US;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int port = atoi(argv[1]), count = atoi(argv[2]);
    double duration_us = atof(argv[3]) * 1000;
    if (count < 1 || count > MAX_CONNECTIONS) return 2;
    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        connections[i].socket = connected(port);
        struct epoll_event interest = { .events = EPOLLIN, .data.u32 = i };
        epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &interest);
    }
    for (int i = 0; i < count; i++) ask(&connections[i]);
    long requests = 0;
    double begun = now_us(), now = begun;
    while (now - begun < duration_us) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, 1000);
        if (ready <= 0) fail("no answer within a second");
        for (int i = 0; i < ready; i++) {
            struct connection *c = &connections[events[i].data.u32];
            if (!receive(c)) continue;
            now = now_us();
            long us = (long)(now - c->asked_us);
            latencies[us > SLOWEST_US ? SLOWEST_US : us]++;
            requests++;
            ask(c);
        }
    }
    printf("{\"requests\":%ld,\"seconds\":%.6f,\"p50Us\":%d,\"p99Us\":%d}\n", requests, (now - begun) / 1e6,
           percentile(requests, 0.5), percentile(requests, 0.99));
    return 0;
}
